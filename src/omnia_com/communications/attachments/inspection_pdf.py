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

from .active_content import acts, acts_at_opening, acts_by_its_bytes, told_by
from .kinds import NotTaken

MOST_UNPACKED = 300 * 1024 * 1024  # bytes of all streams; a page scanned at 600 dpi has 100 million
_UNPACKABLE = {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}
_BROKEN = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError, IndexError)
_TABLES = re.compile(rb"(?<!start)xref\b|\b\d+ \d+ obj\b(?=[^>]{0,200}/XRef\b)")
_REFERENCE = re.compile(rb"(\d+) (\d+) R\b")
_KIDS = re.compile(rb"/Kids\s*\[[^\]]*\]")
_NEEDED = re.compile(rb"/Type /Pages?\b|/XObject\b")


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
    except pikepdf.PasswordError:
        raise
    except _BROKEN as e:
        failed = e
    for attempt in _attempts(data):
        try:
            pdf = pikepdf.open(io.BytesIO(attempt))
            _ = pdf.Root.Pages
            return pdf, True
        except pikepdf.PasswordError:
            raise
        except _BROKEN:
            continue
    raise failed


def _attempts(data: bytes) -> Iterator[bytes]:
    """*data* as it is; with the way to each table that it holds, the last first; with the way to none."""
    yield data
    start = max(data.find(b"%PDF-"), 0)
    for table in list(_TABLES.finditer(data))[:-4:-1]:
        yield data + b"\nstartxref\n%d\n%%%%EOF\n" % (table.start() - start)
    yield data.replace(b"startxref", b"         ")


def _why_not(failure: Exception, data: bytes) -> str:
    if isinstance(failure, pikepdf.PasswordError) or b"/Encrypt" in data:
        return "cifrato"
    return "rovinato"


def _look_at_repaired(pdf: pikepdf.Pdf, data: bytes) -> None:
    if acts_by_its_bytes(data):
        raise NotTaken("attivo")
    last = data[data.rfind(b"endobj") + 1 :]
    if re.search(rb"\bstream\r?\n", last) and b"endstream" not in last:
        raise NotTaken("incompleto")
    told = [told for thing in pdf.objects if _NEEDED.search(told := told_by(thing))]
    told += _KIDS.findall(data)  # a page that is not there is left out by the repair itself
    if any(_is_lost(pdf, found) for each in told for found in _REFERENCE.findall(each)):
        raise NotTaken("incompleto")


def _is_lost(pdf: pikepdf.Pdf, reference: tuple[bytes, bytes]) -> bool:
    return pdf.get_object(int(reference[0]), int(reference[1])) is None


def _look_into_objects(pdf: pikepdf.Pdf) -> None:
    written = {stream.objgen for page in pdf.pages for stream in _contents(page)}
    unpacked = 0
    for thing in pdf.objects:
        if acts(thing):
            raise NotTaken("attivo")
        if isinstance(thing, pikepdf.Stream) and _filters(thing) <= _UNPACKABLE:
            unpacked += _size(thing, needed=thing.objgen in written)
        if unpacked > MOST_UNPACKED:
            raise NotTaken("enorme")


def _contents(page: pikepdf.Page) -> list[Any]:
    found: Any = page.obj.get("/Contents", [])
    return list(found) if isinstance(found, pikepdf.Array | list) else [found]


def _size(stream: Any, *, needed: bool) -> int:
    """Bytes when unpacked. What does not unpack is not seen by a reader, and is missed only if *needed*."""
    try:
        return len(stream.read_bytes())
    except pikepdf.PdfError:
        if needed and not _unpacks_in_part(stream.read_raw_bytes()):
            raise
        return 0


def _unpacks_in_part(raw: bytes) -> bool:
    unpacker, found = zlib.decompressobj(), b""
    try:
        for at in range(0, min(len(raw), 4096), 16):
            found = found or unpacker.decompress(raw[at : at + 16])
    except zlib.error:
        pass
    return bool(found)


def _filters(stream: Any) -> set[str]:
    named = stream.get("/Filter", [])
    return {str(f) for f in (named if isinstance(named, pikepdf.Array | list) else [named])}
