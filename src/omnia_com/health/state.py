"""What the service needs in order to take, keep and print what people send, each looked at now.

A write is tried as it would be made, with the disk and the standby that it needs, and rolled back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec

from omnia_com import __version__
from omnia_com.documents import heartbeat
from omnia_com.storage import schema
from omnia_com.storage.database import AWAY

WITHIN = 2.0  # seconds for all that the database is asked
Query = Callable[..., Awaitable[list[Any]]]

# Eight kilobytes that no compression makes smaller: they need new pages, so that a full disk is seen. The commit of
# what was rolled back inside is written out like any other.
_WRITE = """
    DO $$ BEGIN
        BEGIN
            INSERT INTO modulo_tenuto (id_sha256, contenuto)
            SELECT uuid_send(gen_random_uuid()), string_agg(uuid_send(gen_random_uuid()), '')
            FROM generate_series(1, 512);
            RAISE EXCEPTION 'provato';
        EXCEPTION WHEN raise_exception THEN NULL;
        END;
    END $$
"""
_COUNTS = """
    SELECT count(*) FILTER (WHERE stato = 'attesa') AS in_attesa,
        count(*) FILTER (WHERE stato = 'fallita' AND tipo <> 'esportazione') AS falliti,
        coalesce(extract(epoch FROM now() - min(creato) FILTER (WHERE stato = 'attesa')), 0)::float AS piu_vecchio
    FROM documento WHERE stato IN ('attesa', 'fallita')
"""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Ages in seconds. What could not be looked at, for the database is away, is None."""

    versione: str = __version__
    database: bool
    scrivibile: bool
    migrazioni_da_fare: int | None = None
    coda: bool
    deposito: bool
    antivirus: bool
    worker_con_browser: int | None = None
    documenti_in_attesa: int | None = None
    documenti_falliti: int | None = None
    piu_vecchio_in_attesa: float = 0.0

    @property
    def word(self) -> str:
        """`fermo`: nobody can send. `degradato`: everybody can, and something else does not go on."""
        if not self.database:
            return "fermo"
        if self.migrazioni_da_fare:
            return "da migrare"
        if not self.scrivibile:
            return "fermo"
        beside = (self.coda, self.deposito, self.antivirus, self.worker_con_browser, not self.documenti_falliti)
        return "bene" if all(beside) else "degradato"

    @property
    def serves(self) -> bool:
        return self.word in ("bene", "degradato")


async def look(query: Query, *, queue: bool, store: bool, antivirus: bool) -> State:
    """By *query*, the pool's or a connection's own; what is not in the database the caller has looked at."""
    around: Any = {"coda": queue, "deposito": store, "antivirus": antivirus}
    try:
        async with asyncio.timeout(WITHIN):
            if missing := await schema.missing(query):
                return State(database=True, scrivibile=True, migrazioni_da_fare=len(missing), **around)
            written = await writable(query)
            (counts,), browsers = await query(_COUNTS), await heartbeat.with_browser(query)
    except AWAY:
        return State(database=False, scrivibile=False, **around)
    return State(
        database=True,
        scrivibile=written,
        migrazioni_da_fare=0,
        worker_con_browser=browsers,
        documenti_in_attesa=counts["in_attesa"],
        documenti_falliti=counts["falliti"],
        piu_vecchio_in_attesa=round(counts["piu_vecchio"], 1),
        **around,
    )


async def writable(query: Query) -> bool:
    """False for a full disk, a database that only reads, a role that may not. Raises what else `AWAY` says."""
    try:
        await query(_WRITE)
    except (
        asyncpg.InsufficientResourcesError,
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.InsufficientPrivilegeError,
        asyncpg.PostgresIOError,
    ):
        return False
    return True
