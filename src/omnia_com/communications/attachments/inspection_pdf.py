"""What may not be in a PDF that somebody attaches: programs, encryption, streams that unpack without end."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

MOST_UNPACKED = 300 * 1024 * 1024  # bytes of all streams; a page scanned at 600 dpi has 100 million
HARMLESS_AT_OPENING = ("/GoTo", "/Named")
DATA = ("xml", "json", "csv", "txt", "pdf", "png", "jpg", "jpeg")
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"PK", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xd0\xcf\x11\xe0")
_STRINGS = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|XFA|RichMedia)(?![^\s/<>\[\]()%])")
_UNPACKABLE = {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}


class NotTaken(Exception):
    """The reason is a key of `messages.REFUSALS`."""


def look_into_pdf(data: bytes) -> None:
    """Raises `NotTaken`, or `MemoryError`. A PDF that only opens after a repair counts as broken."""
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise NotTaken("cifrato")
            if not len(pdf.pages):
                raise NotTaken("rovinato")
            _look_at_opening(pdf.Root)
            _look_into_objects(pdf)
    except pikepdf.PasswordError as e:
        raise NotTaken("cifrato") from e
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError) as e:
        raise NotTaken("rovinato") from e


def _look_at_opening(root: Any) -> None:
    """A document may open at a page of its own, no more."""
    opening = root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S", "/GoTo") not in HARMLESS_AT_OPENING:
        raise NotTaken("attivo")


def _look_into_objects(pdf: pikepdf.Pdf) -> None:
    unpacked = 0
    for thing in pdf.objects:
        told = _told(thing)
        if _ACTIVE.search(_STRINGS.sub(b"", told)):
            raise NotTaken("attivo")
        if b"/EF" in told:
            _look_into_embedded(thing)
        if isinstance(thing, pikepdf.Stream) and _filters(thing) <= _UNPACKABLE:
            unpacked += len(thing.read_bytes())
        if unpacked > MOST_UNPACKED:
            raise NotTaken("enorme")


def _told(thing: Any) -> bytes:
    """The object in PDF's own words, names without their hex escapes; of a stream its dictionary."""
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    told: bytes = thing.unparse(resolved=True) if isinstance(thing, pikepdf.Object) else b""
    return told


def _filters(stream: Any) -> set[str]:
    named = stream.get("/Filter", [])
    return {str(f) for f in (named if isinstance(named, pikepdf.Array | list) else [named])}


def _look_into_embedded(thing: Any) -> None:
    """Data may be embedded (a receipt carries its JSON, an invoice its XML); programs may not."""
    for spec in _specifications(thing):
        name = str(spec.get("/UF", spec.get("/F", "")))
        if name.rpartition(".")[2].lower() not in DATA:
            raise NotTaken("attivo")
        if any(stream.read_bytes().startswith(PROGRAMS) for stream in dict(spec["/EF"]).values()):
            raise NotTaken("attivo")


def _specifications(thing: Any) -> Iterator[Any]:
    """Every file specification within an object, not following its references."""
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        if "/EF" in thing:
            yield thing
        inner: list[Any] = [value for _, value in thing.items()]
    else:
        inner = list(thing) if isinstance(thing, pikepdf.Array) else []
    for value in inner:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _specifications(value)
