"""The queue is a hint: away, emptied, full of rubbish or by way of Sentinel, receipts are made."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from arq.connections import ArqRedis
from arq.constants import default_queue_name, job_key_prefix

from omnia_com.commands.up.embedded import find
from omnia_com.documents import heartbeat
from omnia_com.documents.queue import RENDER, Queue, connect, deserialize, redis_settings
from omnia_com.settings import Settings, SettingsError, read
from omnia_com.workers import hints
from tests.conftest import free_port
from tests.documents.steps import Start, documents_are, sent_many
from tests.helpers.browsing import Visitor
from tests.helpers.waiting import PATIENCE, until

NOWHERE = "unix:///nowhere/valkey.sock"


@pytest.mark.usefixtures("no_waiting")
async def test_receipts_are_made_while_the_worker_has_no_queue(
    anna: Visitor, own_worker: Start, database: asyncpg.Connection
) -> None:
    own_worker(OMNIA_REDIS_URL=NOWHERE)
    await until(heartbeat.with_browser)
    await sent_many(anna, 2)
    await documents_are("stato = 'pronta' AND tentativi = 0", database)


@pytest.mark.usefixtures("no_waiting")
async def test_what_nobody_told_is_found_all_the_same(
    anna: Visitor, own_worker: Start, database: asyncpg.Connection
) -> None:
    """Neither the queue nor the database says that it waits, as when the connection that listens is gone."""
    own_worker(OMNIA_REDIS_URL=NOWHERE)
    await until(heartbeat.with_browser)
    await database.execute("ALTER TABLE documento DISABLE TRIGGER documento_attende")
    try:
        await sent_many(anna, 1)
        await documents_are("stato = 'pronta'", database)
    finally:
        await database.execute("ALTER TABLE documento ENABLE TRIGGER documento_attende")


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[ArqRedis]:
    pool = await connect(redis_settings(settings.redis_url))
    await pool.flushall()
    yield pool
    await pool.flushall()
    await pool.aclose()


@pytest.fixture
async def woken(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """Set for each hint that the worker's half of the queue has read."""
    for name in ("AGAIN", "POLL_SECONDS"):
        monkeypatch.setattr(hints, name, 0.05)
    event = asyncio.Event()
    task = asyncio.create_task(hints.heed(settings.redis_url, event.set))
    yield event
    assert not task.done(), "nothing stops it"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


JOBS = {
    "pickled": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07garbage\x94.",
    "no JSON": b"{",
    "no job": b'{"g": 1}',
    "unknown function": b'{"t": null, "f": "cancella", "a": [], "k": {}, "et": 0}',
    "times that are texts": b'{"t": "x", "f": "render", "a": ["y"], "k": {}, "et": "ieri"}',
    "endless time": b'{"t": null, "f": "render", "a": ["y"], "k": {}, "et": 9e99}',
    "arguments that are none": b'{"t": null, "f": "render", "a": 7, "k": [], "et": 0}',
}


async def heard(settings: Settings, woken: asyncio.Event, pool: ArqRedis) -> None:
    """A hint still gets through, and the rubbish is gone."""
    woken.clear()
    queue = Queue(settings.redis_url)

    async def gets_through() -> bool:
        await queue.hint(str(uuid4()))
        return woken.is_set()

    async def emptied() -> bool:
        return not await pool.exists(default_queue_name)

    await until(gets_through, lambda: "no hint gets through")
    await until(emptied, lambda: "what is in the queue stays there")
    await queue.close()


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
async def test_a_job_that_cannot_be_read_is_thrown_away(
    job: bytes, settings: Settings, pool: ArqRedis, woken: asyncio.Event
) -> None:
    await pool.set(job_key_prefix + "rubbish", job)
    await pool.zadd(default_queue_name, {"rubbish": 1})
    await heard(settings, woken, pool)


