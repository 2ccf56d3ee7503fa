"""Whether a picture opens: the header tells its pixels before anything is unpacked, then all of it is unpacked.

Small faults of real files cost nothing, for no reader minds them: only what is needed to draw a picture is looked at
(its texts, its notes of the camera may be huge or damaged), and its very end may be missing.
"""

import io
import random
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, ImageChops

from .kinds import PNG, TOO_MUCH, NotTaken

MOST_PIXELS = 50_000_000  # a page at 600 dpi has 35 million
LOST = 10  # a picture may lack this part of its height, or one row of the blocks in which a JPEG is packed
BLOCKS = 16  # pixels
_DRAWN = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_APPLICATIONS = {*range(0xE1, 0xEE), 0xEF, 0xFE}
_JPEG_ENDS = b"\xff\xd9"
_SEGMENTS = (b"\xff\xc4", b"\xff\xda", b"\xff\xdb", b"\xff\xdd")
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError, KeyError, TypeError)


def look_into_image(data: bytes, kind: str) -> None:
    """Raises `NotTaken`, or `MemoryError`."""
    Image.MAX_IMAGE_PIXELS = None  # ours is smaller, and an error
    try:
        _drawn(_plain_png(data)) if kind == PNG else _look_into_jpeg(_plain_jpeg(data))
    except _BROKEN as e:
        try:
            _drawn(data)  # what we took away may have been the fault
        except _BROKEN:
            raise NotTaken("incompleto" if "truncated" in str(e) else "rovinato") from e


def _drawn(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
    if image.width * image.height > MOST_PIXELS:
        raise NotTaken(TOO_MUCH)
    # a JPEG small: all of it is read still
    image.draft(image.mode, (max(1, image.width // 8), max(1, image.height // 8)))
    image.load()
    return image


def _plain_png(data: bytes) -> bytes:
    """*data* with nothing but what draws it, and with its end. A fault in what draws it stays one."""
    plain = [data[:8], *_chunks(data)]
    return b"".join(plain if plain[-1][4:8] == b"IEND" else (*plain, _chunk(b"IEND", b"")))


def _chunks(data: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        whole = data[at : at + 12 + length]
        at += 12 + length
        if kind == b"IDAT" and len(whole) < 12 + length:
            whole = _chunk(kind, whole[8 : 8 + length])  # cut off: perhaps all that draws is there
        if kind in _DRAWN:
            yield whole
        if kind == b"IEND":
            return


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _plain_jpeg(data: bytes) -> bytes:
    """*data* without remarks, Exif and the like: of what applications add, only JFIF and Adobe say how to draw."""
    plain, at = [data[:2]], 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] not in (b"\xda", b"\xff", b""):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] not in _APPLICATIONS:
            plain.append(data[at:end])
        at = end
    return b"".join(plain) + data[at:]


def _look_into_jpeg(data: bytes) -> None:
    try:
        _drawn(data)
    except OSError as e:
        if "truncated" not in str(e) or _is_cut_short(data):
            raise


def _is_cut_short(data: bytes) -> bool:
    """Whether too much of a JPEG without an end is missing: what is drawn differently when other bytes follow.

    When it is packed in several scans, the first of them is the whole picture; the others only make it sharper.
    """
    data = _to_last_whole_segment(data)
    if data.count(b"\xff\xda") > 1 and b"\xff\xc2" in data:
        _drawn(data + _JPEG_ENDS)
        return False
    noise = random.Random(1).randbytes(4096).replace(b"\xff", b"\x7f")  # noqa: S311 – any bytes will do
    one, other = (_drawn(data + following + _JPEG_ENDS) for following in (b"", noise))
    lost = ImageChops.difference(one, other).getbbox()
    with Image.open(io.BytesIO(data)) as image:
        row = BLOCKS * one.height / image.height
    return lost is not None and one.height - lost[1] > max(row, one.height / LOST) + 1


def _to_last_whole_segment(data: bytes) -> bytes:
    """Without the head of a table or of a scan that is cut in the middle: there a reader would stop for good."""
    data = data.rstrip(b"\xff")
    last = max(map(data.rfind, _SEGMENTS))
    (length,) = struct.unpack(">H", data[last + 2 : last + 4].rjust(2, b"\xff"))
    return data[:last] if last + 2 + length > len(data) else data
