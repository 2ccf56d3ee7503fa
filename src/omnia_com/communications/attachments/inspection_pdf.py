"""Whether a PDF opens, whole, and holds nothing that acts, is locked, or unpacks without end.

Readers repair what is wrong around the objects (a cross-reference that points elsewhere, lengths, a missing end), and
so do we; what cannot be found again in a file that breaks off is not passed over.
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from .active_content import acts, acts_at_opening, acts_by_its_bytes, unpacked
from .kinds import TOO_MUCH, NotTaken

STEP, PIECE = 256, 64 * 1024  # bytes that are unpacked at once, and at most to how many
MOST_UNPACKED = 300 * 1024 * 1024  # bytes of all streams; a page scanned at 600 dpi has 100 million
MOST_ROOM = 16 * 1024 * 1024  # bytes
NO_MEMORY = "bad_alloc"  # as qpdf words it
_UNPACKABLE = {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}
_BROKEN = (pikepdf.PdfError, pikepdf.PasswordError, RuntimeError, ValueError, TypeError, AttributeError, LookupError)
_TABLES = re.compile(rb"(?<!start)xref\b|\b\d+ \d+ obj\b(?=(?:(?!\bobj\b).){0,500}?/XRef\b)", re.DOTALL)
_NUMBERED = re.compile(rb"\b(\d{1,8}) \d+ obj\b")
_REFERENCE = re.compile(rb"(\d+) (\d+) R\b")
_NEEDED = re.compile(rb"/(?:Kids|Contents|Resources|XObject)\s*(?:\[[^\]]*\]|<<[^>]*>>|\d+ \d+ R)")


def look_into_pdf(data: bytes) -> None:
    """Raises `NotTaken`, or `MemoryError`."""
    try:
        pdf, repaired = _opened(data)
        with pdf:
            if pdf.is_encrypted:
                raise NotTaken("cifrato")
            if repaired:
                _look_at_repaired(pdf, data)
            if not len(pdf.pages):
                raise NotTaken("rovinato")
            if acts_at_opening(pdf.Root) or acts(pdf.trailer):
                raise NotTaken("attivo")
            _look_into_objects(pdf)
    except _BROKEN as e:
        raise NotTaken(_why_not(e, data)) from e


def _opened(data: bytes) -> tuple[pikepdf.Pdf, bool]:
    """The document, and whether it had to be repaired. Raises one of `_BROKEN`."""
    try:
        return pikepdf.open(io.BytesIO(data), attempt_recovery=False), False
    except _BROKEN as e:
        failed = e
    for attempt in () if isinstance(failed, pikepdf.PasswordError) else _attempts(data):
        try:
            pdf = pikepdf.open(io.BytesIO(attempt))
            _ = pdf.Root.Pages
            return pdf, True
        except _BROKEN:
            continue
    raise failed


def _attempts(data: bytes) -> Iterator[bytes]:
    """*data* as it is; with the way to each table that it holds, the last first; with no way, and room for all.

    qpdf takes no number for an object's that is above a third of the file's bytes.
    """
    yield data
    start = max(data.find(b"%PDF-"), 0)
    most = max((int(found[1]) for found in _NUMBERED.finditer(data)), default=0)
    room = b" " * min(4 * most, MOST_ROOM)
    for table in list(_TABLES.finditer(data))[:-4:-1]:
        yield data + room + b"\nstartxref\n%d\n%%%%EOF\n" % (table.start() - start)
    yield re.sub(rb"/Size\s+\d+", b"/Size %d" % (most + 1), data.replace(b"startxref", b"         ")) + room


def _why_not(failure: Exception, data: bytes) -> str:
    """Of what breaks off, more than a beginning is there."""
    if NO_MEMORY in str(failure):
        return TOO_MUCH
    if isinstance(failure, pikepdf.PasswordError) or b"/Encrypt" in data:
        return "cifrato"
    return "rovinato" if b"%%EOF" in data or b"endobj" not in data else "incompleto"


def _look_at_repaired(pdf: pikepdf.Pdf, data: bytes) -> None:
    """By the bytes: what is not there any more is left out by the repair itself."""
    if acts_by_its_bytes(data):
        raise NotTaken("attivo")
    last = data[data.rfind(b"endobj") + 1 :]
    if re.search(rb"\bstream\r?\n", last) and b"endstream" not in last:
        raise NotTaken("incompleto")
    needed = (found[0] for piece in unpacked(data) for found in _NEEDED.finditer(piece))
    if any(_is_lost(pdf, found) for each in needed for found in _REFERENCE.findall(each)):
        raise NotTaken("incompleto")


def _is_lost(pdf: pikepdf.Pdf, reference: tuple[bytes, bytes]) -> bool:
    return pdf.get_object(int(reference[0]), int(reference[1])) is None


def _look_into_objects(pdf: pikepdf.Pdf) -> None:
    written = {stream.objgen for page in pdf.pages for stream in _contents(page)}
    unpacked = 0
    for thing in pdf.objects:
        if acts(thing):
            raise NotTaken("attivo")
        if isinstance(thing, pikepdf.Stream) and _UNPACKABLE.issuperset(_filters(thing)):
            unpacked += _size(thing, needed=thing.objgen in written)
        if unpacked > MOST_UNPACKED:
            raise NotTaken(TOO_MUCH)


def _contents(page: pikepdf.Page) -> list[Any]:
    found: Any = page.obj.get("/Contents", [])
    return list(found) if isinstance(found, pikepdf.Array | list) else [found]


def _size(stream: Any, *, needed: bool) -> int:
    """Bytes when unpacked. What does not unpack is not seen by a reader, and is missed only if *needed*."""
    if _filters(stream) == ["/FlateDecode"]:
        raw = stream.read_raw_bytes()
        size, whole = _inflated(raw)
        if needed and not size and not whole:
            raise NotTaken("rovinato")
        return size
    try:
        return len(stream.read_bytes())
    except (pikepdf.PdfError, UnicodeDecodeError) as e:  # the second of qpdf's own words
        if NO_MEMORY in str(e):
            raise
        return 0


def _inflated(raw: bytes) -> tuple[int, bool]:
    """The size of what *raw* unpacks to, and whether all of it did; in pieces, and no further than may be."""
    unpacker, size = zlib.decompressobj(), 0
    try:
        for at in range(0, len(raw), STEP):
            piece = raw[at : at + STEP]
            while piece and not unpacker.eof and size <= MOST_UNPACKED:
                size += len(unpacker.decompress(piece, PIECE))
                piece = unpacker.unconsumed_tail
    except zlib.error:
        return size, False
    return size, True


def _filters(stream: Any) -> list[str]:
    named = stream.get("/Filter", [])
    return [str(f) for f in (named if isinstance(named, pikepdf.Array | list) else [named])]
