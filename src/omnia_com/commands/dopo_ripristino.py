"""`omnia-com dopo-ripristino --ultimo N`: what has to be done before people come back to a restored database.

A backup is older than the last number that somebody was given: the next one goes past every number that may be out.
Those that are left out are written down; all sessions end, for some were ended after the backup.
"""

import argparse
import asyncio
import sys
from datetime import datetime

import asyncpg

from omnia_com.settings import ROME, Settings, SettingsError

from .operator import who

MOST = 9_999_999
_SKIP = """
    INSERT INTO protocollo (anno, ultimo) VALUES ($1, $2) ON CONFLICT (anno) DO UPDATE SET ultimo = excluded.ultimo
"""
_NOTE = "INSERT INTO saltata (anno, dal, al, operatore) VALUES ($1, $2, $3, $4)"


def arguments(parser: argparse.ArgumentParser) -> None:
    said = "il numero più alto che qualcuno può avere; nel dubbio uno più alto, senza danno"
    parser.add_argument("--ultimo", type=int, required=True, metavar="N", help=said)
    parser.add_argument("--anno", type=int, default=datetime.now(ROME).year, help="l'anno del protocollo (questo)")


def run(settings: Settings, given: argparse.Namespace) -> None:
    """Raises `SettingsError` for a number that cannot be, and without the owner's address."""
    if not settings.owner_url:
        raise SettingsError("OMNIA_DATABASE_OWNER_URL manca: i protocolli li salta solo il proprietario")
    if not 0 <= given.ultimo <= MOST or not 2000 <= given.anno <= 9999:
        raise SettingsError(f"--ultimo: scrivi un numero da 0 a {MOST}, senza anno (OMNIACOM.2026.0000155 è 155)")
    sys.stdout.write(asyncio.run(_after(settings.owner_url, given.anno, given.ultimo)) + "\n")


async def _after(url: str, year: int, last: int) -> str:
    owner = await asyncpg.connect(url)
    try:
        async with owner.transaction():
            await owner.execute("LOCK TABLE protocollo IN EXCLUSIVE MODE")
            now = await owner.fetchval("SELECT ultimo FROM protocollo WHERE anno = $1", year) or 0
            if last > now:
                await owner.execute(_SKIP, year, last)
                await owner.execute(_NOTE, year, now + 1, last, who())
            ended = await owner.fetchval("WITH gone AS (DELETE FROM sessione RETURNING 1) SELECT count(*) FROM gone")
            await owner.execute("DELETE FROM accesso_in_corso; DELETE FROM modulo_tenuto")
    except asyncpg.InsufficientPrivilegeError as e:
        raise SettingsError("Questo utente non può: scrivi il proprietario in OMNIA_DATABASE_OWNER_URL") from e
    finally:
        await owner.close()
    skipped = f"saltati i numeri da {now + 1} a {last} del {year}" if last > now else f"nessun numero saltato ({now})"
    return f"Fatto: {skipped}; {ended} sessioni chiuse. Il prossimo protocollo è il {max(last, now) + 1}"
