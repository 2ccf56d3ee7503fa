"""What a document's turn at the worker counts for: its own failures do, nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from omnia_com.communications.sent import RECEIPT
from omnia_com.documents import receipts
from omnia_com.documents.exports import ask_export
from omnia_com.documents.receipts import Waiting
from omnia_com.documents.sheet import Sheet
from omnia_com.workers import turns
from omnia_com.workers.browser import BrowserBroke, BrowserUnavailable, NotPrinted
from omnia_com.workers.turns import Turn, Turns
from tests.conftest import forced
from tests.helpers.browsing import Visitor
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import PAUSE, until

ANNA = "PRVNNA85E49H501L"
State = tuple[str, int, bool]


@pytest.fixture
async def export(web: str, clean: None) -> UUID:
    """A document that waits."""
    return await ask_export(ANNA, uuid4(), Sheet(heading="Comunicazione"), 100)


async def render(document: UUID, *, beside: bool = False, browser: Any = None) -> str:
    turn = Turn(Waiting(document, export=True, alone=not beside), beside)
    return await turns.make(cast(Any, browser or SimpleNamespace(available=True)), turn)


async def state(database: asyncpg.Connection) -> State:
    """Its state, its failures, and whether it is due now."""
    query = "SELECT stato, tentativi, coalesce(presa_fino <= now(), true) AS due FROM documento"
    return tuple(await database.fetchrow(query))


def printing(monkeypatch: pytest.MonkeyPatch, outcome: bytes | Exception) -> None:
    async def print_pdf(*_: Any) -> bytes:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(turns, "print_pdf", print_pdf)


async def test_a_failure_is_counted_and_want_of_a_browser_is_not(
    export: UUID, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    printing(monkeypatch, BrowserUnavailable())
    for _ in range(receipts.MOST_ATTEMPTS):
        assert await render(export) == "non fatto"
    assert await state(database) == ("attesa", 0, True)
    printing(monkeypatch, ValueError())
    for n in range(1, receipts.MOST_ATTEMPTS):
        await render(export)
        assert await state(database) == ("attesa", n, False)
        await database.execute("UPDATE documento SET presa_fino = now()")
    await render(export)
    assert (await state(database))[0] == "fallita"


@pytest.mark.parametrize("away", [TimeoutError(), asyncpg.TooManyConnectionsError()], ids=["slow", "full"])
async def test_a_database_that_does_not_take_the_pdf_is_no_failure_of_the_document(
    away: Exception,
    export: UUID,
    database: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def keep(*_: Any) -> bool:
        raise away

    printing(monkeypatch, b"%PDF")
    with monkeypatch.context() as broken:
        broken.setattr(receipts, "keep", keep)
        assert await render(export) == "non fatto"
    assert await state(database) == ("attesa", 0, True)
    assert await render(export) == "fatto"


async def test_a_document_that_cannot_be_drawn_is_told_in_the_log(export: UUID, database: asyncpg.Connection) -> None:
    await forced(database, "UPDATE documento SET tipo = $1", RECEIPT)
    with capture_logs() as said:
        assert await render(export) == "non preso"
    assert [line["event"] for line in said] == ["documento_non_preso"]
    assert await state(database) == ("attesa", 0, False)


async def hang(*_: Any) -> bytes:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_document_whose_time_is_over_has_failed(
    export: UUID, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "print_pdf", hang)
    monkeypatch.setattr(turns, "DOCUMENT_SECONDS", 0.01)
    assert await render(export) == "non fatto"
    assert await state(database) == ("attesa", 1, False)


async def test_the_time_that_a_browser_took_to_start_is_no_failure_of_the_document(
    export: UUID, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = SimpleNamespace(available=True)

    async def start(*_: Any) -> bytes:
        browser.available = False
        return await hang()

    monkeypatch.setattr(turns, "print_pdf", start)
    monkeypatch.setattr(turns, "DOCUMENT_SECONDS", 0.01)
    assert await render(export, browser=browser) == "non fatto"
    assert await state(database) == ("attesa", 0, True)


async def test_a_worker_that_is_told_to_stop_gives_its_document_back(
    export: UUID, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints = asyncio.Event()

    async def begin(*_: Any) -> bytes:
        prints.set()
        return await hang()

    monkeypatch.setattr(turns, "print_pdf", begin)
    job = asyncio.create_task(render(export))
    await prints.wait()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert await state(database) == ("attesa", 0, True)


async def test_what_broke_beside_another_is_made_again_alone_and_charged_only_then(
    export: UUID, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for outcome in (BrowserBroke(), TimeoutError()):
        printing(monkeypatch, outcome)
        assert await render(export, beside=True) == "non fatto"
        assert await state(database) == ("attesa", 0, True), outcome
    assert await receipts.next_waiting(alone=False) is None
    assert await receipts.next_waiting() == Waiting(export, export=True, alone=True)
    assert await render(export) == "non fatto"
    assert await state(database) == ("attesa", 1, False)


async def test_a_page_that_cannot_be_printed_is_charged_beside_another_too(
    export: UUID, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    printing(monkeypatch, NotPrinted())
    await render(export, beside=True)
    assert await state(database) == ("attesa", 1, False)


async def receipt(database: asyncpg.Connection, seconds: int) -> UUID:
    """Of a sending that many *seconds* ago."""
    id = uuid4()
    row = (
        "INSERT INTO documento (id, tipo, dichiarante, creato) VALUES ($1, 'ricevuta', $2, now() - $3 * interval '1s')"
    )
    await forced(database, row, id, ANNA, seconds)
    return id


async def test_whose_turn_it_is(export: UUID, database: asyncpg.Connection) -> None:
    """The newest receipt, at which somebody looks; exports of drafts after all that was sent, the oldest first."""
    later = await ask_export(ANNA, uuid4(), Sheet(heading="Comunicazione"), 100)
    sent = [await receipt(database, seconds) for seconds in (600, 1, 30)]
    broke = await receipt(database, 0)
    await database.execute("UPDATE documento SET da_solo = true WHERE id = $1", broke)
    order: list[UUID] = []
    while turn := await receipts.next_waiting(besides=order):
        order.append(turn.id)
    assert order == [sent[1], sent[2], sent[0], broke, export, later]
    assert await receipts.next_waiting(exports=False, besides=[broke, *sent]) is None


class Printer:
    """Instead of Chromium: says what it prints, and prints on when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.available, self.printed, self.goes_on = True, list[UUID](), asyncio.Event()
        monkeypatch.setattr(turns, "print_pdf", self.print_pdf)

    async def print_pdf(self, _browser: Any, work: receipts.Work, _seal: object) -> bytes:
        self.printed.append(work.id)
        await self.goes_on.wait()
        return b"%PDF"

    async def prints(self, many: int) -> None:
        """Waits for so many, and for a moment longer, in which there might be more."""

        async def enough() -> bool:
            return len(self.printed) >= many

        await until(enough, lambda: self.printed)
        await asyncio.sleep(PAUSE)


