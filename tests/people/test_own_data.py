"""What a person takes away is all that is held on them: a new table, or a new column, must say where it is."""

import json
import re
from typing import Any

import asyncpg
import pytest

from omnia_com.people import own_data
from tests.helpers.browsing import Visitor
from tests.helpers.files import pdf
from tests.helpers.people import AUTONOMO, SUBORDINATO
from tests.helpers.steps import posted_draft, send

ANNA = "PRVNNA85E49H501L"
NOT_OF_ONE_PERSON = {
    "saltata": "numbers that nobody was given",
    "registro_giorno": "numbers of a day",
    "registro_foglia": "of each communication what its row says too, and no name",
    "protocollo": "the last number of each year",
    "battito": "a worker lives",
    "migration": "the steps that the database has taken",
    "regola": "what the database was told of the settings",
    "eliminata": "a protocol that is no more, without a name",
    "accesso_in_corso": "ten minutes before anybody is known",
    "scambio": "sealed, and no page may read it: `altrove` says whom to ask",
    "modulo_tenuto": "half an hour, under a key that only the browser has",
    "scambio_letto": "officials who read that register",
}
LEFT_OUT = {
    "sessione.token_sha256": "would open the session",
    "sessione.id_token": "would open the session",
    "sessione.access_token": "would open the session",
    "sessione.uscita": "would close the session at the provider",
    "sessione.richiesta": "names the exchange in the register, which is read with a reason",
    "sessione.name_id": "would close the session at the provider",
    "allegato.contenuto": "our knot between two rows that are there",
    "documento.contenuto": "the draft or the communication again, laid out",
    "documento.pdf": "taken away from its own page",
    "documento.bozza": "our knot between two rows that are there",
    "documento.da_solo": "how it is printed",
    "documento.chieste": "how often it was asked for on its day",
    "documento.gettone": "whose turn it is to print",
    "documento.presa_fino": "whose turn it is to print",
    "documento.tentativi": "whose turn it is to print",
    "registro_accessi.id": "the order in which entries were written",
    "registro_accessi.operatore": "the official's own data (docs/decisions/0007)",
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


def sources(query: str) -> set[str]:
    """The tables that a query of the export reads."""
    return set(re.findall(r"(?:FROM|JOIN) (\w+)", query))


def covered() -> set[str]:
    return set().union(*(sources(query) for query in own_data._OWN.values()))


async def columns(database: asyncpg.Connection) -> dict[str, set[str]]:
    """Table -> its columns, of the whole database."""
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    found: dict[str, set[str]] = {}
    for row in await database.fetch(query):
        found.setdefault(row["table_name"], set()).add(row["column_name"])
    return found


async def whole_life(anna: Visitor) -> dict[str, Any]:
    """Something of everything that a person can leave here, and what they take away then."""
    await send(anna, await posted_draft(anna, SUBORDINATO))
    await anna.get(f"{anna.page.path}/lettera")
    await anna.press("Prepara la lettera")
    draft = await posted_draft(anna, AUTONOMO)
    await anna.choose_file("contratto.pdf", pdf()).press("Carica il file")
    await anna.get(draft)
    await anna.press("Esporta in PDF")
    await anna.get("/contatti")
    await anna.fill(email="mia@example.org").press("Salva i contatti")
    return dict(json.loads((await anna.get("/dati")).response.content))


async def test_every_table_is_taken_away_or_is_of_nobody(database: asyncpg.Connection, migrated: None) -> None:
    unknown = (await columns(database)).keys() - covered() - NOT_OF_ONE_PERSON.keys()
    assert not unknown, f"put {unknown} into own_data.py, or say in NOT_OF_ONE_PERSON why it is of no one person"
    assert not covered() & NOT_OF_ONE_PERSON.keys()


async def test_every_column_of_those_is_taken_away_or_left_out_for_a_reason(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    held, there = await whole_life(anna), await columns(database)
    for part, query in own_data._OWN.items():
        assert held[part], f"nothing under {part}: this test must leave something there"
        taken = held[part][0].keys() | {"dichiarante"}
        left_out = {f"{table}.{column}" for table in sources(query) for column in there[table] - taken}
        assert left_out <= LEFT_OUT.keys(), f"{left_out - LEFT_OUT.keys()}: into own_data.py, or into LEFT_OUT"


async def test_the_codice_fiscale_is_in_no_other_table(anna: Visitor, database: asyncpg.Connection) -> None:
    """By the rows themselves, whatever their columns are called."""
    await whole_life(anna)
    for table in (await columns(database)).keys() - covered():
        rows = await database.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{ANNA}%'")
        assert rows == 0, f"{table} holds a codice fiscale"


async def test_what_is_held_elsewhere_is_named(anna: Visitor) -> None:
    held = json.loads((await anna.get("/dati")).response.content)
    assert held["altrove"] == list(own_data.ELSEWHERE)
