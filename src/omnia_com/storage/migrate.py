"""`omnia-com migrate`: brings the database to this release; any number of processes may call it at once.

It connects as the owner (`OMNIA_DATABASE_OWNER_URL`), makes the roles of the service and of the archive, and never
lets the service wait behind it: what it cannot lock at once it lets go of, and tries again.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards

from omnia_com.settings import Settings, SettingsError

from . import roles, schema
from .database import DB

LOCK = 0x04672_2023  # any constant will do, if nothing else in the database takes it
LOCK_TIMEOUT = "2s"  # who reads waits for so long at most, behind a migration that waits itself
TRIES, PAUSE = 60, 3.0  # seconds; with the above five minutes: a backup of a small database
NO_DATABASE = "OMNIA_DATABASE_URL manca: solo `omnia-com up` avvia PostgreSQL da sé, `migrate` no"
NOT_OURS = (
    "La base dati non è vuota, e non l'ha fatta questa versione ({}). Ne serve una vuota: prima della 0.2.0 c'erano "
    "solo dimostrazioni, e i loro dati, in OMNIA_DATA, si possono cancellare"
)
NEWER = (
    "La base dati è di una versione più nuova di questa: ha già {}. Usa quella versione, o una più nuova. Niente è "
    "cambiato"
)
OCCUPIED = (
    "La base dati è occupata: qualcuno tiene le tabelle da {} minuti, forse una copia di riserva. Niente è cambiato a "
    "metà: aspetta che finisca ed esegui di nuovo omnia-com migrate"
)
WAITING = "Qualcuno tiene le tabelle, forse una copia di riserva: riprovo.\n"


def run(settings: Settings, _given: argparse.Namespace) -> None:
    """Runs the missing migrations under an advisory lock, and gives every right anew.

    Raises `SettingsError` for a database of others or of a newer release, for one whose tables somebody holds, where
    roles are missing; and what else the database raises.
    """
    if not settings.owner_url:
        raise SettingsError(NO_DATABASE)
    os.environ["PICCOLO_CONF"] = "omnia_com.storage.piccolo_conf"
    asyncio.run(bring(settings))


async def bring(settings: Settings) -> None:
    """To this release; raises as `run` does."""
    owner = await asyncpg.connect(settings.owner_url)
    try:
        await owner.execute("SELECT pg_advisory_lock($1)", LOCK)
        await _check_not_newer(owner)
        await roles.make_roles(owner, settings)
        async with _impatient(settings.owner_url):
            await _forwards()
        await roles.grant(owner, settings)
    except asyncpg.DuplicateTableError as e:
        raise SettingsError(NOT_OURS.format(e)) from e
    finally:
        await owner.close()


async def _check_not_newer(owner: asyncpg.Connection) -> None:
    if await owner.fetchval("SELECT to_regclass('migration')"):
        rows = await owner.fetch("SELECT name FROM migration WHERE app_name = 'omnia_com'")
        if unknown := sorted({row["name"] for row in rows} - schema.known()):
            raise SettingsError(NEWER.format(", ".join(unknown)))


@asynccontextmanager
async def _impatient(url: str) -> AsyncIterator[None]:
    """Piccolo connects to *url* meanwhile, and waits for no lock."""
    before = dict(DB.config)
    config: Any = DB.config
    config.update(dsn=url, server_settings={"lock_timeout": LOCK_TIMEOUT})
    try:
        yield
    finally:
        config.clear()
        config.update(before)


async def _forwards() -> None:
    """Each migration is one transaction: one that is broken off is taken again from its beginning."""
    for turn in range(TRIES):
        try:
            await run_forwards(app_name="all")
            return
        except asyncpg.LockNotAvailableError:
            if turn == 0:
                sys.stderr.write(WAITING)
            await asyncio.sleep(PAUSE)
    raise SettingsError(OCCUPIED.format(round(TRIES * (PAUSE + 2) / 60)))
