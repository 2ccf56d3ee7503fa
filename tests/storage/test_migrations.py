"""The database and its description say the same, and every step that leads there has a place of its own."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from piccolo.apps.migrations.commands.backwards import run_backwards
from piccolo.conf.apps import table_finder
from piccolo.table import sort_table_classes

from omnia_com.settings import Settings, SettingsError
from omnia_com.storage import migrate, migrations, piccolo_app
from omnia_com.storage.database import DB
from omnia_com.storage.verifier import verifier
from tests.helpers.waiting import until

FOLDER = Path(str(migrations.__file__)).parent
FILES = sorted(path.stem for path in FOLDER.glob("m*.py"))


def test_each_step_has_a_number_and_an_id_of_its_own_in_the_same_order() -> None:
    """Piccolo goes by the ids, and passes over one that it has met before."""
    ids = {name: import_module(f"{migrations.__name__}.{name}").ID for name in FILES}
    assert sorted(ids, key=lambda name: ids[name]) == FILES
    assert len(set(ids.values())) == len({name[:5] for name in FILES}) == len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_no_step_knows_the_tables_of_today(name: str) -> None:
    """They will be others when the step is run; nor does it bring in what knows them."""
    asked = f"import sys, {name}; print('omnia_com.storage.tables' in sys.modules)"
    told = {**os.environ, "PYTHONPATH": str(FOLDER)}
    said = subprocess.run([sys.executable, "-c", asked], env=told, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


COLUMNS = """
    SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type,
        a.attnotnull AS required, coalesce(i.indisprimary, false) AS key
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY(i.indkey)
    WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' AND c.relname <> 'migration'
"""


async def columns(database: asyncpg.Connection, schema: str) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in await database.fetch(COLUMNS, schema)}


async def test_every_table_and_column_is_what_its_description_says(
    database: asyncpg.Connection, migrated: None
) -> None:
    """Names, types, whether they may be empty, and keys: Piccolo makes the tables that it describes, beside ours."""
    made = database.transaction()
    await made.start()
    await database.execute("CREATE SCHEMA descritta; SET LOCAL search_path = descritta")
    for table in sort_table_classes(table_finder(["omnia_com.storage.tables"])):
        for statement in table.create_table().ddl:
            await database.execute(statement)
    described, there = await columns(database, "descritta"), await columns(database, "public")
    await made.rollback()
    assert there ^ described == set()
    assert len(there) > 100


# A later step, as one will be written.

LATER = '''"""Why."""

from omnia_com.storage.step import step

ID = "9999-01-01T00:00:00:000000"
forwards = step(
    ID,
    "ALTER TABLE bozza ADD nota text NOT NULL DEFAULT ''; CREATE INDEX bozza_nota ON bozza (nota)",
    {second!r},
    back="ALTER TABLE bozza DROP nota",
)
'''


@pytest.fixture
def steps(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the steps of this release, to which a later one is added, and Piccolo led to it."""
    for name in FILES:
        (tmp_path / f"{name}.py").symlink_to(FOLDER / f"{name}.py")
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(piccolo_app.APP_CONFIG, "migrations_folder_path", str(tmp_path))
    monkeypatch.setattr(DB, "pool", None)
    monkeypatch.setitem(DB.config, "dsn", empty)
    monkeypatch.setenv("PICCOLO_CONF", "omnia_com.storage.piccolo_conf")
    return tmp_path


async def notes(url: str) -> int:
    """How many drafts say what their note is: raises where they have none."""
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(nota) FROM bozza"))
    finally:
        await connection.close()


async def test_a_later_step_is_taken_once_and_taken_back(empty: str, steps: Path) -> None:
    await migrate.bring(Settings(database_url=empty))
    with pytest.raises(asyncpg.UndefinedColumnError):
        await notes(empty)
    (steps / "m9001_nota.py").write_text(LATER.format(second="COMMENT ON COLUMN bozza.nota IS 'nota'"))
    for _ in range(2):
        await migrate.bring(Settings(database_url=empty))
        assert await notes(empty) == 0
    await run_backwards("omnia_com", "9999-01-01T00:00:00:000000", auto_agree=True)
    with pytest.raises(asyncpg.UndefinedColumnError):
        await notes(empty)
    with pytest.raises(asyncpg.RaiseError, match="non si torna indietro"):
        await run_backwards("omnia_com", "all", auto_agree=True)


async def test_a_step_that_breaks_off_leaves_nothing(empty: str, steps: Path) -> None:
    (steps / "m9002_rotta.py").write_text(LATER.format(second="SELECT 1 / 0"))
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate.bring(Settings(database_url=empty))
    with pytest.raises(asyncpg.UndefinedColumnError):
        await notes(empty)


# What is not ours.


def migrated_in_a_process_of_its_own(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "omnia_com", "migrate"]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)


