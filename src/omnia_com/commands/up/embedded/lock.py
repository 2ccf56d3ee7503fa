"""One process at a time on a data folder."""

import fcntl
import os
from pathlib import Path
from typing import IO

from .find import EmbeddedError

ANOTHER_FOLDER = "scegli un'altra cartella con OMNIA_DATA"


class AlreadyRunning(EmbeddedError):
    """Another process holds the data folder."""


def take(data: Path) -> IO[str]:
    """Holds *data* until the file is closed, or the process ends in whatever way. Raises `AlreadyRunning`."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = (data / "in-uso").open("a+")
    except OSError as e:
        raise EmbeddedError(f"Non si può scrivere in {data} ({e.strerror}): {ANOTHER_FOLDER}") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.seek(0)
        pid = held.read().strip()
        held.close()
        raise AlreadyRunning(
            f"omnia-com è già in funzione su {data} (processo {pid}): fermalo, oppure {ANOTHER_FOLDER}"
        ) from None
    held.truncate(0)
    held.write(f"{os.getpid()}\n")
    held.flush()
    return held
