"""When to stop although nobody told us: the make that started us has gone, or is going.

On SIGINT sent to its own number only, GNU make sets that signal back to its default and waits for its
child, telling it nothing (`fatal_error_signal` in commands.c). Linux shows it: the signal is caught no more.
"""

import os
import signal
from pathlib import Path

FATAL = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


class Parent:
    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._caught = caught_signals(pid)

    def leaving(self) -> bool:
        """Whether it has gone, or no longer catches a fatal signal that it caught at first."""
        return os.getppid() != self.pid or bool(self._caught - caught_signals(self.pid))


def caught_signals(pid: int) -> frozenset[signal.Signals]:
    """Which of `FATAL` the process has a handler for; empty where /proc does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return frozenset()
    mask = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt:")), 0)
    return frozenset(s for s in FATAL if mask >> (s - 1) & 1)
