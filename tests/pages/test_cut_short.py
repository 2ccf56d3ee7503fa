"""What is cut short is no fault of ours: a client that goes, a database that dies, a log that takes no line."""

import asyncio
import io
from typing import Any

import asyncpg
import pytest
import structlog
from structlog.testing import capture_logs

from omnia_com import logs
from omnia_com.communications import drafts
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor
from tests.helpers.waiting import until

DYING = (
    asyncpg.InternalClientError("got result for unknown protocol state"),
    asyncpg.ConnectionDoesNotExistError(),
    asyncpg.CrashShutdownError(),
    asyncpg.InternalServerError(),
    asyncpg.PostgresIOError(),
    asyncpg.DiskFullError(),
)


@pytest.mark.parametrize("error", DYING, ids=lambda e: type(e).__name__)
async def test_a_database_that_dies_while_it_answers_is_away(
    error: Exception, anna: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(drafts, "find_draft", dies)
    with capture_logs() as said:
        await anna.get("/bozze/00000000-0000-4000-8000-000000000000", expect=503)
    assert [line["event"] for line in said if line["log_level"] == "error"] == ["database_assente"]


async def test_a_client_that_is_cut_off_while_it_sends_is_no_error(web: str, clean: None, settings: Settings) -> None:
    with capture_logs() as said:
        _, writer = await asyncio.open_connection(settings.host, settings.port)
        host = web.removeprefix("http://")
        head = f"POST /bozze HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        writer.write(f"{head}Content-Length: 1000\r\n\r\nnome=".encode())
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()

        async def told() -> bool:
            return any(line["event"] == "richiesta_interrotta" for line in said)

        await until(told, lambda: said)
    assert [line for line in said if line["log_level"] == "error"] == []


class Full(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_line_that_cannot_be_written_costs_nobody_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    before = structlog.get_config()
    monkeypatch.setattr("sys.stderr", Full())
    logs.configure()
    try:
        structlog.get_logger().info("richiesta")
    finally:
        structlog.configure(**before)
