"""nginx and Caddy, one after the other, in front of the real program."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from omnia_com.roles import answers
from tests.peers.proxies import Proxy, running


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
        deadline = time.monotonic() + 30
        while not answers("127.0.0.1", int(own["OMNIA_PORT"]), "/salute"):
            assert time.monotonic() < deadline, (folder / "web.log").read_text()[-3000:]
            time.sleep(0.1)

    try:
        with running(request.param, folder, start_web) as proxy:
            yield proxy
    finally:
        for process in started:
            process.terminate()
            process.wait(15)
