"""`omnia-com migrate`: brings the database to this release; any number of processes may call it at once."""

import argparse
import asyncio
import os

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards

from omnia_com.settings import Settings, SettingsError

from .database import DB

LOCK = 0x04672_2023  # any constant will do, if nothing else in the database takes it
NOT_OURS = (
    "La base dati non è vuota, e non l'ha fatta questa versione ({}). Ne serve una vuota: prima della 0.2.0 c'erano "
    "solo dimostrazioni, e i loro dati, in OMNIA_DATA, si possono cancellare"
)


def run(settings: Settings, _given: argparse.Namespace) -> None:
    """Runs the missing migrations under an advisory lock.

    Raises `SettingsError` where others have put tables of ours, and what else the database raises.
    """
    os.environ["PICCOLO_CONF"] = "omnia_com.storage.piccolo_conf"
    DB.config["dsn"] = settings.database_url
    asyncio.run(_locked(settings.database_url))


async def _locked(url: str) -> None:
    lock = await asyncpg.connect(url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", LOCK)
        await run_forwards(app_name="all")
    except asyncpg.DuplicateTableError as e:
        raise SettingsError(NOT_OURS.format(e)) from e
    finally:
        await lock.close()
