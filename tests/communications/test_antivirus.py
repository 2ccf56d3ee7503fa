"""The virus check: refuses, keeps and tries again, and blocks nobody's communication."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import asyncpg
import msgspec
import pytest

from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments.contents import Contents
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor
from tests.helpers.clamd import TOO_MUCH, VIRUS, Clamd
from tests.helpers.files import embedded, pdf
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft, send

CLEAN, INFECTED = pdf(), pdf(embedded("dati.txt", VIRUS), compress_streams=False)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


@pytest.fixture
async def clamd() -> Clamd:
    """It has a port; it does not run yet."""
    clamd = Clamd()
    async with clamd.running():
        pass
    return clamd


@pytest.fixture(autouse=True)
def configured(app: Front, clamd: Clamd) -> Iterator[None]:
    state = app.litestar.state
    before = state.services
    settings = dataclasses.replace(before.settings, clamd=clamd.address)
    state.services = msgspec.structs.replace(before, settings=settings)
    yield
    state.services = before


async def upload(person: Visitor, content: bytes, expect: int = 200) -> str:
    draft = await posted_draft(person, SUBORDINATO)
    await person.choose_file("contratto.pdf", content).press("Carica il file", expect=expect)
    return draft


async def test_a_clean_file_is_taken_and_a_virus_is_not(anna: Visitor, clamd: Clamd) -> None:
    async with clamd.running():
        await upload(anna, CLEAN)
        assert "contratto.pdf" in anna.page.text
        await upload(anna, INFECTED)
        assert anna.page.errors == ["allegati:non_valido"]
        assert "antivirus" in anna.page.text
    assert clamd.seen == 2


async def test_what_clamd_cannot_look_through_is_refused(anna: Visitor, clamd: Clamd) -> None:
    clamd.answer = "INSTREAM size limit exceeded. ERROR"
    async with clamd.running():
        await upload(anna, CLEAN)
    assert anna.page.errors == ["allegati:non_valido"]


@pytest.mark.parametrize("how", ["away", "dumb"])
async def test_while_it_is_away_a_file_is_kept_and_checked_later(
    how: str, anna: Visitor, clamd: Clamd, settings: Settings
) -> None:
    contents = Contents(settings)
    if how == "dumb":
        clamd.answer = ""  # goes away in the middle
        async with clamd.running():
            draft = await upload(anna, CLEAN)
    else:
        draft = await upload(anna, CLEAN)
    await anna.get(f"{draft}/allegati")
    assert "in attesa del controllo antivirus" in anna.page.text
    path = anna.page.link("contratto.pdf")
    await anna.get(path, expect=409)
    assert "Aspetta il controllo" in anna.page.text
    await attachments.check_waiting(contents, clamd.address)
    await anna.get(path, expect=409)
    clamd.answer = "stream: OK"
    async with clamd.running():
        await attachments.check_waiting(contents, clamd.address)
    assert (await anna.client.get(path)).content == CLEAN


async def test_a_draft_is_sent_with_a_file_that_waits_and_stays_sent_when_it_has_a_virus(
    anna: Visitor, clamd: Clamd, settings: Settings, database: asyncpg.Connection
) -> None:
    await send(anna, await upload(anna, INFECTED))
    sent = anna.page.path
    path = anna.page.link("Scarica contratto.pdf")
    async with clamd.running():
        await attachments.check_waiting(Contents(settings), clamd.address)
    await anna.get(path, expect=409)
    assert "vale lo stesso" in anna.page.text
    await attachments.forget_unused(Contents(settings))
    assert await database.fetchval("SELECT stato FROM contenuto") == "infetto", "the record stays whole"
    await anna.get(sent)
    assert anna.page.hook("stato") == "inviata"
    await anna.press("Rettifica")
    draft = anna.page.path
    await anna.get(f"{draft}/riepilogo")
    assert anna.page.errors == ["allegati:non_valido"]


async def test_a_virus_found_in_a_draft_is_to_be_taken_away_before_sending(
    anna: Visitor, clamd: Clamd, settings: Settings
) -> None:
    draft = await upload(anna, INFECTED)
    await anna.get(f"{draft}/riepilogo")
    assert anna.page.errors == []
    async with clamd.running():
        await attachments.check_waiting(Contents(settings), clamd.address)
    anna.fill(dichiarazione_veridicita="si", dichiarazione_privacy="si")
    await anna.press("Invia la comunicazione")
    assert anna.page.errors == ["allegati:non_valido"]
    await anna.follow("L’antivirus ha rifiutato")
    await anna.press("Togli contratto.pdf")
    await send(anna, draft)
    assert anna.page.hook("stato") == "inviata"


async def states(database: asyncpg.Connection) -> list[str]:
    return [row["stato"] for row in await database.fetch("SELECT stato FROM contenuto ORDER BY creato")]


async def test_what_the_store_lost_keeps_no_other_from_its_check(
    anna: Visitor, clamd: Clamd, settings: Settings, database: asyncpg.Connection
) -> None:
    for content in (CLEAN, CLEAN, INFECTED):
        await upload(anna, content)
    contents = Contents(settings)
    await contents.remove(await database.fetchval("SELECT id FROM contenuto ORDER BY creato"))
    async with clamd.running():
        await attachments.check_waiting(contents, clamd.address)
    assert await states(database) == ["attesa", "ammesso", "infetto"]


async def test_files_at_which_clamd_hangs_up_do_not_take_every_turn(
    anna: Visitor, clamd: Clamd, settings: Settings, database: asyncpg.Connection
) -> None:
    for content in (pdf(embedded("dati.txt", TOO_MUCH), compress_streams=False), CLEAN, INFECTED):
        await upload(anna, content)
    async with clamd.running():
        for _ in range(60):
            await attachments.check_waiting(Contents(settings), clamd.address, most=1)
    assert await states(database) == ["attesa", "ammesso", "infetto"]


async def test_a_clamd_that_is_away_is_not_asked_about_every_file(
    anna: Visitor, clamd: Clamd, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await upload(anna, CLEAN)
    opened, contents = [], Contents(settings)
    genuine = contents.open

    async def open(id: UUID) -> AsyncIterator[bytes]:
        opened.append(id)
        return await genuine(id)

    monkeypatch.setattr(contents, "open", open)
    await attachments.check_waiting(contents, clamd.address)
    assert len(opened) == 1
