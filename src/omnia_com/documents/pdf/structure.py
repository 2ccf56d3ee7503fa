"""Mends the structure tree that Chromium writes, where PDF/UA asks for more."""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, String

STANDARD = frozenset(
    f"/{role}"
    for roles in (
        "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6",
        "L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot",
        "Ruby RB RT RP Warichu WT WP Figure Formula Form",
    )
    for role in roles.split()
)
ROLES = {"/Title": Name.P, "/FENote": Name.Note, "/Aside": Name.Sect, "/DocumentFragment": Name.Part}
ONLY_ELEMENTS = frozenset(("/Table", "/TR", "/THead", "/TBody", "/TFoot", "/L"))

Marked = set[tuple[tuple[int, int], int]]
"""Pieces of marked content: the page's object and generation number, and the MCID."""


def mend_structure(pdf: pikepdf.Pdf) -> Marked:
    """Mend the tree in place; the pieces of content taken out of it, which are decoration."""
    root = pdf.Root.StructTreeRoot
    stray: Marked = set()
    roles = set()
    for element in _elements(root):
        role = str(element.S)
        roles.add(role)
        if role in ONLY_ELEMENTS:
            stray |= _keep_only_elements(element)
        elif role == "/LI":
            _wrap_body(pdf, element)
        elif role in ("/TH", "/TD"):
            _forget_numbers(element)
    if "/IDTree" in root:
        del root.IDTree
    _map_roles(root, roles - STANDARD)
    _describe_links(pdf)
    return stray


def _elements(parent: Object) -> Iterator[Object]:
    for kid in _kids(parent):
        if _is_element(kid):
            yield kid
            yield from _elements(kid)


def _kids(element: Object) -> list[Object]:
    kids = element.get("/K")
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]


def _is_element(kid: Object) -> bool:
    return isinstance(kid, Dictionary) and "/S" in kid


def _keep_only_elements(element: Object) -> Marked:
    """Chromium hangs white space and borders on the table itself."""
    kids = _kids(element)
    elements = [kid for kid in kids if _is_element(kid)]
    if len(elements) == len(kids):
        return set()
    element.K = Array(elements)
    return {_marked(kid, element) for kid in kids if not _is_element(kid)}


def _marked(kid: Object, element: Object) -> tuple[tuple[int, int], int]:
    if isinstance(kid, Dictionary):
        return (kid if "/Pg" in kid else element).Pg.objgen, int(kid.MCID)
    return element.Pg.objgen, int(kid)


def _wrap_body(pdf: pikepdf.Pdf, item: Object) -> None:
    """A list item may hold only a label and a body."""
    labels = [kid for kid in _kids(item) if _is_element(kid) and str(kid.S) == "/Lbl"]
    rest = [kid for kid in _kids(item) if not (_is_element(kid) and str(kid.S) in ("/Lbl", "/LBody"))]
    if not rest:
        return
    body = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.LBody, P=item, K=Array(rest)))
    if "/Pg" in item:
        body.Pg = item.Pg
    for kid in filter(_is_element, rest):
        kid.P = body
    item.K = Array([*labels, body])


def _forget_numbers(cell: Object) -> None:
    """Chromium ties cells to headers by numbers that grow with each render; the headers' scope says the same."""
    if "/ID" in cell:
        del cell.ID
    attributes = cell.get("/A")
    if isinstance(attributes, Array):
        cell.A = Array([attribute for attribute in attributes if "/Headers" not in attribute])


def _map_roles(root: Object, unknown: set[str]) -> None:
    known = root.get("/RoleMap", Dictionary())
    for role in sorted(unknown):
        if role not in known:
            known[role] = ROLES.get(role, Name.Span)
    if len(known):
        root.RoleMap = known


def _describe_links(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        page.obj.Tabs = Name.S
        for link in page.obj.get("/Annots", []):
            address = link.get("/A", Dictionary()).get("/URI")
            link.Contents = String(f"Collegamento: {address}" if address else "Collegamento interno al documento")
            link.F = int(link.get("/F", 0)) | 4
