"""Looks into a file that somebody sent, in a process of its own that may not use much (ASVS 5.2.3).

`python -m …inspection < file` prints its media type, or `!` and a key of `messages.REFUSALS`; a file that
makes it run out of memory or time is refused by the end of the process.
"""

import io
import resource
import sys
import zipfile
from typing import BinaryIO

import puremagic
from PIL import Image

from .inspection_pdf import NotTaken, look_into_pdf

MEMORY, CPU_SECONDS = 1024 * 1024 * 1024, 10  # of address space, not of RAM
MOST_PIXELS = 50_000_000  # a page at 600 dpi has 35 million
PDF_HEAD = 1024  # bytes in which readers look for a PDF's beginning
SIGNATURES = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


def inspect(file: BinaryIO) -> str:
    """The media type of *file*. Raises `NotTaken`, or `MemoryError`."""
    data = file.read()
    if not data:
        raise NotTaken("vuoto")
    kind = recognise(data)
    (look_into_pdf if kind == "application/pdf" else look_into_image)(data)
    return kind


def recognise(data: bytes) -> str:
    """The one kind that *data* is; what could be taken for two kinds is none."""
    try:
        kind: str = puremagic.magic_stream(io.BytesIO(data))[0].mime_type
    except (puremagic.PureError, IndexError, ValueError):
        kind = ""
    if kind not in SIGNATURES or not data.startswith(SIGNATURES[kind]):
        raise NotTaken("tipo")
    if kind != "application/pdf" and b"%PDF-" in data[:PDF_HEAD]:
        raise NotTaken("tipo")
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise NotTaken("tipo")
    return kind


def look_into_image(data: bytes) -> None:
    """The header tells the pixels before anything is unpacked; then it is unpacked whole."""
    Image.MAX_IMAGE_PIXELS = None  # ours is smaller, and an error
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotTaken("enorme")
            image.draft(image.mode, (image.width // 8, image.height // 8))  # a JPEG small: all of it is read still
            image.load()
    except (OSError, SyntaxError, ValueError) as e:
        raise NotTaken("rovinato") from e


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer = inspect(sys.stdin.buffer)
    except NotTaken as e:
        answer = f"!{e}"
    except MemoryError:
        answer = "!enorme"
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
