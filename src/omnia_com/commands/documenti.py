"""`omnia-com documenti`: documents that could not be made, a JSON object a line; `--riprova` has them made anew.

Nothing of whose they are is shown: a document has the id of its communication.
"""

import argparse
import asyncio
import sys
from typing import Any

import asyncpg
import msgspec

from omnia_com.settings import Settings, SettingsError

_FAILED = """
    SELECT id, tipo, creato, tentativi FROM documento WHERE stato = 'fallita' AND ($1::uuid IS NULL OR id = $1)
    ORDER BY creato
"""
_AGAIN = """
    UPDATE documento SET stato = 'attesa', tentativi = 0, presa_fino = NULL
    WHERE stato = 'fallita' AND ($1::uuid IS NULL OR id = $1) RETURNING id, tipo, creato, tentativi
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--riprova", action="store_true", help="li fa ripartire; il worker li trova da sé")
    parser.add_argument("--id", help="solo questo")


def run(settings: Settings, given: argparse.Namespace) -> int:
    """1 where some have failed and nobody has them made anew. Raises `SettingsError` for what is no id."""
    rows = asyncio.run(_rows(settings.database_url, _AGAIN if given.riprova else _FAILED, given.id))
    for row in rows:
        sys.stdout.write(msgspec.json.encode(dict(row)).decode() + "\n")
    return 1 if rows and not given.riprova else 0


async def _rows(url: str, query: str, id: str | None) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(query, id))
    except asyncpg.DataError as e:
        raise SettingsError("--id: scrivi l'identificativo di un documento, come lo dice omnia-com documenti") from e
    finally:
        await connection.close()
