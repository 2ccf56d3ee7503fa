"""Exports of drafts: one waits a draft, so many a day, and a person who has had them keeps what was saved."""

import asyncio
import dataclasses
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from omnia_com.documents.exports import TooManyExports, ask_export, export_id
from omnia_com.documents.sheet import Sheet
from omnia_com.pages.http.front import Front
from tests.helpers.browsing import Visitor
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft

ANNA, LUCA = "PRVNNA85E49H501L", "PRVLCU80A01H501Z"
pytestmark = pytest.mark.usefixtures("web", "clean")


def said(text: str) -> Sheet:
    return Sheet(heading=text)


async def waiting(database: asyncpg.Connection) -> list[UUID]:
    return [row["id"] for row in await database.fetch("SELECT id FROM documento WHERE stato = 'attesa'")]


async def test_one_export_waits_a_draft_with_what_it_said_last(database: asyncpg.Connection) -> None:
    draft, other = uuid4(), uuid4()
    first = await ask_export(ANNA, draft, said("prima"), 100)
    assert await ask_export(ANNA, draft, said("prima"), 100) == first
    assert await waiting(database) == [first]
    elsewhere = await ask_export(ANNA, other, said("prima"), 100)
    last = await ask_export(ANNA, draft, said("dopo"), 100)
    assert {*await waiting(database)} == {elsewhere, last}


async def test_of_many_asked_for_at_once_one_waits(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = uuid4()
    await asyncio.gather(*(ask_export(ANNA, draft, said(str(n)), 100) for n in range(20)))
    assert len(await waiting(database)) == 1


async def test_the_limit_counts_what_was_asked_for_not_what_is_left(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = uuid4()
    asked = [ask_export(ANNA, draft, said(str(n)), 5) for n in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, TooManyExports) for answer in answers) == 3
    (left,) = await waiting(database)
    assert left in answers, "the one that waited stays"
    given = {export_id(draft, said(str(n))): said(str(n)) for n in range(8)}
    assert await ask_export(ANNA, draft, given[left], 5) == left, "the same again costs nothing"
    await ask_export(LUCA, uuid4(), said("1"), 5)
    await database.execute("UPDATE documento SET creato = now() - interval '25 hours' WHERE dichiarante = $1", ANNA)
    await ask_export(ANNA, uuid4(), said("domani"), 5)


async def test_one_that_failed_has_a_new_start_and_is_counted(database: asyncpg.Connection) -> None:
    draft = uuid4()
    id = await ask_export(ANNA, draft, said("prima"), 2)
    fails = "UPDATE documento SET stato = 'fallita', tentativi = 5"
    await database.execute(fails)
    assert await ask_export(ANNA, draft, said("prima"), 2) == id
    assert await database.fetchval("SELECT tentativi FROM documento WHERE stato = 'attesa'") == 0
    await database.execute(fails)
    with pytest.raises(TooManyExports):
        await ask_export(ANNA, draft, said("prima"), 2)


async def test_who_has_had_too_many_is_told_and_keeps_what_was_saved(
    anna: Visitor, app: Front, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, AUTONOMO)
    state = app.litestar.state
    before = state.services
    few = dataclasses.replace(before.settings, limite_esportazioni=1)
    state.services = msgspec.structs.replace(before, settings=few)
    try:
        await ask_export(ANNA, uuid4(), said("prima"), 1)
        await anna.get(draft)
        await anna.fill(annotazioni="scritto ora").press("Esporta in PDF", expect=429)
        assert "Quello che hai scritto è salvato" in anna.page.text
        await anna.get(draft)
        assert "scritto ora" in anna.page.response.text
    finally:
        state.services = before
    assert len(await waiting(database)) == 1
