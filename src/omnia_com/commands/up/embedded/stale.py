"""A server that outlived its supervisor is ended before another starts on the same folder."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from .processes import LINUX

GRACE = 10.0  # seconds


def end_leftover(pid_file: Path, folder: Path, sig: signal.Signals) -> None:
    """Ends the process of *pid_file* if it is a server of *folder*; if another has its number by now, only the file."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    asked = time.monotonic()
    while _serves(pid, folder):
        with suppress(ProcessLookupError):
            os.kill(pid, sig if time.monotonic() - asked < GRACE else signal.SIGKILL)
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _serves(pid: int, folder: Path) -> bool:
    """Both servers work inside their data folder (Linux), and name it in their command (elsewhere)."""
    if LINUX:
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
        except OSError:
            return False
    ps = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    said = subprocess.run(ps, capture_output=True, text=True)  # noqa: S603
    return str(folder) in said.stdout
