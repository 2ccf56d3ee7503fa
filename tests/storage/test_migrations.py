"""The database and its description say the same, and every step that leads there has a place of its own."""

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

from omnia_com.settings import Settings
from omnia_com.storage import migrate, migrations, piccolo_app
from omnia_com.storage.database import DB

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
async def empty(database: asyncpg.Connection, environment: dict[str, str]) -> AsyncIterator[str]:
    """The address of a database that has nothing, for its owner."""
    await database.execute("CREATE DATABASE vuota")
    yield urlunsplit(urlsplit(environment["OMNIA_DATABASE_OWNER_URL"])._replace(path="/vuota"))
    await database.execute("DROP DATABASE vuota WITH (FORCE)")


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
