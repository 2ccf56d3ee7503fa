"""XML from outside, read guardedly, and the few ways in which we read and write SAML's."""

import re
import secrets
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from ..remote import invalid

Element: TypeAlias = etree._Element

NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "spid": "https://spid.gov.it/saml-extensions",
    "cie": "https://www.cartaidentita.interno.gov.it/saml-extensions",
}
ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z", re.ASCII)
IDENTIFIERS = ("id", "{http://www.w3.org/XML/1998/namespace}id")


def q(name: str) -> str:
    """`md:Organization` as lxml writes it."""
    prefix, _, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"


def read(raw: bytes, largest: int, *, drop_comments: bool = False) -> Element:
    """The root of a document that is plain: UTF-8, no DTD and so no entity, no comment, no processing instruction,
    no identifier twice. *drop_comments*: they may be there, and are left out. Raises `AccessRefused`."""
    if len(raw) > largest:
        raise invalid("documento troppo grande")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise invalid("DTD")
    try:
        root = etree.fromstring(raw, _parser(drop_comments))
    except (etree.XMLSyntaxError, ValueError):
        raise invalid("XML malformato") from None
    _refuse_oddities(root)
    return root


def _parser(drop_comments: bool) -> etree.XMLParser:
    """UTF-8 whatever the document says of itself: under another encoding a DTD could hide from a look at the bytes."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=drop_comments,
        remove_pis=drop_comments,
    )


def _refuse_oddities(root: Element) -> None:
    if root.getroottree().docinfo.doctype:
        raise invalid("DTD")
    if root.getprevious() is not None or root.getnext() is not None:
        raise invalid("commento o istruzione intorno al documento")
    seen: set[str] = set()
    for node in root.iter():
        if not isinstance(node.tag, str):
            raise invalid("commento, entità o istruzione nel documento")
        for name, value in node.attrib.items():
            if str(name).lower() in IDENTIFIERS:
                if value in seen:
                    raise invalid("identificativo ripetuto")
                seen.add(str(value))


def one(parent: Element, path: str) -> Element:
    """The only element at *path* (`saml:Subject/saml:NameID`). Raises `AccessRefused` if there is none, or another."""
    found = parent.findall(path, NS)
    if len(found) != 1:
        raise invalid(f"{len(found)} elementi {path.rpartition('/')[2]}")
    return found[0]


def text(element: Element) -> str:
    """What an element says, without blanks around; nothing else may stand in it."""
    if len(element):
        raise invalid(f"elementi dentro {etree.QName(element).localname}")
    return (element.text or "").strip()


def equal(found: str | None, expected: str, what: str) -> None:
    if found != expected:
        raise invalid(f"{what} diverso")


def instant(written: str | None, what: str) -> datetime:
    """A UTC instant, whole seconds: providers differ in how fine they write. Raises `AccessRefused`."""
    shape = INSTANT.fullmatch(written or "")
    try:
        return datetime.fromisoformat(shape[1]).replace(tzinfo=UTC) if shape else _no_instant(what)
    except ValueError:
        return _no_instant(what)


def _no_instant(what: str) -> datetime:
    raise invalid(f"{what} non è un istante")


def now() -> datetime:
    return datetime.now(UTC)


def written(when: datetime) -> str:
    """An instant as SAML writes it, in milliseconds."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


def new_id() -> str:
    return "_" + secrets.token_hex(20)


def add(parent: Element, name: str, content: str = "", **attributes: str) -> Element:
    element = etree.SubElement(parent, q(name), attributes)
    element.text = content or None
    return element


def serialized(element: Element) -> bytes:
    document: bytes = etree.tostring(element)
    return document
