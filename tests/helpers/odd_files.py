"""Files as they come from phones, scanners, sites and old programs: a little wrong, and opened by every reader."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from tests.helpers.files import PNG_BEGINS, png_chunk

CONTENT = b"BT /F1 24 Tf 72 720 Td (Contratto) Tj ET"
Objects = dict[int, bytes]


def objects(catalog: bytes = b"", page: bytes = b"", **more: bytes) -> Objects:
    """The objects of a page that says «Contratto»; *catalog* and *page* are added to theirs, `o9=…` is object 9."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> %s >>" % page,
        4: stream(CONTENT),
        5: font,
        **{int(name[1:]): value for name, value in more.items()},
    }


def stream(data: bytes, length: int | None = None, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data) if length is None else length, head, data)


def written(made: Objects, first: bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") -> bytes:
    """The objects as a PDF with a plain cross-reference table."""
    body, places = first, {}
    for number, value in made.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(
        b"%010d 00000 n \n" % places[n] if n in places else b"%010d 65535 f \n" % 0 for n in range(max(made) + 1)
    )
    head = b"xref\n0 %d\n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (max(made) + 1, table, max(made) + 1)
    return body + head + b"startxref\n%d\n%%%%EOF\n" % len(body)


def with_object_streams(made: Objects) -> bytes:
    """The same with all that is no stream packed into one, and a cross-reference stream, as PDF 1.5 has them."""
    plain = {n: v for n, v in made.items() if b"stream\n" not in v}
    number, table = max(made) + 1, max(made) + 2
    heads, packed = b"", b""
    for n, value in plain.items():
        heads += b"%d %d " % (n, len(packed))
        packed += value + b"\n"
    head = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (len(plain), len(heads))
    inside = {n: (2, number, index) for index, n in enumerate(plain)}
    body, places = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", {}
    whole = {n: v for n, v in made.items() if n not in plain} | {
        number: stream(zlib.compress(heads + packed), head=head)
    }
    for n, value in whole.items():
        places[n] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (n, value)
    places[table] = len(body)
    entries = b"".join(
        struct.pack(">BIH", *(inside.get(n) or ((1, places[n], 0) if n in places else (0, 0, 65535))))
        for n in range(table + 1)
    )
    head = b"/Type /XRef /W [1 4 2] /Size %d /Root 1 0 R" % (table + 1)
    return body + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, stream(entries, head=head), places[table])


def updated(before: bytes, changed: Objects) -> bytes:
    """An incremental update: some objects again, and a table that leads on to the one before."""
    body, at = before, int(re.findall(rb"startxref\n(\d+)", before)[-1])
    table = b""
    for number, value in changed.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    end = b"xref\n%strailer\n<< /Size 20 /Root 1 0 R /Prev %d >>\n" % (table, at)
    return body + end + b"startxref\n%d\n%%%%EOF\n" % len(body)


def start_at(data: bytes, place: Callable[[int], int]) -> bytes:
    """The PDF with another place of its cross-reference."""
    return re.sub(rb"startxref\n(\d+)", lambda found: b"startxref\n%d" % place(int(found[1])), data)


def png_with(*chunks: tuple[bytes, bytes], end: bool = True) -> bytes:
    """A small PNG with chunks of text, of a profile or of anything before its picture."""
    pixels = zlib.compress(bytes(10 * 31))
    header = (b"IHDR", struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0))
    last = [(b"IEND", b"")] if end else []
    return PNG_BEGINS + b"".join(png_chunk(*c) for c in (header, *chunks, (b"IDAT", pixels), *last))


def jpeg(width: int, height: int, **how: object) -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(out, "JPEG", **how)
    return out.getvalue()


def iso_media(brand: bytes, *compatible: bytes) -> bytes:
    """The beginning of a HEIC photograph, or of a film: they differ by their brands."""
    box = b"ftyp" + brand + bytes(4) + b"".join(compatible)
    return struct.pack(">I", len(box) + 4) + box + b"\0\0\0\x08free" + bytes(200)


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name in names:
            z.writestr(name, "x" * 50)
    return out.getvalue()
