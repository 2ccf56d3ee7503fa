"""Providers that run beside the service, each a process of its own, told and telling in JSON."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any


@contextmanager
def running(command: Sequence[str | Path], told: dict[str, Any], log: Path) -> Iterator[dict[str, Any]]:
    """A process that was told this on its standard input: the line that it says when it is ready."""
    with log.open("wb") as err, subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=err) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(told).encode())
        process.stdin.close()
        try:
            said = process.stdout.readline()
            assert said, log.read_text()
            yield json.loads(said)
        finally:
            process.terminate()
