"""`omnia-com verifica`: reads all that was sent, in constant memory, and names the first thing that is not as it was.

As the owner (`OMNIA_DATABASE_OWNER_URL`), who sees what was removed too. It only reads.
"""

import argparse
import asyncio
import hashlib
import io
import re
import sys
from collections.abc import AsyncIterator

import asyncpg
import pikepdf

from omnia_com.communications import register
from omnia_com.communications.attachments.contents import Contents, StoreAway
from omnia_com.communications.sent import EVERY, RECEIPT, Sent, from_row
from omnia_com.settings import Settings, SettingsError
from omnia_com.storage import roles, schema
from omnia_com.storage.database import close_pool, open_pool

AT_ONCE = 20  # communications held in memory
_GAP = """
    SELECT numero_di(anno, n) FROM protocollo, generate_series(1, ultimo) n
    WHERE NOT EXISTS (SELECT FROM comunicazione WHERE protocollo = numero_di(anno, n))
        AND NOT EXISTS (SELECT FROM eliminata WHERE protocollo = numero_di(anno, n))
        AND NOT EXISTS (SELECT FROM saltata s WHERE s.anno = protocollo.anno AND n BETWEEN s.dal AND s.al)
    ORDER BY anno, n LIMIT 1
"""
_BEYOND = """
    SELECT protocollo FROM comunicazione c WHERE NOT EXISTS (
        SELECT FROM protocollo p WHERE p.anno = split_part(c.protocollo, '.', 2)::int
            AND p.ultimo >= split_part(c.protocollo, '.', 3)::int
    ) ORDER BY protocollo LIMIT 1
"""
_RIGHT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)(?: \(([^)]*)\))?")

_FOUND = {
    "radice": "la radice non è quella delle sue foglie",
    "tolta": "{} è nel registro, e fra le comunicazioni non c'è più",
    "cambiata": "{} non è più com'era quando il giorno è stato chiuso",
    "aggiunta": "{} è di quel giorno, e il registro non la conosce",
}


class Wrong(Exception):
    """The first thing that is wrong; the message is for whoever restores, in Italian."""


def run(settings: Settings, _given: argparse.Namespace) -> int:
    """0 when all is as it was; 1, and the first thing that is not."""
    if not settings.owner_url:
        raise SettingsError("OMNIA_DATABASE_OWNER_URL manca: verifica legge anche ciò che è stato tolto")
    try:
        read = asyncio.run(_verify(settings))
    except Wrong as e:
        sys.stdout.write(f"NON TORNA: {e}\n")
        return 1
    sys.stdout.write(f"Tutto torna: {read} comunicazioni, con ricevute, allegati, protocolli, ruoli e permessi\n")
    return 0


async def _verify(settings: Settings) -> int:
    owner = await asyncpg.connect(settings.owner_url)
    try:
        async with owner.transaction(readonly=True, isolation="repeatable_read"):
            await _roles(owner)
            await _register(settings)
            await _protocols(owner)
            contents, read = Contents(settings), 0
            async for sent in _sent_ones(owner):
                read += 1
                await _communication(owner, contents, sent)
            return read
    finally:
        await owner.close()


async def _roles(owner: asyncpg.Connection) -> None:
    if missing := await schema.missing(owner.fetch):
        raise Wrong(f"{len(missing)} migrazioni da fare: esegui omnia-com migrate")
    for role, may in ((roles.SERVICE, roles.SERVICE_MAY), (roles.ARCHIVE, roles.ARCHIVE_MAY)):
        if not await owner.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", role):
            raise Wrong(f"manca il ruolo {role}: esegui omnia-com migrate")
        for table, rights in may.items():
            for right, columns in _RIGHT.findall(rights):
                if not await _granted(owner, role, table, right, columns):
                    raise Wrong(f"al ruolo {role} manca {right} su {table}: esegui omnia-com migrate")


async def _granted(owner: asyncpg.Connection, role: str, table: str, right: str, columns: str) -> bool:
    if not columns:
        return bool(await owner.fetchval("SELECT has_table_privilege($1, $2, $3)", role, table, right))
    each = "SELECT bool_and(has_column_privilege($1, $2, name, $4)) FROM unnest($3::text[]) name"
    return bool(await owner.fetchval(each, role, table, columns.split(", "), right))


async def _register(settings: Settings) -> None:
    """The daily register, recomputed: it names the day and the protocol."""
    await open_pool(settings.owner_url, size=2)
    try:
        found = await register.check()
    finally:
        await close_pool()
    if found:
        first = found[0]
        raise Wrong(f"registro del {first.giorno:%d/%m/%Y}: {_FOUND[first.what].format(first.protocollo)}")


async def _protocols(owner: asyncpg.Connection) -> None:
    if gap := await owner.fetchval(_GAP):
        raise Wrong(f"il protocollo {gap} non è né di una comunicazione, né di una tolta, né saltato")
    if beyond := await owner.fetchval(_BEYOND):
        raise Wrong(f"il protocollo {beyond} è oltre l'ultimo dato: esegui omnia-com dopo-ripristino")


async def _sent_ones(owner: asyncpg.Connection) -> AsyncIterator[Sent]:
    async for row in owner.cursor(f"{EVERY} ORDER BY c.protocollo", prefetch=AT_ONCE):
        yield from_row(row)


async def _communication(owner: asyncpg.Connection, contents: Contents, sent: Sent) -> None:
    canonical = sent.canonical()
    if hashlib.sha256(canonical).hexdigest() != sent.sha256:
        raise Wrong(f"{sent.protocollo}: l'impronta non è quella dei suoi dati")
    query = "SELECT stato, pdf FROM documento WHERE id = $1 AND tipo = $2"
    receipt = await owner.fetchrow(query, sent.id, RECEIPT)
    if receipt is None:
        raise Wrong(f"{sent.protocollo}: la ricevuta manca")
    if receipt["pdf"] is not None and canonical not in embedded(receipt["pdf"]):
        raise Wrong(f"{sent.protocollo}: i dati nella ricevuta non sono i suoi")
    for file in sent.allegati:
        digest = hashlib.sha256()
        try:
            async for piece in await contents.open(file.contenuto):
                digest.update(piece)
        except (StoreAway, OSError) as e:
            raise Wrong(f"{sent.protocollo}: l'allegato {file.contenuto.hex} non si legge ({e})") from e
        if digest.hexdigest() != file.sha256:
            raise Wrong(f"{sent.protocollo}: l'allegato {file.contenuto.hex} non ha la sua impronta")


def embedded(pdf: bytes) -> list[bytes]:
    """The files in a PDF; none in what is no PDF."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return [file.get_file().read_bytes() for file in document.attachments.values()]
    except pikepdf.PdfError:
        return []
