"""Whoever looks at a person's data leaves a trace that this person can read, and that goes after a year."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from omnia_com.pages import accesses
from omnia_com.pages.http import ready
from omnia_com.pages.http.front import Front
from omnia_com.people import access_log
from omnia_com.settings import Settings
from omnia_com.workers.main import tidy
from tests.helpers.browsing import Visitor
from tests.helpers.people import BOTH_TICKS, SUBORDINATO
from tests.helpers.routes import PERSON, ROUTES
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import PATIENCE

ANNA, LUCA = "PRVNNA85E49H501L", "SMPLCU79T31F205Z"
NOT_NOTED = {
    "proof": "numbers of a day, and no name",
    "home": "a list of what is noted when it is opened",
    "start_draft": "nothing is in it yet; opening it is noted",
    "save_draft": "the page that follows is noted",
    "resume": "the page that follows is noted",
    "confirm_deletion": "shows nothing of the draft",
    "attachments": "names of files; taking one away is noted",
    "attach": "the draft that follows is noted",
    "choose_comune": "shows a public list",
    "take_comune": "the draft that follows is noted",
    "consequences": "rules, not answers",
    "draft_consequences": "rules, not answers",
    "ask_letter": "the letter is noted when it leaves",
    "retry_receipt": "the page that follows is noted",
    "contacts": "one's own contacts, to be changed; changing them is noted",
    "amend": "the draft that follows is noted",
    "confirm_annulment": "shows a protocol",
    "accesses": "this log itself",
    "session": "the time that is left, nothing of the person",
    "stay_signed_in": "the time that is left, nothing of the person",
    "sending": "shows nothing: it leads to the check page",
    "send": "in its own transaction",
    "annul": "in its own transaction",
    "delete_draft": "in its own transaction",
}


@pytest.fixture(autouse=True)
async def impatient(monkeypatch: pytest.MonkeyPatch, app: Front, web: str) -> None:
    """Nobody waits for a receipt, and nothing is left to be written from another test."""
    monkeypatch.setattr(ready, "PATIENCE", 0.01)
    await app.litestar.state.services.notebook.write()


@pytest.fixture
def noted(app: Front, database: asyncpg.Connection) -> Callable[..., Any]:
    """What the log says of a person so far, oldest first."""

    async def read(owner: str = ANNA) -> list[str]:
        await app.litestar.state.services.notebook.write()
        rows = await database.fetch("SELECT azione FROM registro_accessi WHERE dichiarante = $1 ORDER BY quando", owner)
        return [row["azione"] for row in rows]

    return read


def test_every_page_of_a_person_is_noted_or_has_a_reason_not_to_be() -> None:
    noted = {*accesses.NOTED, *accesses.NOTED_AS_PDF, *accesses.NOTED_WHEN_DONE}
    assert not noted & NOT_NOTED.keys()
    assert noted | NOT_NOTED.keys() == {name for name, who in ROUTES.items() if who == PERSON}
    words = {*accesses.NOTED.values(), *accesses.NOTED_AS_PDF.values(), *accesses.NOTED_WHEN_DONE.values()}
    assert words <= access_log.AZIONI.keys()
    assert all(len(azione) <= 20 for azione in access_log.AZIONI)


async def test_a_life_of_a_communication_is_told_in_its_order(anna: Visitor, noted: Callable[..., Any]) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await send(anna, draft)
    await anna.follow("Apri la ricevuta come pagina da stampare")
    await anna.get("/dati")
    await anna.get("/comunicazioni")
    await anna.press("Esci")
    assert await noted() == [
        "entrata", "bozza", "bozza", "bozza", "inviata", "comunicazione", "ricevuta", "dati", "uscita",
    ]  # fmt: skip


async def test_what_changes_something_is_noted(anna: Visitor, noted: Callable[..., Any]) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    await anna.press("Rettifica")
    await send(anna, anna.page.path)
    await anna.follow("Annulla comunicazione")
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    await anna.get("/contatti")
    await anna.press("Salva i contatti")
    await posted_draft(anna, SUBORDINATO)
    await anna.press("Elimina bozza")
    await anna.press("Elimina definitivamente")
    told = [azione for azione in await noted() if azione not in ("bozza", "comunicazione")]
    assert told == ["entrata", "inviata", "rettificata", "annullata", "contatti", "bozza_eliminata"]


async def test_what_is_not_sent_is_not_noted_as_sent(anna: Visitor, noted: Callable[..., Any]) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO), ticks={})
    assert "inviata" not in await noted()
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione")
    assert (await noted()).count("inviata") == 1


async def test_a_pdf_is_noted_when_it_leaves_not_when_it_is_waited_for(
    anna: Visitor, noted: Callable[..., Any], database: asyncpg.Connection
) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    receipt = f"{anna.page.path}/ricevuta"
    await anna.get(receipt)
    assert "ricevuta" not in await noted()
    await database.execute("UPDATE documento SET stato = 'pronta', pdf = '%PDF-1.7'")
    await anna.get(receipt)
    assert (await noted())[-1] == "ricevuta"


async def test_trying_anothers_record_is_noted_of_who_tries(
    anna: Visitor, luca: Visitor, noted: Callable[..., Any], database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    before = await noted()
    await luca.get(draft, expect=404)
    await luca.get("/comunicazioni")
    await luca.post(f"{draft}/invio", BOTH_TICKS, expect=404)
    assert await noted(LUCA) == ["entrata", "rifiutata", "rifiutata"]
    assert await noted() == before
    tried = await database.fetch("SELECT oggetto FROM registro_accessi WHERE azione = 'rifiutata'")
    assert {str(row["oggetto"]) for row in tried} == {draft.rpartition("/")[2]}


async def test_a_person_reads_their_own(anna: Visitor, luca: Visitor, noted: Callable[..., Any]) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    protocol, communication = anna.page.hook("protocollo"), anna.page.path
    await noted()
    await anna.get("/comunicazioni")
    await anna.follow("Accessi ai tuoi dati")
    assert "Comunicazione inviata" in anna.page.text
    assert "(127.0.0.0/24)" in anna.page.text
    assert anna.page.link(protocol) == communication
    await luca.get("/accessi")
    assert protocol not in luca.page.text
    assert "Comunicazione inviata" not in luca.page.text


async def test_the_log_has_pages(anna: Visitor, database: asyncpg.Connection) -> None:
    for n in range(access_log.PER_PAGE):
        await database.execute(
            "INSERT INTO registro_accessi (dichiarante, azione, quando) "
            "VALUES ($1, 'bozza', now() - $2 * interval '1 hour')",
            ANNA,
            n + 1,
        )
    await anna.get("/accessi")
    assert anna.page.text.count("Bozza aperta") == access_log.PER_PAGE - 1
    await anna.follow("Più vecchi")
    assert anna.page.text.count("Bozza aperta") == 1
    await anna.follow("Più recenti")
    for odd in ("0", "-1", "x", "99999999999", "²"):
        await anna.get(f"/accessi?pagina={odd}")


async def test_the_personal_json_has_it_without_the_name_of_the_official(
    anna: Visitor, noted: Callable[..., Any], environment: dict[str, str]
) -> None:
    await noted()
    assert office(environment, "Verifica").returncode == 0
    await anna.get("/dati")
    held = json.loads(anna.page.response.content)["accessi"]
    assert [(a["azione"], a["motivo"]) for a in held] == [("entrata", ""), ("ufficio", "Verifica")]
    assert all(a.keys() == {"quando", "azione", "oggetto", "rete", "motivo"} for a in held)


def office(environment: dict[str, str], motivo: str, person: str = ANNA) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "omnia_com", "accessi", "--motivo", motivo]
    return subprocess.run(
        command, env={**os.environ, **environment}, input=f"{person}\n".encode(), capture_output=True, timeout=PATIENCE
    )


async def test_the_office_reads_with_a_reason_that_stays(
    anna: Visitor, noted: Callable[..., Any], environment: dict[str, str], database: asyncpg.Connection
) -> None:
    await noted()
    done = office(environment, "Segnalazione 12")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["azione"] for line in lines] == ["ufficio", "entrata"]
    assert ANNA.encode() not in done.stderr
    row = await database.fetchrow("SELECT * FROM registro_accessi WHERE azione = 'ufficio'")
    assert (row["dichiarante"], row["motivo"], bool(row["operatore"])) == (ANNA, "Segnalazione 12", True)
    await anna.get("/accessi")
    assert 'L’ufficio ha letto questo elenco: <bdi translate="no">Segnalazione 12</bdi>' in anna.page.text


@pytest.mark.parametrize(("motivo", "person"), [("  ", ANNA), ("Verifica", ""), ("Verifica", "Anna Prova")])
async def test_the_office_reads_nothing_without_a_reason_and_a_person(
    motivo: str, person: str, environment: dict[str, str], clean: None, database: asyncpg.Connection
) -> None:
    done = office(environment, motivo, person)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "Scrivi" in done.stderr.decode()
    assert await database.fetchval("SELECT count(*) FROM registro_accessi") == 0


async def test_the_worker_sweeps_entries_whose_time_is_over(
    anna: Visitor, database: asyncpg.Connection, settings: Settings
) -> None:
    for days in (364, 366):
        await database.execute(
            "INSERT INTO registro_accessi (dichiarante, azione, quando) "
            "VALUES ('X', 'dati', now() - $1 * interval '1 day')",
            days,
        )
    await tidy(settings)
    ages = await database.fetch("SELECT now() - quando AS age FROM registro_accessi WHERE dichiarante = 'X'")
    assert [row["age"].days for row in ages] == [364]


async def test_nobody_rewrites_an_entry(anna: Visitor, database: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute("UPDATE registro_accessi SET azione = 'bozza'")


async def test_nobody_waits_for_the_log(anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    stuck = asyncio.Event()

    async def never(*_: Any) -> list[Any]:
        await stuck.wait()
        return []

    monkeypatch.setattr(access_log, "fetch", never)
    await anna.get(draft)
    stuck.set()


async def test_entries_wait_while_the_database_is_away(
    app: Front, clean: None, web: str, monkeypatch: pytest.MonkeyPatch, database: asyncpg.Connection
) -> None:
    notebook = app.litestar.state.services.notebook
    with monkeypatch.context() as away:

        async def refuse(*_: Any) -> list[Any]:
            raise ConnectionRefusedError

        away.setattr(access_log, "fetch", refuse)
        notebook.add("X", "dati", None)
        assert not await notebook.write()
    assert await notebook.write()
    assert await notebook.write(), "nothing is written twice"
    assert await database.fetchval("SELECT count(*) FROM registro_accessi WHERE dichiarante = 'X'") == 1


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8:1:2::1%eth0", "2001:db8:1::/48"),
        ("", ""),
        ("testclient", ""),
        ("203.0.113.77, 10.0.0.1", ""),
    ],
)
def test_of_an_address_the_network_is_kept(address: str, kept: str) -> None:
    assert access_log.network(address) == kept
