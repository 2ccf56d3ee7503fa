"""A page as small as the line deserves, for a time of the processor that no visitor can make long.

What is written to the line holds up everybody else of this process meanwhile, so the quality goes by the size alone:
a text that somebody typed costs what one of ours costs, about a millisecond each 64 kB.
"""

import gzip

import brotli

from .assets import best_encoding

TINY = 200  # bytes that compression would only make more
SMALL, LARGE = 4 * 1024, 64 * 1024  # bytes
BEST, GOOD, QUICK = 11, 5, 1  # qualities of brotli; above 5 a random text takes a hundred times as long


def compressed(body: bytes, accepted: str) -> tuple[bytes, str]:
    """*body* by the best encoding that is *accepted*, and its name."""
    encoding = best_encoding(accepted) if len(body) > TINY else "identity"
    if encoding == "br":
        quality = BEST if len(body) <= SMALL else GOOD if len(body) <= LARGE else QUICK
        return bytes(brotli.compress(body, quality=quality)), encoding
    if encoding == "gzip":
        return gzip.compress(body, 6 if len(body) <= LARGE else 1, mtime=0), encoding
    return body, encoding
