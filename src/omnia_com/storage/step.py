"""The frame of a migration: what it does is SQL, and it knows no table of `tables.py`, which will be others by then.

A new one is a module `m0002_….py` in `migrations/`: a docstring that says why, an `ID` that is the instant at which it
was written, and

    forwards = step(ID, "ALTER TABLE bozza ADD nota text NOT NULL DEFAULT ''", back="ALTER TABLE bozza DROP nota")

`tables.py` follows in the same commit, and so does `roles.py` (who may do what); tests hold them equal.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from .database import DB


def step(id: str, *scripts: str, back: str = "") -> Callable[[], Awaitable[MigrationManager]]:
    """What Piccolo looks for in a module of migrations as `forwards`: all of *scripts*, or none; *back* undoes them.

    The *id* is in databases: it never changes. Without *back* there is no way back.
    """

    async def prepare() -> MigrationManager:
        manager = MigrationManager(migration_id=id, app_name="omnia_com")
        for script in scripts:
            manager.add_raw(partial(run, script))
        manager.add_raw_backwards(partial(run, back or NO_WAY_BACK))
        return manager

    return prepare


NO_WAY_BACK = "DO $$ BEGIN RAISE EXCEPTION 'da questa migrazione non si torna indietro'; END $$"


async def run(script: str) -> None:
    """The statements of *script*, in the transaction of the migration that runs. Raises what the database raises."""
    running = DB.current_transaction.get()
    assert running is not None, "migrations run in a transaction"  # noqa: S101
    await running.connection.execute(script)
