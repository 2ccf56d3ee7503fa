"""What a document's turn at the worker counts for: its own failures do, nobody else's."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from omnia_com.communications.sent import RECEIPT
from omnia_com.documents import receipts
from omnia_com.documents.sheet import Sheet
from omnia_com.settings import Settings
from omnia_com.workers import main
from omnia_com.workers.browser import BrowserUnavailable
from tests.conftest import forced

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
    await forced(database, "UPDATE documento SET tipo = $1", RECEIPT)
    with capture_logs() as said:
        assert await render(settings, export) == "non preso"
    assert [line["event"] for line in said] == ["documento_non_preso"]
    assert await state(database) == ("attesa", 0, False)


async def hang(*_: Any) -> bytes:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_document_whose_time_is_over_has_failed(
    export: UUID, settings: Settings, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "print_pdf", hang)
    monkeypatch.setattr(main, "DOCUMENT_SECONDS", 0.01)
    assert await render(settings, export) == "non fatto"
    assert await state(database) == ("attesa", 1, False)


async def test_the_time_that_a_browser_took_to_start_is_no_failure_of_the_document(
    export: UUID, settings: Settings, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = SimpleNamespace(available=True)

    async def start(*_: Any) -> bytes:
        browser.available = False
        return await hang()

    monkeypatch.setattr(main, "print_pdf", start)
    monkeypatch.setattr(main, "DOCUMENT_SECONDS", 0.01)
    assert await main.render({"browser": browser, "settings": settings}, str(export)) == "non fatto"
    assert await state(database) == ("attesa", 0, True)


async def test_a_worker_that_is_told_to_stop_gives_its_document_back(
    export: UUID, settings: Settings, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints = asyncio.Event()

    async def begin(*_: Any) -> bytes:
        prints.set()
        return await hang()

    monkeypatch.setattr(main, "print_pdf", begin)
    job = asyncio.create_task(render(settings, export))
    await prints.wait()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert await state(database) == ("attesa", 0, True)


async def test_exports_of_drafts_wait_for_all_that_was_sent(export: UUID, database: asyncpg.Connection) -> None:
    receipt = uuid4()
    of_a_receipt = "INSERT INTO documento (id, tipo, dichiarante) VALUES ($1, 'ricevuta', $2)"
    await forced(database, of_a_receipt, receipt, ANNA)
    assert await receipts.waiting() == [receipt, export]