@pytest.mark.parametrize("kind", ["a text", "a name that is no text", "a job that is a set"])
async def test_a_queue_that_cannot_be_read_is_thrown_away(
    kind: str, settings: Settings, pool: ArqRedis, woken: asyncio.Event
) -> None:
    if kind == "a text":
        await pool.set(default_queue_name, b"x")
    elif kind == "a name that is no text":
        await pool.zadd(default_queue_name, {b"\xff\xfe": 1})
    else:
        await pool.zadd(job_key_prefix + "rubbish", {"x": 1})
        await pool.zadd(default_queue_name, {"rubbish": 1})
    await heard(settings, woken, pool)


def test_what_is_no_job_is_none_that_the_worker_has() -> None:
    assert deserialize(b"\xff")["f"] not in (RENDER, "")


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[str]:
    """Its address, which knows where the primary is."""
    port, program = free_port(), find.valkey()
    primary = free_port()
    conf = tmp_path / "sentinel.conf"
    conf.write_text(f"port {port}\nsentinel monitor omnia 127.0.0.1 {primary} 1\nsentinel auth-pass omnia segreta\n")
    commands: tuple[list[str | Path], ...] = (
        [program, "--port", str(primary), "--requirepass", "segreta", "--save", ""],
        [program, conf, "--sentinel"],
    )
    running = [subprocess.Popen(c, cwd=tmp_path, stdout=subprocess.DEVNULL) for c in commands]
    yield f"redis+sentinel://:segreta@127.0.0.1:1,127.0.0.1:{port}/omnia"
    for process in running:
        process.terminate()
        process.wait(PATIENCE)


async def test_a_queue_is_found_by_way_of_sentinel(sentinel: str) -> None:
    queue, told = Queue(read({"OMNIA_REDIS_URL": sentinel})[0].redis_url), asyncio.Event()
    await until(queue.alive, lambda: "the primary is not found")
    assert await queue.hint("x")
    task = asyncio.create_task(hints.heed(sentinel, told.set))
    await asyncio.wait_for(told.wait(), PATIENCE)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await queue.close()


def test_the_address_of_a_queue_is_taken_apart() -> None:
    found = redis_settings("redis+sentinel://io:a%40b@uno:1,[::1]:2,tre/coda%20mia/3")
    assert (found.host, found.sentinel_master, found.database) == (
        [("uno", 1), ("::1", 2), ("tre", 26379)],
        "coda mia",
        3,
    )
    assert (found.username, found.password, found.ssl) == ("io", "a@b", False)
    assert redis_settings("rediss+sentinel://uno/coda").ssl


@pytest.mark.parametrize("url", ["redis+sentinel://uno", "sentinel://uno/coda", "http://uno", "redis://", "uno:6379"])
def test_another_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(SettingsError, match=r"redis\+sentinel://host:porta,host:porta/nome-del-primario"):
        read({"OMNIA_REDIS_URL": url})


async def test_each_worker_has_a_heartbeat_of_its_own(
    web: str, clean: None, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One without a browser hides behind no other, and the row of one that is gone does not stay."""
    await database.execute("INSERT INTO battito VALUES ('di ieri', now() - interval '1 day', 'chromium')")
    await database.execute("INSERT INTO battito VALUES ('fermo', now() - interval '1 minute', 'chromium')")
    await heartbeat.beat("chromium")
    await heartbeat.beat("chromium")
    assert await heartbeat.with_browser() == 1
    monkeypatch.setattr(heartbeat, "NAME", "un altro")
    await heartbeat.beat("")
    assert await heartbeat.with_browser() == 1
    await heartbeat.beat("chromium")
    assert await heartbeat.with_browser() == 2
    await heartbeat.leave()
    assert await heartbeat.with_browser() == 1
    assert {row["nome"] for row in await database.fetch("SELECT nome FROM battito")} >= {"fermo"}
    assert not await database.fetchval("SELECT count(*) FROM battito WHERE nome IN ('di ieri', 'un altro')")
