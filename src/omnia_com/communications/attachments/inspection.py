"""Looks into a file that somebody sent, in a process of its own that may not use much (ASVS 5.2.3).

`python -m …inspection < file` prints its media type, or `!` and a key of `messages.REFUSALS`. A file that makes it run
out of memory or time is refused as such; any other end of the process is a fault of ours, and says so.
"""

import logging
import resource
import sys
import traceback
from typing import BinaryIO

from .inspection_image import look_into_image
from .inspection_pdf import look_into_pdf
from .kinds import FAULT, PDF, TOO_MUCH, NotTaken, recognise

MEMORY, CPU_SECONDS = 1024 * 1024 * 1024, 10  # of address space, not of RAM


def inspect(file: BinaryIO) -> str:
    """The media type of *file*. Raises `NotTaken`, or `MemoryError`."""
    data = file.read()
    if not data:
        raise NotTaken("vuoto")
    kind = recognise(data)
    if kind == PDF:
        look_into_pdf(data)
    else:
        look_into_image(data, kind)
    return kind


def main() -> None:
    logging.disable()  # what libraries think of the file is nobody's business
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 2))  # the first ends it by SIGXCPU
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer = inspect(sys.stdin.buffer)
    except NotTaken as e:
        answer = f"!{e}"
    except MemoryError:
        answer = f"!{TOO_MUCH}"
    except Exception as e:  # what nobody foresaw: where it happened, and nothing of the file
        answer = f"!{FAULT}"
        last = traceback.extract_tb(e.__traceback__)[-1]
        sys.stderr.write(f"{type(e).__name__} {last.filename.rpartition('/')[2]}:{last.lineno}")
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