@pytest.fixture
async def printer(web: str, clean: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Printer]:
    """The worker's turns, with nobody who tells it what waits."""
    printer: Any = Printer(monkeypatch)
    task = asyncio.create_task(Turns(printer).run())
    yield printer
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_eighty_exports_of_one_person_delay_no_receipt_of_another(
    printer: Printer, luca: Visitor, database: asyncpg.Connection
) -> None:
    for _ in range(80):
        await ask_export(ANNA, uuid4(), Sheet(heading="Comunicazione"), 100)
    await printer.prints(1)
    assert len(printer.printed) == 1, "one lane is never an export's"
    await send(luca, await posted_draft(luca, AUTONOMO))
    sent = UUID(luca.page.path.rpartition("/")[2])
    await printer.prints(2)
    assert printer.printed[1] == sent
    printer.goes_on.set()
    await printer.prints(81)
    assert await database.fetchval("SELECT bool_and(stato = 'pronta') FROM documento WHERE tipo = 'ricevuta'")


async def test_what_has_to_be_alone_is_made_beside_no_other(printer: Printer, database: asyncpg.Connection) -> None:
    printer.available = False
    alone, other = [await ask_export(ANNA, uuid4(), Sheet(heading="Comunicazione"), 100) for _ in range(2)]
    await database.execute("UPDATE documento SET da_solo = true WHERE id = $1", alone)
    printer.available = True
    await printer.prints(1)
    assert printer.printed == [other]
    printer.goes_on.set()
    await printer.prints(2)
    assert printer.printed == [other, alone]
