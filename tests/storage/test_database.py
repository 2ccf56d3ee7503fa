"""The pool of connections, when things break off: it loses none, and it can always be closed."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from omnia_com.settings import Settings
from omnia_com.storage import database
from omnia_com.storage.database import DB, close_pool, fetch, open_pool, transaction
from tests.helpers.waiting import PATIENCE, PAUSE

Open = Callable[[float], Awaitable[asyncpg.Pool]]


@pytest.fixture
def opened(settings: Settings, migrated: None, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A pool of one connection, in the place of the service's own; it waits so many seconds."""

    async def make(patience: float) -> asyncpg.Pool:
        monkeypatch.setattr(DB, "pool", None)
        monkeypatch.setattr(database, "PATIENCE", patience)
        monkeypatch.setattr(database, "CLOSING", 0.2)
        await open_pool(settings.database_url, size=1)
        return DB.pool

    return make


@pytest.mark.parametrize("moment", ["at its beginning", "at its end", "on its way back"])
async def test_a_transaction_that_breaks_off_gives_its_connection_back(moment: str, opened: Open) -> None:
    await opened(PATIENCE)
    backend = (await fetch("SELECT pg_backend_pid() AS pid"))[0]["pid"]
    silent = asyncio.Event()

    def falls_silent() -> None:
        os.kill(backend, signal.SIGSTOP)
        silent.set()

    async def broken() -> None:
        if moment == "at its beginning":
            falls_silent()
        async with transaction():
            falls_silent()
            if moment == "on its way back":
                raise ValueError

    breaking = asyncio.create_task(broken())
    await silent.wait()
    await asyncio.sleep(PAUSE)  # on an idle loop it has come to where it waits for the database
    breaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await breaking
    os.kill(backend, signal.SIGCONT)
    async with transaction():
        assert (await fetch("SELECT 1 AS one"))[0]["one"] == 1, "on the one connection of the pool"
    assert DB.current_transaction.get() is None
    await close_pool()


async def test_nobody_waits_twice_for_a_server_that_hangs(opened: Open) -> None:
    patience = 2.0
    await opened(patience)
    backend = (await fetch("SELECT pg_backend_pid() AS pid"))[0]["pid"]
    os.kill(backend, signal.SIGSTOP)
    began = time.monotonic()
    try:
        with pytest.raises(TimeoutError):
            await fetch("SELECT 1")
        assert (time.monotonic() - began) / patience < 2
        assert (await fetch("SELECT 1 AS one"))[0]["one"] == 1, "on another connection"
    finally:
        os.kill(backend, signal.SIGCONT)
    await close_pool()


async def test_nobody_waits_for_a_connection_for_ever(opened: Open) -> None:
    pool = await opened(2)
    async with pool.acquire():
        with pytest.raises(TimeoutError):
            await fetch("SELECT 1")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(fetch("SELECT 1"), 0.1)
    assert await fetch("SELECT 1")
    await close_pool()


async def test_a_machine_that_is_cut_off_keeps_no_row_from_the_others(
    settings: Settings, migrated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is silent in the middle of a sending, and the row of the protocols is its own."""
    monkeypatch.setattr(DB, "pool", None)
    monkeypatch.setattr(database, "ABANDONED", {"idle_in_transaction_session_timeout": "300ms"})
    await open_pool(settings.database_url, size=2)
    number = "INSERT INTO protocollo VALUES (1999, 1) ON CONFLICT (anno) DO UPDATE SET ultimo = protocollo.ultimo + 1"
    assert DB.pool
    silent = await DB.pool.acquire()
    await silent.execute(f"BEGIN; {number}")
    with pytest.raises(asyncpg.RestrictViolationError, match="solo a una comunicazione"):  # at the end, not before
        async with transaction():
            assert await fetch(f"{number} RETURNING ultimo")
    await close_pool()


async def test_what_is_set_for_good_is_the_same_and_longer(opened: Open) -> None:
    await opened(PATIENCE)
    assert (await fetch("SHOW idle_in_transaction_session_timeout"))[0][0] == "8s"
    await close_pool()


async def test_the_pool_closes_although_somebody_keeps_a_connection(opened: Open) -> None:
    pool = await opened(PATIENCE)
    kept = await pool.acquire()
    await close_pool()
    with pytest.raises(asyncpg.InterfaceError):
        await kept.fetch("SELECT 1")
    assert DB.pool is None
