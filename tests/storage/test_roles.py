"""As the service's own user of the database: whatever was sent stays as it is, and every register as it was written."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from omnia_com.storage import roles
from tests.conftest import forced
from tests.helpers.browsing import Visitor
from tests.helpers.files import pdf
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send

REFUSED = (asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError)
KEPT = ("comunicazione", "protocollo", "documento", "contenuto", "registro_accessi", "scambio", "scambio_letto",
        "eliminata", "regola", "migration")  # fmt: skip


@pytest.fixture
async def service(settings: Settings, migrated: None) -> AsyncIterator[asyncpg.Connection]:
    """A session of the service's own user."""
    connection = await asyncpg.connect(settings.database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def sent(anna: Visitor, app: Front, service: asyncpg.Connection, database: asyncpg.Connection) -> None:
    """A communication with an attachment, its receipt made; an exchange that somebody read; one that went long ago."""
    draft = await posted_draft(anna, AUTONOMO)
    await anna.choose_file("a.pdf", pdf()).press("Carica il file")
    await send(anna, draft)
    await app.litestar.state.services.notebook.write()
    made = "UPDATE documento SET stato = 'pronta', pdf = '%PDF-1.7', pronto_il = now() WHERE tipo = 'ricevuta'"
    assert await service.execute(made) == "UPDATE 1", "once, as the worker does"
    await database.execute(
        "INSERT INTO scambio_letto (chi, richiesta, motivo, trovati) VALUES ('x', '_r1', 'prova', 1)"
    )
    await database.execute("INSERT INTO eliminata VALUES ('OMNIACOM.2001.0000001', '2001-01-01', 'x', now(), 'x')")


async def everything(database: asyncpg.Connection) -> list[Any]:
    query = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
    return [tuple(await database.fetchrow(query.format(table))) for table in KEPT]


COPY_OF_A_SENT_ONE = """
    INSERT INTO comunicazione SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), {}))).*
    FROM comunicazione c LIMIT 1
"""
NOT_FOR_THE_SERVICE = {
    "what was sent": """
        UPDATE comunicazione SET tipologia = 'autonomo'
        DELETE FROM comunicazione
        TRUNCATE comunicazione CASCADE
        SELECT FROM comunicazione FOR UPDATE
        INSERT INTO comunicazione SELECT * FROM comunicazione ON CONFLICT (id) DO UPDATE SET tipologia = 'autonomo'
        MERGE INTO comunicazione c USING comunicazione d ON c.id = d.id WHEN MATCHED THEN DELETE
        UPDATE contenuto SET inviato = false
        UPDATE contenuto SET sha256 = repeat('0', 64)
        UPDATE contenuto SET creato = creato - interval '11 years'
        DELETE FROM contenuto
        TRUNCATE contenuto CASCADE
    """,
    "its guards": """
        ALTER TABLE comunicazione DISABLE TRIGGER ALL
        ALTER TABLE comunicazione DISABLE TRIGGER comunicazione_immutabile
        ALTER TABLE protocollo DISABLE TRIGGER protocollo_uno_per_volta
        DROP TRIGGER comunicazione_immutabile ON comunicazione
        DROP TABLE comunicazione CASCADE
        DROP FUNCTION comunicazione_immutabile CASCADE
        ALTER TABLE comunicazione OWNER TO omnia_servizio
        ALTER TABLE comunicazione DROP COLUMN sha256
        ALTER FUNCTION dimentica_accessi RESET search_path
        CREATE OR REPLACE FUNCTION comunicazione_immutabile() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'
        CREATE RULE via AS ON INSERT TO comunicazione DO INSTEAD NOTHING
        CREATE TRIGGER mio BEFORE INSERT ON comunicazione EXECUTE FUNCTION comunicazione_immutabile()
        SET session_replication_role = replica
        ALTER ROLE omnia_servizio SET session_replication_role = replica
        UPDATE regola SET orologio_di_prova = true
        UPDATE regola SET accessi_giorni = 0
        DELETE FROM regola
        DELETE FROM migration
    """,
    "protocols": """
        UPDATE protocollo SET ultimo = ultimo - 1
        UPDATE protocollo SET ultimo = 0
        UPDATE protocollo SET ultimo = ultimo
        UPDATE protocollo SET ultimo = ultimo + 2
        UPDATE protocollo SET ultimo = ultimo + 1
        UPDATE protocollo SET anno = 2025
        INSERT INTO protocollo VALUES (2099, 7)
        INSERT INTO protocollo VALUES (2099, 1)
        DELETE FROM protocollo
        TRUNCATE protocollo
    """,
    "documents": """
        UPDATE documento SET pdf = '%PDF falsa'
        UPDATE documento SET stato = 'attesa', pdf = NULL
        UPDATE documento SET tentativi = 1
        UPDATE documento SET tipo = 'esportazione'
        UPDATE documento SET bozza = gen_random_uuid()
        DELETE FROM documento
        TRUNCATE documento
        INSERT INTO documento (id, tipo, dichiarante) VALUES (gen_random_uuid(), 'ricevuta', 'X')
        INSERT INTO documento (id, tipo, dichiarante, stato, pdf) VALUES (gen_random_uuid(), '', '', 'pronta', '')
    """,
    "registers": """
        UPDATE registro_accessi SET azione = 'bozza'
        DELETE FROM registro_accessi
        TRUNCATE registro_accessi
        UPDATE scambio SET esito = 'entrato'
        DELETE FROM scambio
        TRUNCATE scambio
        UPDATE scambio_letto SET chi = 'nessuno'
        DELETE FROM scambio_letto
        TRUNCATE scambio_letto
        SELECT * FROM eliminata
        UPDATE eliminata SET operatore = 'nessuno'
        DELETE FROM eliminata
        INSERT INTO eliminata VALUES ('OMNIACOM.2026.0000001', now(), '', now(), '')
    """,
    "the server": """
        COPY comunicazione TO PROGRAM 'cat'
        COPY modulo_tenuto FROM PROGRAM 'id'
        COPY modulo_tenuto FROM '/etc/passwd'
        COPY comunicazione TO '/tmp/tutte'
        SELECT pg_read_file('/etc/passwd')
        SELECT pg_ls_dir('.')
        SELECT lo_import('/etc/passwd')
        SELECT * FROM pg_authid
        DROP EXTENSION plpgsql CASCADE
        ALTER SYSTEM SET fsync = off
        SELECT pg_reload_conf()
    """,
    "what is not its own": """
        CREATE TABLE mia (n integer)
        CREATE TEMPORARY TABLE protocollo (anno integer, ultimo integer)
        CREATE SCHEMA mio
        CREATE FUNCTION mia() RETURNS integer LANGUAGE sql AS 'SELECT 1'
        CREATE DATABASE mia
        CREATE ROLE mio SUPERUSER
        SET ROLE omnia
        SET ROLE omnia_archivio
        SET SESSION AUTHORIZATION omnia
        GRANT omnia_archivio TO omnia_servizio
        ALTER ROLE omnia_servizio SUPERUSER
        ALTER DATABASE omnia OWNER TO omnia_servizio
    """,
}
STATEMENTS = [line.strip() for lines in NOT_FOR_THE_SERVICE.values() for line in lines.strip().splitlines()]


@pytest.mark.usefixtures("sent")
async def test_the_service_is_refused(service: asyncpg.Connection, database: asyncpg.Connection) -> None:
    """One communication stands against all of it: whatever is not refused is named, and so is what changed it."""
    before, done = await everything(database), []
    for statement in STATEMENTS:
        try:
            await service.execute(statement)
        except REFUSED:
            assert await everything(database) == before, statement
        else:
            done.append(statement)
    assert done == []
    assert len(STATEMENTS) > 80


@pytest.fixture
async def real_clock(database: asyncpg.Connection, migrated: None) -> AsyncIterator[None]:
    """As in production: the run's own clock stands still."""
    await database.execute("UPDATE regola SET orologio_di_prova = false")
    yield
    await database.execute("UPDATE regola SET orologio_di_prova = true")


async def insert(service: asyncpg.Connection, number: int, when: str) -> None:
    """A copy of what was sent, as the service would send it *when* (in SQL), once it has been given a *number*."""
    year = await service.fetchval(f"SELECT extract(year FROM ({when}) AT TIME ZONE 'Europe/Rome')::int")
    own = f"'protocollo', 'OMNIACOM.{year}.{number:07}', 'inviata_il', {when}, 'sostituisce', NULL"
    async with service.transaction():
        counted = (
            "INSERT INTO protocollo VALUES ($1, 1) ON CONFLICT (anno) DO UPDATE SET ultimo = protocollo.ultimo + 1"
        )
        await service.execute(counted, year)
        await service.execute(COPY_OF_A_SENT_ONE.format(own))


@pytest.mark.usefixtures("sent", "real_clock")
@pytest.mark.parametrize(
    "when", ["now() - interval '6 minutes'", "now() + interval '6 minutes'", "now() - interval '1 year'"]
)
async def test_nobody_sends_at_another_time(
    when: str, service: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    await forced(database, "DELETE FROM protocollo")
    with pytest.raises(asyncpg.RestrictViolationError, match="si invia adesso"):
        await insert(service, 1, when)
    assert await database.fetchval("SELECT count(*) FROM comunicazione") == 1


@pytest.mark.usefixtures("sent", "real_clock")
async def test_what_is_sent_now_is_taken_with_the_next_number_and_no_other(
    service: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    await forced(database, "UPDATE protocollo SET anno = extract(year FROM now())")
    year = await database.fetchval("SELECT anno FROM protocollo")
    await forced(database, f"UPDATE comunicazione SET protocollo = 'OMNIACOM.{year}.0000001'")
    for other in (1, 3, 99):
        with pytest.raises(asyncpg.RestrictViolationError, match="l'ultimo che è stato dato"):
            await insert(service, other, "now()")
    await insert(service, 2, "now()")
    await insert(service, 3, "now()")
    assert await database.fetchval("SELECT ultimo FROM protocollo") == 3


@pytest.mark.usefixtures("sent")
async def test_the_owner_leaves_numbers_out_and_gives_none_twice(database: asyncpg.Connection) -> None:
    """After a restore: numbers that are out already are passed over."""
    await database.execute("UPDATE protocollo SET ultimo = ultimo + 40")
    for statement in ("UPDATE protocollo SET ultimo = ultimo - 1", "DELETE FROM protocollo", "TRUNCATE protocollo"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(statement)


@pytest.mark.usefixtures("clean")
async def test_what_is_forgotten_is_as_old_as_it_has_to_be(
    service: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    """Whatever the service asks for; and what it wants to keep longer stays longer."""
    for days in (1, 364, 366, 400):
        values = f"('X', 'dati', now() - interval '{days} days')"
        await database.execute(f"INSERT INTO registro_accessi (dichiarante, azione, quando) VALUES {values}")
    left = "SELECT count(*) FROM registro_accessi WHERE dichiarante = 'X'"
    for asked, number in ((380, 3), (0, 2), (-100_000, 2), (None, 2)):
        await service.execute("SELECT dimentica_accessi($1)", asked)
        assert await database.fetchval(left) == number, asked
    for months in (23, 25):
        when = f"now() - interval '{months} months'"
        await database.execute(f"INSERT INTO scambio_letto VALUES (DEFAULT, {when}, 'x', '', 'prova', 1)")
    await service.execute("SELECT dimentica_scambi(0)")
    assert await database.fetchval("SELECT count(*) FROM scambio_letto") == 1


# What the roles have.


def granted(may: dict[str, str]) -> set[tuple[str, str, str]]:
    """(table, privilege, column or ''), as `roles.py` says it."""
    return {
        (table, privilege, column)
        for table, rights in may.items()
        for privilege, columns in re.findall(r"([A-Z]+)(?: \(([^)]*)\))?", rights)
        for column in (columns.split(", ") if columns else [""])
    }


HELD = """
    SELECT c.relname, a.privilege_type, '' FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.grantee = $1::text::regrole
    UNION SELECT c.relname, a.privilege_type, t.attname FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid,
    aclexplode(t.attacl) a WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = $1::text::regrole
"""


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(
    ("role", "may"), [("omnia_servizio", roles.SERVICE_MAY), ("omnia_archivio", roles.ARCHIVE_MAY)]
)
async def test_each_role_has_what_is_said_and_no_more(
    role: str, may: dict[str, str], database: asyncpg.Connection
) -> None:
    assert {tuple(row) for row in await database.fetch(HELD, role)} == granted(may)
    owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = $1::text::regrole AND deptype = 'o'"
    assert await database.fetchval(owned, role) == 0, "it owns nothing"


@pytest.mark.usefixtures("migrated")
async def test_every_table_is_somebodys_to_use_and_nothing_is_everybodys(database: asyncpg.Connection) -> None:
    tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    assert {row[0] for row in await database.fetch(tables)} == roles.SERVICE_MAY.keys(), (
        "say in roles.py who may use it"
    )
    public = (
        "SELECT relname FROM pg_class, aclexplode(relacl) WHERE grantee = 0 AND relnamespace = 'public'::regnamespace"
    )
    assert await database.fetch(public) == []


FUNCTIONS = """
    SELECT proname, prosecdef, coalesce(proconfig, '{}') AS config,
        has_function_privilege('omnia_archivio', oid, 'EXECUTE') AS anybody
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.mark.usefixtures("migrated")
async def test_every_function_looks_in_our_own_schema_only(database: asyncpg.Connection) -> None:
    found = await database.fetch(FUNCTIONS)
    assert {tuple(row["config"]) for row in found} == {("search_path=public, pg_temp",)}
    for_the_owner = {row["proname"]: row["anybody"] for row in found if row["prosecdef"]}
    assert for_the_owner == {"dimentica_accessi": False, "dimentica_scambi": False}