async def test_a_database_of_others_is_left_as_it_is_in_words(empty: str, environment: dict[str, str]) -> None:
    """Of a demonstration before 0.2.0, for instance."""
    connection = await asyncpg.connect(empty)
    await connection.execute("CREATE TABLE comunicazione (id uuid)")
    done = migrated_in_a_process_of_its_own({**environment, "OMNIA_DATABASE_OWNER_URL": empty})
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "La base dati non è vuota" in done.stderr
    assert await connection.fetchval("SELECT to_regclass('dichiarante')") is None
    await connection.close()


async def test_a_database_of_a_newer_release_is_left_as_it_is_in_words(empty: str, steps: Path) -> None:
    (steps / "m9003_nuova.py").write_text(LATER.format(second="SELECT 1"))
    await migrate.bring(Settings(database_url=empty))
    (steps / "m9003_nuova.py").unlink()
    with pytest.raises(SettingsError, match="più nuova di questa: ha già 9999-01-01"):
        await migrate.bring(Settings(database_url=empty))


# What others hold, as a backup does.


@pytest.fixture
async def backup(empty: str, steps: Path) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who reads all of it for a long time; meanwhile there is a step to be taken."""
    await migrate.bring(Settings(database_url=empty))
    (steps / "m9004_nota.py").write_text(LATER.format(second="SELECT 1"))
    connection = await asyncpg.connect(empty)
    await connection.execute("BEGIN; LOCK TABLE bozza IN ACCESS SHARE MODE")
    yield connection
    await connection.close()


async def test_a_step_waits_for_a_backup_and_nobody_waits_for_the_step(
    empty: str, backup: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.02)
    monkeypatch.setattr(migrate, "TRIES", 100_000)
    said = ""

    async def refused_once() -> bool:
        nonlocal said
        said += capsys.readouterr().err
        return migrate.WAITING in said

    migrating = asyncio.create_task(migrate.bring(Settings(database_url=empty)))
    await until(refused_once)
    reader = await asyncpg.connect(empty)
    assert await reader.fetchval("SELECT count(*) FROM bozza") == 0
    assert not migrating.done()
    await reader.close()
    await backup.execute("COMMIT")
    await migrating
    assert await notes(empty) == 0


async def test_whoever_holds_it_for_too_long_is_named_in_words(
    empty: str, backup: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "10ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.01)
    monkeypatch.setattr(migrate, "TRIES", 2)
    with pytest.raises(SettingsError, match="forse una copia di riserva"):
        await migrate.bring(Settings(database_url=empty))
    with pytest.raises(asyncpg.UndefinedColumnError):
        await notes(empty)


# The service's own user, with a password.


@pytest.fixture
async def by_password(empty: str, database: asyncpg.Connection) -> AsyncIterator[str]:
    """The address of the empty database for a user who is not there yet; `{}` is the password."""
    file = Path(await database.fetchval("SHOW hba_file"))
    before = file.read_text()
    file.write_text(f"local vuota con_parola scram-sha-256\n{before}")
    await database.execute("SELECT pg_reload_conf()")
    url = urlunsplit(urlsplit(empty)._replace(netloc="con_parola:{}@"))

    async def asked_for() -> bool:
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError) as refused:
            await asyncpg.connect(url.format("x"))
        return isinstance(refused.value, asyncpg.InvalidPasswordError)

    await until(asked_for)
    yield url
    file.write_text(before)
    await database.execute("SELECT pg_reload_conf(); DROP OWNED BY con_parola; DROP ROLE con_parola")


async def enters(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url)
    except asyncpg.InvalidPasswordError:
        return False
    allowed: bool = await connection.fetchval("SELECT has_table_privilege('comunicazione', 'INSERT')")
    await connection.close()
    return allowed


@pytest.mark.usefixtures("steps")
async def test_the_services_user_is_made_with_the_password_of_its_address(empty: str, by_password: str) -> None:
    """And has another when the address has another."""
    first, second = by_password.format("prima%2F1"), by_password.format("seconda")
    await migrate.bring(Settings(database_url=first, database_owner_url=empty))
    assert (await enters(first), await enters(second)) == (True, False)
    for _ in range(2):
        await migrate.bring(Settings(database_url=second, database_owner_url=empty))
        assert (await enters(first), await enters(second)) == (False, True)


async def test_a_password_is_kept_as_postgresql_keeps_it(database: asyncpg.Connection) -> None:
    made = database.transaction()
    await made.start()
    await database.execute("CREATE ROLE prova PASSWORD 'Parola 1'")
    kept = await database.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = 'prova'")
    await made.rollback()
    salt = base64.b64decode(kept.split("$")[1].split(":")[1])
    assert verifier("Parola 1", salt) == kept
    assert verifier("Parola 1") != verifier("Parola 1")
    assert verifier("perché") == "perché", "PostgreSQL has its own way with what is not ASCII"
