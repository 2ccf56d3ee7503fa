"""`omnia-com elimina-scadute`: removes what was sent when the years for which it is kept are over.

Only the database role `omnia_archivio` may, and the database looks at the age itself. A communication that was amended
or annulled goes with all of its chain, when the youngest of it is due, and the worker removes the contents of its
attachments that no other communication has. What went is written down without personal data.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid5

import asyncpg
import msgspec

from omnia_com.documents.receipts import LETTER
from omnia_com.settings import Settings, SettingsError

from .operator import who

AT_ONCE = 500  # chains in one transaction
NO_ROLE = (
    "Questo utente della base dati non può eliminare ciò che è stato inviato. Scrivi in OMNIA_DATABASE_URL un utente "
    "che ha il ruolo omnia_archivio (GRANT omnia_archivio TO …): quello del servizio non deve averlo"
)
_DUE = """
    WITH RECURSIVE catena AS (
        SELECT id, id AS capo, inviata_il FROM comunicazione
        WHERE sostituisce IS NULL AND inviata_il < now() - make_interval(years => $1)
        UNION ALL
        SELECT c.id, catena.capo, c.inviata_il FROM comunicazione c JOIN catena ON c.sostituisce = catena.id
    ), scaduta AS (
        SELECT capo FROM catena LEFT JOIN bozza ON bozza.rettifica = catena.id
        GROUP BY capo HAVING max(catena.inviata_il) < now() - make_interval(years => $1) AND count(bozza.id) = 0
        ORDER BY min(catena.inviata_il), capo LIMIT $2
    )
    SELECT c.id, c.dichiarante, c.protocollo, c.inviata_il, c.sha256, c.allegati
    FROM comunicazione c JOIN catena USING (id) JOIN scaduta USING (capo) ORDER BY c.protocollo
"""


# A rettifica that became a communication of its own shares the attachments of the one it was to correct.
_UNUSED = """
    UPDATE contenuto SET inviato = false WHERE id = ANY($1::uuid[]) AND id NOT IN (
        SELECT (a ->> 'contenuto')::uuid FROM comunicazione, jsonb_array_elements(allegati) a
        WHERE dichiarante = ANY($2)
    )
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prova", action="store_true", help="dice quali, e non toglie niente")


def run(settings: Settings, given: argparse.Namespace) -> None:
    """Writes a JSON object a line: protocol, instant of sending and SHA-256 of each that went, or with `--prova` would.

    Raises `SettingsError` for a user of the database who may not.
    """
    asyncio.run(_print(_due(settings, only_say=given.prova)))


async def _print(lines: AsyncIterator[list[Any]]) -> None:
    async for rows in lines:
        for row in rows:
            said = {name: row[name] for name in ("protocollo", "inviata_il", "sha256")}
            sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
        sys.stdout.flush()


async def _due(settings: Settings, only_say: bool) -> AsyncIterator[list[Any]]:
    """What is due, many at a time; each lot is gone, and that is certain, when it is given."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        while rows := await _lot(connection, settings.conserva_comunicazioni, None if only_say else AT_ONCE):
            yield rows
            if only_say:
                return
    finally:
        await connection.close()


async def _lot(connection: asyncpg.Connection, years: int, most: int | None) -> list[Any]:
    """The chains that are due; *most* of them, and they go. Without *most* all of them, and they stay."""
    async with connection.transaction():
        await _become_archivist(connection)
        rows = await connection.fetch(_DUE, years, most)
        if most is not None:
            await _remove(connection, rows)
        return list(rows)


async def _become_archivist(connection: asyncpg.Connection) -> None:
    try:
        await connection.execute("SET LOCAL ROLE omnia_archivio")
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError) as e:
        raise SettingsError(NO_ROLE) from e


async def _remove(connection: asyncpg.Connection, rows: list[Any]) -> None:
    ids = [row["id"] for row in rows]
    documents = ids + [uuid5(id, LETTER) for id in ids]
    await connection.executemany(
        "INSERT INTO eliminata (protocollo, inviata_il, sha256, operatore) VALUES ($1, $2, $3, $4)",
        [(row["protocollo"], row["inviata_il"], row["sha256"], who()) for row in rows],
    )
    await connection.execute("DELETE FROM documento WHERE id = ANY($1)", documents)
    await connection.execute("DELETE FROM comunicazione WHERE id = ANY($1)", ids)
    contents = [a["contenuto"] for row in rows for a in msgspec.json.decode(row["allegati"])]
    await connection.execute(_UNUSED, contents, [row["dichiarante"] for row in rows])
