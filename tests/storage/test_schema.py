"""A release that is started before its migrations waits for them, and says so."""

import asyncio
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest

from tests.conftest import free_port
from tests.helpers.waiting import PATIENCE, stopped, tail, until

OMNIA = [sys.executable, "-m", "omnia_com"]


@pytest.fixture
async def older(empty: str, environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """What a new release is told, whose database was last migrated by an older one."""
    parts = urlsplit(environment["OMNIA_DATABASE_URL"])
    urls = {"OMNIA_DATABASE_URL": urlunsplit(parts._replace(path="/vuota")), "OMNIA_DATABASE_OWNER_URL": empty}
    own = {"OMNIA_PORT": str(free_port()), "OMNIA_DATA": str(tmp_path), "OMNIA_CHROMIUM": "/nessuno"}
    told = {**os.environ, **environment, **own, **urls}
    await asyncio.to_thread(subprocess.run, [*OMNIA, "migrate"], env=told, check=True, capture_output=True)
    database = await asyncpg.connect(empty)
    await database.execute("UPDATE regola SET passi = passi[1:1]")
    await database.close()
    return told


async def test_web_and_worker_wait_for_the_migrations_that_they_know(older: dict[str, str], tmp_path: Path) -> None:
    logs = {name: tmp_path / f"{name}.log" for name in ("web", "worker")}
    address = f"http://127.0.0.1:{older['OMNIA_PORT']}"
    async with AsyncExitStack() as stack, httpx.AsyncClient(base_url=address, timeout=PATIENCE) as client:
        for name, log in logs.items():
            stack.callback(stopped, started(name, older, log), log)

        async def answers(status: int) -> bool:
            try:
                return (await client.get("/salute")).status_code == status
            except httpx.TransportError:
                return False

        async def both_say_so() -> bool:
            return all("schema_incompleto" in log.read_text() for log in logs.values())

        await until(lambda: answers(503), lambda: tail(logs["web"]))
        await until(both_say_so, lambda: [tail(log) for log in logs.values()])
        assert (await client.get("/salute")).json()["stato"] == "da migrare"
        page = await client.get("/")
        assert (page.status_code, "Riprova fra qualche minuto" in page.text) == (503, True)
        assert "battito" not in logs["worker"].read_text(), "it does nothing yet"
        await asyncio.to_thread(subprocess.run, [*OMNIA, "migrate"], env=older, check=True, capture_output=True)
        await until(lambda: answers(200), lambda: tail(logs["web"]))
        assert (await client.get("/")).status_code == 200
        await until(lambda: beats(older), lambda: tail(logs["worker"]))


def started(name: str, told: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen([*OMNIA, name], env=told, stderr=out)


async def beats(told: dict[str, str]) -> bool:
    database = await asyncpg.connect(told["OMNIA_DATABASE_OWNER_URL"])
    try:
        return bool(await database.fetchval("SELECT count(*) FROM battito"))
    finally:
        await database.close()
