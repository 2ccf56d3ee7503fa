"""What the judges are given: windows to look at pages, the real program behind nginx and behind Caddy.

What they say of the pages can be kept for the statement of accessibility.
"""

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from omnia_com.commands.up.roles import answers
from omnia_com.pages.assessment import Check, Results
from tests.browser.conftest import chromium, window
from tests.browser.pages import PATHS, REST
from tests.helpers.waiting import eventually, stopped, tail
from tests.peers.proxies import Proxy, running

__all__ = ["chromium", "window"]
Judged = Callable[[str, str, int], None]
SAID = pytest.StashKey[defaultdict[str, dict[str, int]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--statement", help="file for what the judges say of every page (make accessibility)")


def pytest_configure(config: pytest.Config) -> None:
    said: defaultdict[str, dict[str, int]] = defaultdict(dict)
    config.stash[SAID] = said


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in this folder is a long suite: it waits for `make test-peers`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("peers")


@pytest.fixture
def judged(pytestconfig: pytest.Config) -> Judged:
    """Notes how many faults a judge found on the pages in a language."""

    def note(judge: str, language: str, faults: int) -> None:
        pytestconfig.stash[SAID][judge][language] = faults

    return note


def pytest_sessionfinish(session: pytest.Session) -> None:
    file = session.config.getoption("--statement")
    if file:
        said = session.config.stash[SAID].items()
        checks = tuple(Check(judge, tuple(sorted(found)), sum(found.values())) for judge, found in said)
        results = Results(date.today(), len(PATHS + REST), checks)
        Path(file).write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")


@pytest.fixture(scope="package", params=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest,
    environment: dict[str, str],
    migrated: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    """What the program logs is in `web.log` of the proxy's folder."""
    folder, started = tmp_path_factory.mktemp(request.param), list[subprocess.Popen[bytes]]()

    def start_web(own: dict[str, str]) -> None:
        with (folder / "web.log").open("wb") as log:
            command = [sys.executable, "-m", "omnia_com", "web"]
            started.append(subprocess.Popen(command, env={**os.environ, **environment, **own}, stderr=log))
        eventually(lambda: answers("127.0.0.1", int(own["OMNIA_PORT"]), "/salute"), lambda: tail(folder / "web.log"))

    try:
        with running(request.param, folder, start_web) as proxy:
            yield proxy
    finally:
        for process in started:
            stopped(process, folder / "web.log")
