"""`omnia-com esporta`: sent communications for the office, one JSON object a line (docs/esporta.schema.json).

In the order of their protocols, in constant memory; a broken export goes on with `--dopo` and the last protocol it has.
Each is in the access log of its person before it is written out.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, BinaryIO

import asyncpg
import msgspec

from omnia_com.people import access_log
from omnia_com.settings import ROME, Settings
from omnia_com.storage.database import close_pool, open_pool

from .operator import who

AT_ONCE = 500  # rows held in memory
_SENT = """
    SELECT c.id, c.protocollo, c.genere, prima.protocollo AS sostituisce, c.motivo, c.inviata_il, c.dichiarante,
        c.tipologia, c.data_inizio, c.data_fine, c.reddito_centesimi, c.partita_iva, c.risposte, c.persona, c.allegati,
        c.dichiarazioni_versione, c.lingua, c.sha256
    FROM comunicazione c LEFT JOIN comunicazione prima ON prima.id = c.sostituisce
    WHERE c.inviata_il >= $1 AND c.inviata_il < $2 AND c.protocollo > $3
    ORDER BY c.protocollo
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--da", type=date.fromisoformat, required=True, metavar="AAAA-MM-GG")
    parser.add_argument("--a", type=date.fromisoformat, required=True, metavar="AAAA-MM-GG", help="compreso")
    parser.add_argument("--dopo", default="", metavar="PROTOCOLLO", help="riprende dopo questo protocollo")


def run(settings: Settings, given: argparse.Namespace) -> None:
    """Writes those sent from `--da` to `--a` (days in Rome, both included) whose protocol comes after `--dopo`."""
    asyncio.run(_export(settings.database_url, given.da, given.a, given.dopo, sys.stdout.buffer))


async def _export(url: str, first: date, last: date, after: str, out: BinaryIO) -> None:
    await open_pool(url, size=1)
    connection = await asyncpg.connect(url)
    try:
        async for rows in _sent(connection, first, last, after):
            await access_log.note_read_by_office(((row["dichiarante"], row["id"]) for row in rows), who())
            out.writelines(msgspec.json.encode(_said(row)) + b"\n" for row in rows)
        out.flush()
    finally:
        await connection.close()
        await close_pool()


async def _sent(
    connection: asyncpg.Connection, first: date, last: date, after: str
) -> AsyncIterator[list[asyncpg.Record]]:
    since, until = _midnight(first), _midnight(last + timedelta(days=1))
    async with connection.transaction(readonly=True):
        cursor = await connection.cursor(_SENT, since, until, after)
        while rows := await cursor.fetch(AT_ONCE):
            yield rows


def _midnight(day: date) -> datetime:
    """When the day begins in Rome."""
    return datetime.combine(day, time(), ROME).astimezone(UTC)


def _said(row: Any) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name != "id"}
    return told | {name: msgspec.json.decode(row[name]) for name in ("risposte", "persona", "allegati")}
