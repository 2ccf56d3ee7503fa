"""What in a PDF acts by itself: scripts, programs, forms that send or fetch, files hidden inside.

Names say nothing by where they do not act: a typeface may be called JS, a list of scripts may be empty, and an address
or a page of the document may be followed by whoever presses on it.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

ACTIONS = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/RichMediaExecute")
HARMLESS_AT_OPENING = ("/GoTo", "/Named")
DATA = ("xml", "json", "csv", "txt", "pdf", "png", "jpg", "jpeg")
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"PK", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xd0\xcf\x11\xe0")
DRAWN = ("/Image", "/Form")
MOST_OBJECTS = 1 << 22  # bytes of a stream of objects that are looked at

_STRINGS = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_SUSPECT = re.compile(rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|XFA|RichMedia\w*)(?![^\s/<>\[\]()%])")
_EMPTY_TREE = re.compile(rb"/JavaScript\s*<<\s*(?:/(?:Names|Kids)\s*\[\s*\]\s*)?>>")
_RAW = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|XFA|RichMedia)(?![^\s/<>\[\]()%])|/JS\s*(?:[(<]|\d+\s+\d+\s+R)"
)
_OBJECTS = re.compile(rb"/ObjStm\b.{0,500}?stream\r?\n", re.DOTALL)


def acts(thing: Any) -> bool:
    """Whether something within an object, not following its references, acts, or hides a file that is no data."""
    told = _told(thing)
    if isinstance(thing, pikepdf.Name):
        return str(thing) in ACTIONS  # it may be what another object refers to
    suspect = _SUSPECT.search(_STRINGS.sub(b"", told))
    if not suspect and b"/EF" not in told:
        return False
    return any(_dictionary_acts(found) or _hides_a_file(found) for found in _dictionaries(thing))


def acts_at_opening(root: Any) -> bool:
    """A document may open at a page of its own, no more."""
    opening, steps = root.get("/OpenAction"), 0
    while isinstance(opening, pikepdf.Dictionary):
        steps += 1
        if opening.get("/S", "/GoTo") not in HARMLESS_AT_OPENING or steps > 9:
            return True
        opening = opening.get("/Next")
    return isinstance(opening, pikepdf.Array) and steps > 0


def acts_by_its_bytes(data: bytes) -> bool:
    """For a file that had to be repaired: another reader may find objects in it that we did not."""
    return any(_RAW.search(_EMPTY_TREE.sub(b"", _plain_names(piece))) for piece in unpacked(data))


def unpacked(data: bytes) -> Iterator[bytes]:
    """*data*, and each stream of objects in it."""
    yield data
    for found in _OBJECTS.finditer(data):
        try:
            yield zlib.decompressobj().decompress(data[found.end() :], MOST_OBJECTS)
        except zlib.error:
            continue


def _plain_names(data: bytes) -> bytes:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes.fromhex(code[1].decode()), data)


def _told(thing: Any) -> bytes:
    """The object in PDF's own words, names without their hex escapes; of a stream its dictionary."""
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    told: bytes = thing.unparse(resolved=True) if isinstance(thing, pikepdf.Object) else b""
    return told


def _dictionary_acts(found: Any) -> bool:
    if str(found.get("/S", "")) in ACTIONS or str(found.get("/Subtype", "")) == "/RichMedia":
        return True
    script, form = found.get("/JS"), found.get("/XFA")
    if isinstance(script, pikepdf.String | str) or (isinstance(form, pikepdf.Array) and len(form)):
        return True
    streams = [each for each in (script, form) if isinstance(each, pikepdf.Stream)]
    return any(str(each.get("/Subtype", "")) not in DRAWN for each in streams) or "/RichMediaContent" in found


def _hides_a_file(found: Any) -> bool:
    """Data may be embedded (a receipt carries its JSON, an invoice its XML); programs may not."""
    if "/EF" not in found:
        return False
    name = str(found.get("/UF", found.get("/F", "")))
    if name.rpartition(".")[2].lower() not in DATA:
        return True
    return any(stream.read_bytes().startswith(PROGRAMS) for stream in dict(found["/EF"]).values())


def _dictionaries(thing: Any) -> Iterator[Any]:
    """Every dictionary within an object, not following its references."""
    waiting = [thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Dictionary):
            yield one
            inner = [value for _, value in one.items()]
        else:
            inner = list(one) if isinstance(one, pikepdf.Array) else []
        waiting += [value for value in inner if isinstance(value, pikepdf.Object) and not value.is_indirect]
