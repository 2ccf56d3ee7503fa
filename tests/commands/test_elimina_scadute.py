"""After ten years what was sent goes, by the hand of one role of the database and of nobody else."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments.contents import Contents, StoreAway
from omnia_com.settings import Settings
from tests.conftest import forced
from tests.helpers.browsing import Visitor
from tests.helpers.files import pdf
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import PATIENCE

OLD, YOUNG = "10 years 1 day", "10 years -1 day"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


async def sent(person: Visitor) -> str:
    """Sends a communication and returns its protocol."""
    await send(person, await posted_draft(person, AUTONOMO))
    return person.page.hook("protocollo")


async def aged(database: asyncpg.Connection, age: str, *protocols: str) -> None:
    """As if it had been sent so long ago: the superuser's way around the triggers."""
    query = f"UPDATE comunicazione SET inviata_il = now() - interval '{age}' WHERE protocollo = ANY($1)"
    await forced(database, query, protocols)


async def there(database: asyncpg.Connection) -> list[str]:
    return [row["protocollo"] for row in await database.fetch("SELECT protocollo FROM comunicazione ORDER BY 1")]


def omnia(environment: dict[str, str], *arguments: str, **others: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "omnia_com", *arguments]
    told = {**os.environ, **environment, **others}
    return subprocess.run(command, env=told, capture_output=True, text=True, timeout=PATIENCE)


def removed(environment: dict[str, str], *arguments: str) -> list[str]:
    """By somebody who may take the archive's role."""
    officer = {**environment, "OMNIA_DATABASE_URL": environment["OMNIA_DATABASE_OWNER_URL"]}
    done = omnia(officer, "elimina-scadute", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["protocollo"] for line in done.stdout.splitlines()]


async def test_what_is_due_goes_with_its_documents_and_the_rest_stays(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str]
) -> None:
    due, young, today = [await sent(anna) for _ in range(3)]
    digest = await database.fetchval("SELECT sha256 FROM comunicazione WHERE protocollo = $1", due)
    await aged(database, OLD, due)
    await aged(database, YOUNG, young)
    for page in ("1", "2", "3"):
        await anna.get("/comunicazioni")
        await anna.get(anna.page.link(f"Consulta la comunicazione OMNIACOM.2026.000000{page}"))
        await anna.get(f"{anna.page.path}/lettera")
        await anna.press("Prepara la lettera")
    assert removed(environment, "--prova") == [due]
    assert await there(database) == [due, young, today]
    assert removed(environment) == [due]
    assert await there(database) == [young, today]
    left = await database.fetch("SELECT tipo FROM documento ORDER BY tipo")
    assert [row["tipo"] for row in left] == ["lettera", "lettera", "ricevuta", "ricevuta"]
    row = await database.fetchrow("SELECT * FROM eliminata")
    assert (row["protocollo"], row["sha256"], bool(row["operatore"])) == (due, digest, True)
    assert removed(environment) == []
    await sent(anna)
    assert anna.page.hook("protocollo") == "OMNIACOM.2026.0000004", "no number is given twice"


async def test_a_chain_goes_when_the_youngest_of_it_is_due(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str]
) -> None:
    first = await sent(anna)
    await anna.press("Rettifica")
    await send(anna, anna.page.path)
    second = anna.page.hook("protocollo")
    await anna.follow("Annulla comunicazione")
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    third = anna.page.hook("protocollo")
    await aged(database, OLD, first, second)
    await aged(database, YOUNG, third)
    assert removed(environment) == []
    await aged(database, OLD, third)
    assert removed(environment) == [first, second, third]
    assert await there(database) == []


async def test_what_is_being_amended_stays(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str]
) -> None:
    first = await sent(anna)
    await aged(database, OLD, first)
    await anna.press("Rettifica")
    assert removed(environment) == []
    await anna.press("Elimina bozza")
    await anna.press("Elimina definitivamente")
    assert removed(environment) == [first]


async def test_more_than_one_lot(anna: Visitor, database: asyncpg.Connection, environment: dict[str, str]) -> None:
    await sent(anna)
    names = (
        "dichiarante, tipologia, data_inizio, reddito_centesimi, risposte, righe, persona, dichiarazioni_versione, "
        "sha256, genere, motivo, allegati, lingua, ente, avviso"
    )
    query = f"""
        INSERT INTO comunicazione (id, protocollo, inviata_il, {names})
        SELECT gen_random_uuid(), 'OMNIACOM.2001.' || lpad(n::text, 7, '0'), now() - interval '11 years', {names}
        FROM comunicazione, generate_series(1, 1100) n
    """
    await forced(database, query)
    assert len(removed(environment)) == 1100
    assert len(await there(database)) == 1


async def test_a_longer_time_can_be_set_and_a_shorter_one_not(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str]
) -> None:
    first = await sent(anna)
    await aged(database, OLD, first)
    assert removed({**environment, "OMNIA_CONSERVA_COMUNICAZIONI": "11"}) == []
    refused = omnia(environment, "elimina-scadute", OMNIA_CONSERVA_COMUNICAZIONI="9")
    assert refused.returncode == 2
    assert "almeno 10" in refused.stderr
    assert removed(environment) == [first]


