"""Waiting for a thing itself: on a slow or busy machine it comes later, and nothing is wrong.

No test says how quick a machine is; what is measured is in `bench/`.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
Saw = Callable[[], object]
PATIENCE = 120  # seconds: what has not come by then never will. A whole test has more, in pyproject.toml
PAUSE = 0.02


async def until(true: Callable[[], Awaitable[T]], saw: Saw = lambda: "nothing") -> T:
    """What *true* gives, once that is something. Fails with what it *saw* instead."""
    for _ in _looks(saw):
        if found := await true():
            break
        await asyncio.sleep(PAUSE)
    return found


def eventually(true: Callable[[], T], saw: Saw = lambda: "nothing") -> T:
    """The same where nothing else goes on in this process."""
    for _ in _looks(saw):
        if found := true():
            break
        time.sleep(PAUSE)
    return found


def _looks(saw: Saw) -> Iterator[None]:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        yield
    pytest.fail(f"not in {PATIENCE} seconds; what is there: {saw()}")


def stopped(process: subprocess.Popen[bytes], log: Path | None = None) -> int:
    """Tells a *process* to stop and returns its exit code. Fails with the end of its *log* if it does not."""
    process.terminate()
    return ended(process, log)


def ended(process: subprocess.Popen[bytes] | subprocess.Popen[str], log: Path | None = None) -> int:
    """The exit code of a *process* that should end by itself."""
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"{process.args!r} goes on. {tail(log) if log else ''}")


def show(log: Path) -> None:
    """Pytest prints it with a test that failed."""
    sys.stderr.write(tail(log))


def tail(log: Path) -> str:
    """What a process said last."""
    return log.read_text(errors="replace")[-3000:] if log.exists() else f"{log} is not there"
