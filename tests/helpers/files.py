"""Files that people attach, and files that they should not."""

import io
import random
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import pikepdf
from PIL import Image


def image(kind: str, width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    noise = random.Random(1).randbytes(width * height * 3)
    Image.frombytes("RGB", (width, height), noise).save(out, kind)
    return out.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], Any] = lambda _: None, **how: Any) -> bytes:
    """A page of PDF after a *change*."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        change(document)
        document.save(out, **how)
    return out.getvalue()


def padded_pdf(size: int) -> bytes:
    """A PDF of exactly *size* bytes, of which most is a stream that does not compress."""

    def of(length: int) -> bytes:
        noise = random.Random(2).randbytes(length)
        return pdf(lambda p: p.Root.__setattr__("Piece", p.make_stream(noise)), compress_streams=False)

    length = size - 2000
    for _ in range(3):
        length += size - len(of(length))
    made = of(length)
    assert len(made) == size
    return made


@contextmanager
def temporary(content: bytes) -> Iterator[BinaryIO]:
    """A nameless file, as what comes in is kept."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file


def script(p: pikepdf.Pdf) -> None:
    p.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def launch(p: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    p.pages[0].Annots = pikepdf.Array([link])


def web_page_at_opening(p: pikepdf.Pdf) -> None:
    p.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://male.example")


def opens_at_a_page(p: pikepdf.Pdf) -> None:
    p.Root.OpenAction = pikepdf.Array([p.pages[0].obj, pikepdf.Name.Fit])


def about_scripts(p: pikepdf.Pdf) -> None:
    p.docinfo["/Title"] = "Manuale (/JS) /JavaScript"


def embedded(name: str, content: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(p: pikepdf.Pdf) -> None:
        spec: Any = pikepdf.AttachedFileSpec
        p.attachments[name] = spec(p, content, filename=name)

    return change


def hidden_script() -> bytes:
    """The name written with hex escapes, as who wants to hide it would."""
    return pdf(script).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4a#53")


def bomb() -> bytes:
    """A PDF of under 1 MB that unpacks to 700 MB."""
    packed = packed_zeros(700 << 20)
    return pdf(lambda p: p.Root.__setattr__("Piece", p.make_stream(packed, Filter=pikepdf.Name.FlateDecode)))


def packed_zeros(size: int) -> bytes:
    """*size* zero bytes in zlib's format; one megabyte is packed and repeated, for there may be thousands."""
    whole, rest = divmod(size, 1 << 20)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(bytes(rest)) + packer.flush()
    return b"\x78\xda" + block * whole + last + struct.pack(">HH", size % 65521, 1)


def png_of(width: int, height: int) -> bytes:
    """A PNG that says to be that large, and whose data unpack to as much."""
    packed = packed_zeros((1 + width * 3) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG_BEGINS + b"".join(png_chunk(*c) for c in ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")))


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
EXE = b"MZ\x90\x00" + bytes(56) + b"\x40\0\0\0" + b"PE\0\0" + bytes(1000)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
