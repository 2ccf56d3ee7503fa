"""`omnia-com accessi`: the access log of one person, newest first, a JSON object a line.

That it was read, by whom and why, is noted in it before anything is shown.
"""

import argparse
import asyncio
import sys
from typing import BinaryIO

import msgspec

from omnia_com.people import access_log
from omnia_com.settings import Settings, SettingsError
from omnia_com.storage.database import close_pool, open_pool

from .operator import asked_person, who


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--motivo", required=True, help="perché si legge: lo vedrà anche la persona")


def run(settings: Settings, given: argparse.Namespace) -> None:
    """Raises `SettingsError` without a reason, or without a codice fiscale on the standard input."""
    if not (motivo := given.motivo.strip()):
        raise SettingsError('Scrivi perché leggi il registro: --motivo "…"')
    asyncio.run(_accesses(settings.database_url, asked_person(), motivo, sys.stdout.buffer))


async def _accesses(url: str, person: str, motivo: str, out: BinaryIO) -> None:
    """The note is committed before anything is shown."""
    await open_pool(url, size=1)
    try:
        await access_log.note(person, "ufficio", motivo=motivo, operatore=who())
        for access in await access_log.accesses(person):
            out.write(msgspec.json.encode(access) + b"\n")
    finally:
        out.flush()
        await close_pool()
