"""The whole story of a backup: what was sent is kept, restored elsewhere, verified, and no number is given twice."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from omnia_com.commands.up.embedded import find
from omnia_com.settings import Settings
from tests.commands.test_elimina_scadute import omnia
from tests.conftest import forced
from tests.helpers.browsing import Visitor
from tests.helpers.files import pdf
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import PATIENCE, until

ELSEWHERE = "ripristinata"


def at(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def postgres(program: str, *arguments: str) -> None:
    """One of the programs that the wheel has."""
    command = [str(find.postgres("").bin / program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr


@pytest.fixture
async def restored(environment: dict[str, str], database: asyncpg.Connection) -> AsyncIterator[dict[str, str]]:
    """What the commands are told when the database is another, empty one."""
    await database.execute(f"DROP DATABASE IF EXISTS {ELSEWHERE} WITH (FORCE)")
    await database.execute(f"CREATE DATABASE {ELSEWHERE}")
    urls = ("OMNIA_DATABASE_URL", "OMNIA_DATABASE_OWNER_URL")
    yield environment | {name: at(environment[name], ELSEWHERE) for name in urls}
    await database.execute(f"DROP DATABASE {ELSEWHERE} WITH (FORCE)")


async def sent(person: Visitor, attachment: bool = False) -> str:
    draft = await posted_draft(person, AUTONOMO)
    if attachment:
        await person.choose_file("a.pdf", pdf()).press("Carica il file")
    await send(person, draft)
    return person.page.hook("protocollo")


async def says(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    done = await asyncio.to_thread(omnia, environment, *arguments)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


async def test_a_backup_gives_nobody_a_number_that_somebody_holds(
    anna: Visitor, worker: None, database: asyncpg.Connection, environment: dict[str, str],
    restored: dict[str, str], settings: Settings, tmp_path: Path,
) -> None:  # fmt: skip
    first = [await sent(anna, attachment=True), await sent(anna)]

    async def all_made() -> bool:
        return not await database.fetchval("SELECT count(*) FROM documento WHERE stato <> 'pronta'")

    await until(all_made)
    assert (await says(environment, "verifica"))[0] == 0
    copy = str(tmp_path / "copia")
    await asyncio.to_thread(
        postgres, "pg_dump", "-Fc", "--no-privileges", "-f", copy, environment["OMNIA_DATABASE_OWNER_URL"]
    )
    lost = [await sent(anna), await sent(anna)]

    owner = restored["OMNIA_DATABASE_OWNER_URL"]
    await asyncio.to_thread(postgres, "pg_restore", "--no-owner", "--exit-on-error", "-d", owner, copy)
    code, words = await says(restored, "verifica")
    assert (code, "manca" in words) == (1, True), f"rights are not in the copy: {words}"
    assert (await says(restored, "migrate"))[0] == 0
    code, words = await says(restored, "verifica")
    assert (code, "2 comunicazioni" in words) == (0, True), words
    last = lost[-1].rpartition(".")[2].lstrip("0")
    code, words = await says(restored, "dopo-ripristino", "--ultimo", last)
    assert (code, "1 sessioni chiuse" in words) == (0, True), words
    assert (await says(restored, "verifica"))[0] == 0, "what was skipped is no gap"

    number = await next_number(restored["OMNIA_DATABASE_URL"])
    assert number not in {*first, *lost}
    assert int(number.rpartition(".")[2]) == int(last) + 1


async def next_number(url: str) -> str:
    """What the next to send would be given, by the service's own statements; nothing is kept."""
    service = await asyncpg.connect(url)
    try:
        transaction = service.transaction()
        await transaction.start()
        query = (
            "INSERT INTO protocollo (anno, ultimo) VALUES (2026, 1) "
            "ON CONFLICT (anno) DO UPDATE SET ultimo = protocollo.ultimo + 1 RETURNING numero_di(anno, ultimo)"
        )
        number = str(await service.fetchval(query))
        await transaction.rollback()
        return number
    finally:
        await service.close()


SPOILED = {
    "l'impronta non è": "UPDATE comunicazione SET reddito_centesimi = 1, sha256 = repeat('0', 64)",
    "la ricevuta manca": "DELETE FROM documento",
    "i dati nella ricevuta": "UPDATE documento SET stato = 'pronta', pdf = '%PDF-1.7'",
    "non è né di una comunicazione": "DELETE FROM comunicazione",
    "oltre l'ultimo dato": "DELETE FROM protocollo",
    "manca SELECT su bozza": "REVOKE SELECT ON bozza FROM omnia_servizio",
}


@pytest.mark.parametrize("said", SPOILED)
async def test_what_is_not_as_it_was_is_named(
    said: str, anna: Visitor, database: asyncpg.Connection, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)
    await sent(anna)
    await forced(database, SPOILED[said])
    try:
        code, words = await says(environment, "verifica")
    finally:
        await database.execute("GRANT SELECT ON bozza TO omnia_servizio")
    assert (code, said in words) == (1, True), words


async def test_an_attachment_that_changed_is_named(
    anna: Visitor,
    database: asyncpg.Connection,
    environment: dict[str, str],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)
    protocol = await sent(anna, attachment=True)
    file = settings.data / "allegati" / (await database.fetchval("SELECT id FROM contenuto WHERE inviato")).hex
    file.write_bytes(file.read_bytes() + b"x")
    code, words = await says(environment, "verifica")
    assert (code, protocol in words, "non ha la sua impronta" in words) == (1, True, True), words
    file.unlink()
    code, words = await says(environment, "verifica")
    assert (code, "non si legge" in words) == (1, True), words
