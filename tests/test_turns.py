"""What a document's turn at the worker counts for: its own failures do, nobody else's."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from omnia_com.workers import main
from omnia_com.workers.chromium import BrowserUnavailable
from structlog.testing import capture_logs

from omnia_com import receipts
from omnia_com.communications import RECEIPT
from omnia_com.settings import Settings
from omnia_com.sheet import Sheet

ANNA = "PRVNNA85E49H501L"
State = tuple[str, int, bool]


@pytest.fixture
async def export(web: str, clean: None) -> UUID:
    """A document that waits."""
    return await receipts.ask_export(ANNA, uuid4(), Sheet(heading="Comunicazione"))


async def render(settings: Settings, document: UUID) -> str:
    return await main.render({"browser": SimpleNamespace(available=True), "settings": settings}, str(document))


async def state(database: asyncpg.Connection) -> State:
    """Its state, its failures, and whether it is due now."""
    query = "SELECT stato, tentativi, coalesce(presa_fino <= now(), true) AS due FROM documento"
    return tuple(await database.fetchrow(query))


def printing(monkeypatch: pytest.MonkeyPatch, outcome: bytes | Exception) -> None:
    async def print_pdf(*_: Any) -> bytes:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(main, "print_pdf", print_pdf)


async def test_a_failure_is_counted_and_want_of_a_browser_is_not(
    export: UUID, settings: Settings, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    printing(monkeypatch, BrowserUnavailable())
    for _ in range(receipts.MOST_ATTEMPTS):
        assert await render(settings, export) == "non fatto"
    assert await state(database) == ("attesa", 0, True)
    printing(monkeypatch, ValueError())
    for n in range(1, receipts.MOST_ATTEMPTS):
        await render(settings, export)
        assert await state(database) == ("attesa", n, False)
        await database.execute("UPDATE documento SET presa_fino = now()")
    await render(settings, export)
    assert (await state(database))[0] == "fallita"


@pytest.mark.parametrize("away", [TimeoutError(), asyncpg.TooManyConnectionsError()], ids=["slow", "full"])
async def test_a_database_that_does_not_take_the_pdf_is_no_failure_of_the_document(
    away: Exception,
    export: UUID,
    settings: Settings,
    database: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def keep(*_: Any) -> bool:
        raise away

    printing(monkeypatch, b"%PDF")
    with monkeypatch.context() as broken:
        broken.setattr(receipts, "keep", keep)
        assert await render(settings, export) == "non fatto"
    assert await state(database) == ("attesa", 0, True)
    assert await render(settings, export) == "fatto"


async def test_a_document_that_cannot_be_drawn_is_told_in_the_log(
    export: UUID, settings: Settings, database: asyncpg.Connection
) -> None:
    await database.execute("UPDATE documento SET tipo = $1", RECEIPT)
    with capture_logs() as said:
        assert await render(settings, export) == "non preso"
    assert [line["event"] for line in said] == ["documento_non_preso"]
    assert await state(database) == ("attesa", 0, False)
