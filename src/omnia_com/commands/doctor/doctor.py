"""`omnia-com doctor`: one line for each thing that is needed, and what to do for each that is missing."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing

import asyncpg

from omnia_com import __version__
from omnia_com.documents import find_chromium
from omnia_com.documents.queue import AWAY as QUEUE_AWAY
from omnia_com.documents.queue import connect, redis_settings
from omnia_com.health import state
from omnia_com.settings import Settings
from omnia_com.storage import roles, schema
from omnia_com.storage.database import AWAY

from ..up.embedded import EmbeddedError, Servers, find
from .findings import Finding, clocks
from .kept import kept
from .sign_in import providers, register, sign_in

SECONDS = 5
TOO_MUCH = (
    "così può cambiare ciò che è stato inviato: scrivi lì omnia_servizio, l’utente di adesso in "
    "OMNIA_DATABASE_OWNER_URL, ed esegui omnia-com migrate"
)
FULL = "libera spazio sul disco della base dati, o indica il server primario (OMNIA_DATABASE_URL)"
SMALLEST_DISK = 2**30  # bytes: some days of a busy service


def run(settings: Settings, _given: argparse.Namespace | None = None) -> int:
    """Prints what it finds; 0 when nothing is missing, else 1."""
    findings = list(asyncio.run(_findings(settings)))
    for f in findings:
        sys.stdout.write(f"{'bene ' if f.well else 'manca'}  {f.text}\n")
        if f.todo:
            sys.stdout.write("".join(f"         {line}\n" for line in f.todo.splitlines()))
    return 0 if all(f.well for f in findings) else 1


async def _findings(settings: Settings) -> Iterator[Finding]:
    checks: list[Callable[[Settings], Awaitable[Finding]]] = [_folder, _disk, _database, _queue, _browser, register]
    found = [Finding(True, f"omnia-com {__version__}, impostazioni ({settings.env})")]
    found += [await check(settings) for check in checks]
    return iter([*found, *await kept(settings), *sign_in(settings), *await providers(settings)])


async def _folder(settings: Settings) -> Finding:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data):
            return Finding(True, f"cartella dei dati {settings.data}")
    except OSError as e:
        todo = "dai il permesso di scriverci, o cambia OMNIA_DATA"
        return Finding(False, f"cartella dei dati {settings.data}: {e.strerror}", todo)


async def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(next(p for p in (settings.data, *settings.data.parents) if p.exists())).free
    text = f"spazio libero per i dati: {free / 2**30:.1f} GiB"
    return Finding(True, text) if free >= SMALLEST_DISK else Finding(False, text, "libera spazio, o cambia OMNIA_DATA")


async def _database(settings: Settings) -> Finding:
    if not settings.database_url:
        return _included(settings, lambda: f"PostgreSQL {find.postgres(settings.pg_bin).major}")
    try:
        db = await asyncpg.connect(settings.database_url, timeout=SECONDS)
    except asyncpg.InvalidAuthorizationSpecificationError as e:
        return Finding(False, f"PostgreSQL non fa entrare l’utente del servizio: {e}", "lo fa omnia-com migrate")
    except (*AWAY, ValueError) as e:
        todo = "controlla OMNIA_DATABASE_URL, e che il servizio sia acceso"
        return Finding(False, f"PostgreSQL non risponde: {str(e) or type(e).__name__}", todo)
    try:
        version = await db.fetchval("SHOW server_version")
        apart = clocks("PostgreSQL", await db.fetchval("SELECT clock_timestamp()"))
        missing = await schema.missing(db.fetch)
        too_much = "" if missing else await roles.too_much(db)
        writable = bool(missing) or await state.writable(db.fetch)
    finally:
        await db.close()
    if missing:
        return Finding(False, f"PostgreSQL {version}: {len(missing)} migrazioni da fare", "esegui: omnia-com migrate")
    if too_much:
        return Finding(False, f"PostgreSQL {version}: l’utente di OMNIA_DATABASE_URL {too_much}", TOO_MUCH)
    if not writable:
        return Finding(False, f"PostgreSQL {version}: non si può scrivere", FULL)
    return apart or Finding(True, f"PostgreSQL {version}, migrazioni fatte, ci si scrive, stessa ora")


async def _queue(settings: Settings) -> Finding:
    if not settings.redis_url:
        return _included(settings, lambda: f"coda: {find.valkey().name}")
    try:
        async with asyncio.timeout(SECONDS), aclosing(await connect(redis_settings(settings.redis_url))) as redis:
            version = (await redis.info("server")).get("redis_version", "")
    except QUEUE_AWAY as e:
        todo = "controlla OMNIA_REDIS_URL e che Redis o Valkey sia acceso"
        return Finding(False, f"la coda non risponde: {str(e) or type(e).__name__}", todo)
    return Finding(True, f"coda: Redis o Valkey, protocollo {version}")


def _included(settings: Settings, found: Callable[[], str]) -> Finding:
    try:
        name = found()
        state = "in funzione" if Servers(settings.data).in_use else "lo avvia `omnia-com up`"
    except EmbeddedError as e:
        what, _, todo = str(e).partition("\n")
        return Finding(False, what, todo)
    return Finding(True, f"{name}, incluso: {state}")


async def _browser(settings: Settings) -> Finding:
    program = find_chromium.find(settings)
    return Finding(True, f"Chromium {program}") if program else Finding(False, "Chromium", find_chromium.HOW_TO)
