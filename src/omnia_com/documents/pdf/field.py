"""The place of a seal in a document that is accessible and for the archive: made before, or sealing would break both.

A signing library adds a widget that no structure knows of. Here it stands in the tree as a form element with words.
"""

import pikepdf
from pikepdf import Array, Dictionary, Name, String

FIELD, WORDS = "Sigillo", "Sigillo elettronico"
HIDDEN_PRINTED = 132  # flags of an annotation: it prints, and nobody moves it


def add_field(pdf: pikepdf.Pdf) -> None:
    """An empty signature field on the first page, invisible, in the structure after all else."""
    page, tree = pdf.pages[0].obj, pdf.Root.StructTreeRoot
    number = int(tree.ParentTreeNextKey)
    tree.ParentTreeNextKey = number + 1
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(FIELD),
            TU=String(WORDS),
            Rect=Array([0, 0, 0, 0]),
            F=HIDDEN_PRINTED,
            P=page,
            StructParent=number,
        )
    )
    parent = tree.K[0] if isinstance(tree.K, Array) else tree.K
    reference = Dictionary(Type=Name.OBJR, Obj=widget, Pg=page)
    element = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Form, P=parent, Pg=page, Alt=String(WORDS), K=reference)
    )
    parent.K = Array([*(parent.K if isinstance(parent.K, Array) else [parent.K]), element])
    _number(pdf, tree.ParentTree, number, element)
    page.Annots = Array([*page.get("/Annots", []), widget])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=3)


def _number(pdf: pikepdf.Pdf, parents: pikepdf.Object, number: int, element: pikepdf.Object) -> None:
    """The entry by which a reader comes from the widget to its element."""
    if "/Nums" in parents:
        parents.Nums = Array([*parents.Nums, number, element])
        return
    leaf = Dictionary(Limits=Array([number, number]), Nums=Array([number, element]))
    parents.Kids = Array([*parents.Kids, pdf.make_indirect(leaf)])
