"""A QR code as a figure: one path of whole modules, sharp at any size, and nothing to load."""

from collections.abc import Iterator
from itertools import groupby

import segno

QUIET = 4  # modules of white around it, as ISO/IEC 18004 asks


def drawn(text: str) -> tuple[str, str]:
    """The path of the dark modules, and the view box that it stands in, as SVG has them."""
    modules = segno.make(text, error="m", micro=False).matrix
    size = len(modules) + 2 * QUIET
    path = "".join(f"M{x} {y}h{n}v1h-{n}z" for y, row in enumerate(modules) for x, n in _runs(row))
    return path, f"-{QUIET} -{QUIET} {size} {size}"


def _runs(row: bytearray) -> Iterator[tuple[int, int]]:
    """(first, how many) of each run of dark modules."""
    x = 0
    for dark, modules in groupby(row):
        n = len(list(modules))
        if dark:
            yield x, n
        x += n
