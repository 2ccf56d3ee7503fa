"""The database and its description say the same, and every step that leads there has a place of its own."""

from importlib import import_module
from pathlib import Path

import asyncpg
from piccolo.conf.apps import table_finder

from omnia_com.storage import migrations

FILES = sorted(path.stem for path in Path(str(migrations.__file__)).parent.glob("m*.py"))


def test_each_step_has_a_number_and_an_id_of_its_own_in_the_same_order() -> None:
    """Piccolo goes by the ids, and passes over one that it has met before."""
    ids = {name: import_module(f"{migrations.__name__}.{name}").ID for name in FILES}
    assert sorted(ids, key=lambda name: ids[name]) == FILES
    assert len(set(ids.values())) == len({name[:5] for name in FILES}) == len(FILES)


async def test_every_table_and_column_is_described(database: asyncpg.Connection, migrated: None) -> None:
    rows = await database.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    there = {(row["table_name"], row["column_name"]) for row in rows if row["table_name"] != "migration"}
    tables = table_finder(["omnia_com.storage.tables"])
    assert there == {(t._meta.tablename, c._meta.name) for t in tables for c in t._meta.columns}
