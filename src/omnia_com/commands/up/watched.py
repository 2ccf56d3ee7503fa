"""A process that is kept running, and the words on the terminal when it ends."""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .embedded.processes import Process, last_lines

BACKOFF = (0.2, 15.0)  # seconds before the first restart, and at most; each doubles the one before
STEADY = 30.0  # seconds of running after which an end counts as the first again


class Watched:
    """A process that is started again whenever it ends, later and later."""

    def __init__(self, process: Process, start: Callable[[], None]) -> None:
        self.process, self._start = process, start
        self.ends = 0
        self._started = time.monotonic()
        self._again_at: float | None = None

    def start(self) -> None:
        self._started, self._again_at = time.monotonic(), None
        self._start()

    def tend(self) -> None:
        now = time.monotonic()
        if self.process.running:
            return
        if self._again_at is None:
            self.ends = 1 if now - self._started > STEADY else self.ends + 1
            delay = min(BACKOFF[0] * 2 ** (self.ends - 1), BACKOFF[1])
            self._again_at = now + delay
            say(f"{describe_end(self.process)}\nRiparte fra {delay:.1f} secondi.")
        elif now >= self._again_at:
            self.start()


def describe_end(process: Process) -> str:
    """How it ended, its last words and its log, in Italian."""
    code = process.exit_code or 0
    how = f"segnale {signal.Signals(-code).name}" if code < 0 else f"codice {code}"
    tail = "".join(f"\n  {line[:300]}" for line in last_lines(process.log))
    return f"{process.name} si è fermato ({how}); dettagli in {shown(process.log)}{tail}"


def shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def say(text: str) -> None:
    """To the terminal, which may have gone: that must not keep us from stopping in order."""
    with suppress(OSError, ValueError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
