"""Workers of a test's own, and pages that wait for no receipt."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import start_worker
from tests.documents.steps import Start
from tests.helpers.waiting import ended, show


@pytest.fixture
async def own_worker(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[Start]:
    """Workers of this test alone, to be killed."""
    started, log = list[subprocess.Popen[bytes]](), tmp_path / "worker.log"

    def start(**changes: str) -> subprocess.Popen[bytes]:
        started.append(start_worker(environment | changes, log))
        return started[-1]

    yield start
    show(log)
    for process in started:
        process.terminate()
    for process in started:
        await asyncio.to_thread(ended, process, log)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)
