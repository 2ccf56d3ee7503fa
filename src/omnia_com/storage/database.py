"""The connection to PostgreSQL: one pool a process, transactions, and a listener for notifications."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog
from piccolo.engine.postgres import PostgresEngine

log = structlog.get_logger()


PATIENCE, CLOSING = 4, 2  # seconds: of a query, or of who waits for a connection; for the end of those under way
# A machine that is cut off in the middle of a sending holds the row of the protocols, and all who send wait for it.
ABANDONED = {"idle_in_transaction_session_timeout": f"{2 * PATIENCE}s"}
WITHOUT_CACHE: dict[str, Any] = {"statement_cache_size": 0}  # for one query each, and behind PgBouncer
# What a query raises that finds no database to answer; the last, of one that dies while it answers.
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


_UNREACHABLE = (
    ConnectionError,
    socket.gaierror,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TooManyConnectionsError,
    asyncpg.exceptions.TargetServerAttributeNotMatched,
)


def unreachable(e: BaseException) -> str:
    """Why the database could not be reached, if that is what *e* says; else ''."""
    if isinstance(e, BrokenPipeError) or not isinstance(e, _UNREACHABLE):
        return ""
    return str(e) or type(e).__name__


class _Engine(PostgresEngine):
    async def check_version(self) -> None:
        """Piccolo would connect at import to ask the server's version, before anybody said where the server is."""

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> list[Any]:
        """Queries by tables outside a transaction take their connection as all others do."""
        async with _connection() as connection:
            rows: list[Any] = await connection.fetch(query, *(args or ()))
            return rows


DB = _Engine(config={"dsn": "postgresql://"})


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """All or nothing, on a connection that goes back to the pool whatever happens. Not to be nested.

    Piccolo's own `__aenter__` and `__aexit__` keep the connection for good when BEGIN, COMMIT or ROLLBACK breaks off
    (1.38): ten of those, and no page is answered any more. Queries by tables run on what is entered here.
    """
    entered = DB.transaction(allow_nested=False)
    async with _connection() as connection, connection.transaction():
        entered.connection = connection
        token = DB.current_transaction.set(entered)
        try:
            yield
        finally:
            DB.current_transaction.reset(token)


async def fetch(query: str, *values: Any) -> list[Any]:
    """The rows of a query in PostgreSQL's own words (`$1`…), inside the current transaction if there is one.

    For what every page asks, and for what only SQL can say; Piccolo's `raw` takes twice the CPU (measured).
    """
    if current := DB.current_transaction.get():
        rows: list[Any] = await current.connection.fetch(query, *values)
        return rows
    return await DB._run_in_pool(query, values)


@asynccontextmanager
async def _connection() -> AsyncIterator[Any]:
    """One of the pool's, within `PATIENCE`. One whose query lasts longer, or is given up, is dropped: to have the
    server cancel it would take as long again, and a server that hangs cancels nothing."""
    assert DB.pool is not None, "open_pool first"  # noqa: S101
    pool = DB.pool
    async with asyncio.timeout(PATIENCE):
        connection = await pool.acquire()
    try:
        yield connection
    except (TimeoutError, asyncio.CancelledError):
        connection.terminate()
        raise
    finally:
        await pool.release(connection)


async def _no_reset(_connection: asyncpg.Connection) -> None:
    """Nothing to reset: no pooled connection is ever SET or made to LISTEN. Saves a round trip each (−40 % CPU)."""


async def open_pool(url: str, size: int = 10, *, pgbouncer: bool = False) -> None:
    """Opens the pool on *url*. Without one Piccolo would silently open a connection for each query.

    *pgbouncer* gives each transaction another connection of the server's, which knows no statement prepared before, and
    takes no settings: the role's own say then what is `ABANDONED`.
    """
    DB.config["dsn"] = url
    limits: Any = {"command_timeout": PATIENCE, "timeout": PATIENCE}
    limits |= WITHOUT_CACHE if pgbouncer else {"server_settings": ABANDONED}
    await DB.start_connection_pool(min_size=1, max_size=size, reset=_no_reset, **limits)


async def close_pool() -> None:
    """Within `CLOSING`: whatever still holds a connection then loses it."""
    try:
        async with asyncio.timeout(CLOSING):
            await DB.close_connection_pool()
    except TimeoutError:
        log.error("connessioni_trattenute")
        DB.pool = None


@asynccontextmanager
async def listening(url: str, channel: str, heard: Callable[[str], None]) -> AsyncIterator[None]:
    """Calls *heard* with the payload of each NOTIFY on *channel*, on a connection of its own, reconnecting."""
    task = asyncio.create_task(_listen(url, channel, heard))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _listen(url: str, channel: str, heard: Callable[[str], None]) -> None:
    while True:
        lost = asyncio.Event()
        connection: Any = None
        try:
            connection = await asyncpg.connect(url, timeout=5)
            connection.add_termination_listener(lambda _c, lost=lost: lost.set())
            await connection.add_listener(channel, lambda _c, _p, _ch, payload: heard(payload))
            await lost.wait()
        except AWAY:
            pass  # asked again in a moment; whoever waits looks at the table when its time is over
        finally:
            if connection is not None and not connection.is_closed():
                await connection.close(timeout=1)
        await asyncio.sleep(0.5)
