"""One line of the log is one JSON object, whatever is in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from omnia_com import logs
from omnia_com.settings import Settings
from tests.helpers.browsing import bare

FORGED = '\r\n{"event": "accesso", "mezzo": "spid"}\n\x1b[2K\x85\u2028\u2029\x9b2J\0perché'


@contextmanager
def as_in_service() -> Iterator[None]:
    """The log as the service writes it, on standard error."""
    before = structlog.get_config()
    logs.configure()
    try:
        yield
    finally:
        structlog.configure(**before)


def test_a_value_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with as_in_service():
        structlog.get_logger().warning("accesso_rifiutato", motivo=FORGED, **{f"nome{FORGED}": 1})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    said = json.loads(line)
    assert (said["event"], said["level"], said["motivo"]) == ("accesso_rifiutato", "warning", FORGED)


async def test_an_address_cannot_either(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with as_in_service():
        async with bare(settings) as client:
            await client.get("/accesso/oidc/a%0d%0a%7b%22event%22:%22accesso%22%7d%e2%80%a8%c2%85%1b%5b2K")
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["event"], said["percorso"]) == ("richiesta", '/accesso/oidc/a\r\n{"event":"accesso"}\u2028\x85\x1b[2K')