# Who may not.


async def test_nobody_else_may_delete_and_nobody_what_is_not_due(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str]
) -> None:
    """Not even the owner of the table, and a superuser only by the way that is named."""
    await aged(database, OLD, await sent(anna))
    await sent(anna)
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute("DELETE FROM comunicazione WHERE inviata_il < now() - interval '10 years'")
    for statement, error in (
        ("DELETE FROM comunicazione", asyncpg.RestrictViolationError),
        ("TRUNCATE comunicazione CASCADE", asyncpg.InsufficientPrivilegeError),
        ("UPDATE comunicazione SET tipologia = 'autonomo'", asyncpg.InsufficientPrivilegeError),
    ):
        with pytest.raises(error):
            await as_archivist(database, statement)
    assert len(await there(database)) == 2


async def as_archivist(database: asyncpg.Connection, statement: str) -> None:
    async with database.transaction():
        await database.execute("SET LOCAL ROLE omnia_archivio")
        await database.execute(statement)


@pytest.fixture
async def modest(database: asyncpg.Connection, environment: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    """A deployment whose owner of the database may not make roles."""
    await database.execute("CREATE ROLE modesto LOGIN NOSUPERUSER NOCREATEROLE")
    await database.execute("CREATE DATABASE modesta OWNER modesto")
    parts = urlsplit(environment["OMNIA_DATABASE_OWNER_URL"])._replace(path="/modesta")
    urls = {name: urlunsplit(parts._replace(netloc=f"{name}@")) for name in ("modesto", "omnia_servizio")}
    yield {
        **environment,
        "OMNIA_DATABASE_OWNER_URL": urls["modesto"],
        "OMNIA_DATABASE_URL": urls["omnia_servizio"],
    }
    await database.execute("DROP DATABASE modesta WITH (FORCE)")
    await database.execute("DROP ROLE modesto")


async def test_the_services_own_user_is_refused_in_words(
    anna: Visitor, database: asyncpg.Connection, modest: dict[str, str]
) -> None:
    assert omnia(modest, "migrate").returncode == 0
    for arguments in ((), ("--prova",)):
        refused = omnia(modest, "elimina-scadute", *arguments)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "GRANT omnia_archivio TO" in refused.stderr
        assert "Traceback" not in refused.stderr
    await database.execute("GRANT omnia_archivio TO modesto")
    assert removed(modest) == []


async def test_a_user_who_may_not_make_the_role_is_told_who_can(
    database: asyncpg.Connection, modest: dict[str, str], migrated: None
) -> None:
    await database.execute("ALTER ROLE omnia_archivio RENAME TO altrove")
    try:
        refused = omnia(modest, "migrate")
        assert refused.returncode == 2
        assert "CREATE ROLE omnia_archivio NOLOGIN" in refused.stderr
        assert "Traceback" not in refused.stderr
    finally:
        await database.execute("ALTER ROLE altrove RENAME TO omnia_archivio")
    assert omnia(modest, "migrate").returncode == 0


async def test_an_attachment_that_another_communication_has_stays(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str], settings: Settings
) -> None:
    """A rettifica that became a communication of its own began with the files of what it was to correct."""
    draft = await posted_draft(anna, AUTONOMO)
    await anna.choose_file("a.pdf", pdf()).press("Carica il file")
    await send(anna, draft)
    original = anna.page.path
    await anna.press("Rettifica")
    rettifica = anna.page.path
    await anna.get(f"{original}/annulla")
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    await anna.get(rettifica)
    await anna.press("Fanne una comunicazione nuova")
    await send(anna, rettifica)
    due = ["OMNIACOM.2026.0000001", "OMNIACOM.2026.0000002"]
    await aged(database, OLD, *due)
    await database.execute("UPDATE contenuto SET creato = creato - interval '11 years'")
    assert removed(environment) == due
    await attachments.forget_unused(Contents(settings))
    await anna.get("/comunicazioni")
    await anna.follow("Consulta la comunicazione OMNIACOM.2026.0000003")
    answer = await anna.client.get(anna.page.link("Scarica a.pdf"))
    assert answer.content.startswith(b"%PDF")


async def test_attachments_go_with_the_communication(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str], settings: Settings
) -> None:
    for _ in range(2):
        draft = await posted_draft(anna, AUTONOMO)
        await anna.choose_file("a.pdf", pdf()).press("Carica il file")
        await send(anna, draft)
    due = "OMNIACOM.2026.0000001"
    await aged(database, OLD, due)
    contents = Contents(settings)
    kept = [row["id"] for row in await database.fetch("SELECT id FROM contenuto ORDER BY creato")]
    await database.execute("UPDATE contenuto SET creato = creato - interval '11 years' WHERE id = $1", kept[0])
    assert removed(environment) == [due]
    await attachments.forget_unused(contents)
    with pytest.raises(StoreAway):
        await contents.open(kept[0])
    async for piece in await contents.open(kept[1]):
        assert piece.startswith(b"%PDF")
