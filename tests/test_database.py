"""The pool of connections, when things break off: it loses none, and it can always be closed."""

import asyncio
import os
import signal

import asyncpg
import pytest

from omnia_com.settings import Settings
from omnia_com.storage import database
from omnia_com.storage.database import DB, close_pool, fetch, open_pool, transaction


@pytest.fixture
async def pool(settings: Settings, migrated: None, monkeypatch: pytest.MonkeyPatch) -> asyncpg.Pool:
    """Of one connection, in the place of the service's own."""
    monkeypatch.setattr(DB, "pool", None)
    monkeypatch.setattr(database, "PATIENCE", 1)
    monkeypatch.setattr(database, "CLOSING", 0.2)
    await open_pool(settings.database_url, size=1)
    return DB.pool


@pytest.mark.parametrize("moment", ["at its beginning", "at its end", "on its way back"])
async def test_a_transaction_that_breaks_off_gives_its_connection_back(moment: str, pool: asyncpg.Pool) -> None:
    backend = (await fetch("SELECT pg_backend_pid() AS pid"))[0]["pid"]

    async def broken() -> None:
        if moment == "at its beginning":
            os.kill(backend, signal.SIGSTOP)
        async with transaction():
            os.kill(backend, signal.SIGSTOP)
            if moment == "on its way back":
                raise ValueError

    asyncio.get_running_loop().call_later(0.5, os.kill, backend, signal.SIGCONT)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(broken(), 0.2)
    async with asyncio.timeout(5):
        async with transaction():
            assert (await fetch("SELECT 1 AS one"))[0]["one"] == 1
    assert DB.current_transaction.get() is None
    await close_pool()


async def test_nobody_waits_twice_for_a_server_that_hangs(pool: asyncpg.Pool) -> None:
    backend = (await fetch("SELECT pg_backend_pid() AS pid"))[0]["pid"]
    os.kill(backend, signal.SIGSTOP)
    try:
        async with asyncio.timeout(1.5):
            with pytest.raises(TimeoutError):
                await fetch("SELECT 1")
            assert (await fetch("SELECT 1 AS one"))[0]["one"] == 1, "on another connection"
    finally:
        os.kill(backend, signal.SIGCONT)
    await close_pool()


async def test_nobody_waits_for_a_connection_for_ever(pool: asyncpg.Pool) -> None:
    async with pool.acquire():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(fetch("SELECT 1"), 3)
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
    await silent.execute("BEGIN")
    await silent.execute(number)
    async with transaction():
        await fetch(number)
    await close_pool()


async def test_what_is_set_for_good_is_the_same_and_longer(pool: asyncpg.Pool) -> None:
    assert (await fetch("SHOW idle_in_transaction_session_timeout"))[0][0] == "8s"
    await close_pool()


async def test_the_pool_closes_although_somebody_keeps_a_connection(pool: asyncpg.Pool) -> None:
    kept = await pool.acquire()
    async with asyncio.timeout(3):
        await close_pool()
    with pytest.raises(asyncpg.InterfaceError):
        await kept.fetch("SELECT 1")
    assert DB.pool is None
