"""`/salute` is green only while people can send; `/vivo` whatever else is away."""

import asyncio
import contextlib
import dataclasses
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from omnia_com.commands.up.embedded import Servers
from omnia_com.communications.attachments.contents import Contents
from omnia_com.health import state
from omnia_com.health.around import Around
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from tests.conftest import free_port
from tests.documents.test_faults import comes_to_answer, web_process
from tests.helpers.browsing import Visitor
from tests.helpers.waiting import PATIENCE, show, stopped

WELL: dict[str, Any] = {
    "database": True, "scrivibile": True, "migrazioni_da_fare": 0, "coda": True, "deposito": True, "antivirus": True,
    "worker_con_browser": 1, "documenti_falliti": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({}, "bene"),
        ({"coda": False}, "degradato"),
        ({"deposito": False}, "degradato"),
        ({"antivirus": False}, "degradato"),
        ({"worker_con_browser": 0}, "degradato"),
        ({"documenti_falliti": 1}, "degradato"),
        ({"scrivibile": False}, "fermo"),
        ({"migrazioni_da_fare": 1}, "da migrare"),
        ({"database": False}, "fermo"),
    ],
)
def test_one_word_says_how_it_is(wrong: dict[str, Any], word: str) -> None:
    seen = state.State(**WELL | wrong)
    assert (seen.word, seen.serves) == (word, word in ("bene", "degradato"))


async def test_what_is_tried_leaves_nothing_behind(
    web: str, clean: None, database: asyncpg.Connection, settings: Settings
) -> None:
    service = await asyncpg.connect(settings.database_url)
    assert await state.writable(service.fetch)
    assert await database.fetchval("SELECT count(*) FROM modulo_tenuto") == 0
    await service.execute("SET default_transaction_read_only = on")
    assert not await state.writable(service.fetch), "a standby, or a database that somebody closed to writing"
    await service.close()


async def test_a_receipt_that_failed_for_good_is_seen(anna: Visitor, database: asyncpg.Connection) -> None:
    service = (await anna.client.get("/salute")).json()
    assert service["database"]
    before = await state.look(database.fetch, queue=True, store=True, antivirus=True)
    insert = "INSERT INTO documento (id, tipo, dichiarante, stato) VALUES (gen_random_uuid(), $1, $2, 'attesa')"
    for kind in ("lettera", "esportazione"):
        await database.execute(insert, kind, "PRVNNA85E49H501L")
    await database.execute("UPDATE documento SET stato = 'fallita'")
    after = await state.look(database.fetch, queue=True, store=True, antivirus=True)
    assert (before.documenti_falliti, after.documenti_falliti) == (0, 1), "an export can be asked for again"


async def test_a_store_or_an_antivirus_that_is_away(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "allegati"
    kept = Contents(dataclasses.replace(settings, allegati_url=f"file://{folder}"))
    around = Around(kept, "")
    await around.look()
    assert (around.store, around.antivirus) == (True, True)
    assert list(folder.iterdir()) == [], "what was tried is gone"
    folder.rmdir()
    around = Around(kept, f"127.0.0.1:{free_port()}")
    await around.look()
    assert (around.store, around.antivirus) == (False, False)


async def test_that_they_are_away_is_said(app: Front, anna: Visitor) -> None:
    before = app.litestar.state.services
    away = Around(before.contents, "")
    away.store = False
    app.litestar.state.services = msgspec.structs.replace(before, around=away)
    try:
        answer = await anna.client.get("/salute")
        assert (answer.status_code, answer.json()["stato"]) == (200, "degradato")
    finally:
        app.litestar.state.services = before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid():
        pytest.skip("a disk to be filled is made by mount, which only root may")
    folder = tmp_path / "disco"
    folder.mkdir()
    folder.chmod(0o755)
    for above in (tmp_path, *tmp_path.parents):
        if above == Path(tempfile.gettempdir()):
            break
        above.chmod(0o755)  # the user that root gives the servers to goes through
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", str(folder)], check=False)
    if made.returncode:
        pytest.skip("a disk to be filled is made by mount, which this container does not let root do")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_with_a_full_disk_nobody_can_send_and_it_says_so(small_disk: Path, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "web.log"
    with Servers(small_disk / "dati", durable=False) as servers:
        assert servers.postgres
        assert servers.postgres.data.stat().st_dev == small_disk.stat().st_dev
        environment = {
            "OMNIA_PORT": str(port),
            "OMNIA_DATA": str(tmp_path / "dati"),
            "OMNIA_DATABASE_URL": servers.database_url,
            "OMNIA_DATABASE_OWNER_URL": servers.owner_url,
            "OMNIA_REDIS_URL": servers.redis_url,
        }
        process = await asyncio.to_thread(web_process, environment, log)
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
                await comes_to_answer(client, 200)
                async with filled(small_disk):
                    await comes_to_answer(client, 503)
                    assert (await client.get("/salute")).json()["stato"] == "fermo"
                    assert (await client.get("/vivo")).status_code == 200
                await comes_to_answer(client, 200)
        finally:
            show(log)
            await asyncio.to_thread(stopped, process, log)


@contextlib.asynccontextmanager
async def filled(disk: Path) -> AsyncIterator[None]:
    """To its last byte."""
    ballast = disk / "pieno"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()
