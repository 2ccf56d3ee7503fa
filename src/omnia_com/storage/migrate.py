"""`omnia-com migrate`: brings the database to this release; any number of processes may call it at once."""

import argparse
import asyncio
import os

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards

from omnia_com.settings import Settings

from .database import DB

LOCK = 0x04672_2023  # any constant will do, if nothing else in the database takes it


def run(settings: Settings, _given: argparse.Namespace) -> None:
    """Runs the missing migrations under an advisory lock. Raises what the database raises."""
    os.environ["PICCOLO_CONF"] = "omnia_com.storage.piccolo_conf"
    DB.config["dsn"] = settings.database_url
    asyncio.run(_locked(settings.database_url))


async def _locked(url: str) -> None:
    lock = await asyncpg.connect(url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", LOCK)
        await run_forwards(app_name="all")
    finally:
        await lock.close()
