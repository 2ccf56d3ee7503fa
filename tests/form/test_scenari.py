"""The worked cases of the specification, each at its own frozen moment, against the real service and database."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.helpers.answers import LISTED
from tests.helpers.browsing import Visitor
from tests.helpers.files import EXE
from tests.helpers.people import AUTONOMO, BOTH_TICKS, SUBORDINATO
from tests.helpers.scenari import SCENARI
from tests.helpers.steps import posted_draft

# Of fields added since the cases were written, the answers of the invented person.
NOT_OF_THEIRS = {name: text for name, text in (AUTONOMO | SUBORDINATO).items() if name not in LISTED}
CONTENTS = {"application/x-dosexec": EXE}  # by the type that a case names, whatever the file is called


@pytest.mark.parametrize("case", SCENARI, ids=lambda s: s["id"])
async def test_worked_case(
    case: dict[str, Any], visitor: Callable[[], Visitor], at: Callable[[str], None], database: asyncpg.Connection
) -> None:
    at(case["adesso"])
    person = await visitor().sign_in(case["persona"])
    for earlier in case["gia_inviate"]:
        await send_earlier(person, earlier)
    answers = NOT_OF_THEIRS | {n: value for n, value in case["dati"].items() if isinstance(value, str) and value}
    ticks = {name: "si" for name, value in case["dati"].items() if value is True}
    draft = await posted_draft(person, answers | {n: t for n, t in ticks.items() if n not in BOTH_TICKS})
    errors = person.page.errors
    if case["azione"] == "invia":
        await person.get(f"{draft}/riepilogo")
        assert set(person.page.warnings) == set(case["attesi"]["avvisi"]) or case["attesi"]["errori"]
        sends = {name: tick for name, tick in ticks.items() if name in BOTH_TICKS}
        await person.fill(**sends).press("Invia la comunicazione")
        errors = person.page.errors
    if case["azione"] == "allega":
        for file in case["dati"]["allegati"]:
            content = CONTENTS[file["type"]].ljust(file["size"], b"\0")
            person.choose_file(file["name"], content)
            await person.press("Carica il file")
        errors = person.page.errors
    assert errors == case["attesi"]["errori"]
    await state_is(case["attesi"]["stato"], draft, answers, database)


async def send_earlier(person: Visitor, earlier: dict[str, str]) -> None:
    answers = next(s for s in SCENARI if s["id"] == "S01")["dati"]
    texts = {name: value for name, value in answers.items() if isinstance(value, str)}
    draft = await posted_draft(
        person, NOT_OF_THEIRS | texts | {name: earlier[name] for name in ("data_inizio", "data_fine")}
    )
    await person.get(f"{draft}/riepilogo")
    await person.fill(**BOTH_TICKS).press("Invia la comunicazione")


async def state_is(state: str, draft: str, answers: dict[str, str], database: asyncpg.Connection) -> None:
    id = draft.rpartition("/")[2]
    stored = await database.fetchrow("SELECT digitato FROM bozza WHERE id = $1", id)
    sent = await database.fetchrow("SELECT risposte, tipologia FROM comunicazione WHERE id = $1", id)
    assert (stored is None, sent is None) == ((True, False) if state == "inviata" else (False, True))
    if stored:
        typed = json.loads(stored["digitato"])
        assert all(typed[name] == text for name, text in answers.items())
    if sent and answers.get("sede_stato", "IT") != "IT":
        assert "sede_provincia" not in json.loads(sent["risposte"]), "a province left over is not stored"


async def test_nothing_chosen_is_said_alone(visitor: Callable[[], Visitor]) -> None:
    person = await visitor().sign_in("P09")
    await person.post("/bozze", {"id": str(uuid4())})
    await person.press("Continua")
    assert person.page.errors == ["tipologia_rioccupazione:obbligatorio"]
