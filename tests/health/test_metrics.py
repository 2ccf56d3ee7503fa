"""What is counted is told at an address of its own, for all processes of a web together."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import free_port, start_worker
from tests.documents.test_faults import comes_to_answer
from tests.helpers.waiting import PATIENCE, stopped, tail, until


@contextlib.contextmanager
def web_of_two(environment: dict[str, str], log: Path, **own: str) -> Iterator[None]:
    told = {**os.environ, **environment, "OMNIA_WEB_PROCESSES": "2", **own}
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "omnia_com", "web"], env=told, stderr=out)
    yield
    stopped(process, log)


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (s.name, *(f"{k}={v}" for k, v in sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


async def test_two_web_processes_are_counted_as_one(
    environment: dict[str, str], migrated: None, tmp_path: Path
) -> None:
    port, watched, log = free_port(), free_port(), tmp_path / "web.log"
    own = {
        "OMNIA_PORT": str(port),
        "OMNIA_BASE_URL": f"http://127.0.0.1:{port}",
        "OMNIA_METRICHE": f"127.0.0.1:{watched}",
        "OMNIA_DATA": str(tmp_path),
    }
    with web_of_two(environment, log, **own):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            await comes_to_answer(client, 200)
            for path in ("/posso", "/nulla", "/comunicazioni/00000000-0000-0000-0000-000000000000"):
                for _ in range(10):
                    async with httpx.AsyncClient(base_url=str(client.base_url), timeout=PATIENCE) as another:
                        await another.get(path)
            assert (await client.get("/metrics")).status_code == 404, "never at the public address"
            seen = samples((await client.get(f"http://127.0.0.1:{watched}/metrics")).text)
            state = await client.get(f"http://127.0.0.1:{watched}/stato")
    asked = "omnia_richieste_secondi_count"
    assert seen[asked, "metodo=GET", "percorso=/posso", "stato=200"] == 10
    assert seen[asked, "metodo=GET", "percorso=nessuno", "stato=404"] == 11
    assert seen[asked, "metodo=GET", "percorso=/comunicazioni/{id}", "stato=303"] == 10, "by template"
    assert (seen["omnia_in_servizio",], seen["omnia_scrivibile",]) == (1, 1)
    assert {"omnia_sessioni", "omnia_connessioni", "omnia_documenti_in_attesa"} <= {name for name, *_ in seen}
    assert (state.status_code, state.json()["database"], state.json()["migrazioni_da_fare"]) == (200, True, 0)


async def test_a_worker_tells_too(environment: dict[str, str], clean: None, web: str, tmp_path: Path) -> None:
    watched, log = free_port(), tmp_path / "worker.log"
    process = start_worker({**environment, "OMNIA_METRICHE": f"127.0.0.1:{watched}"}, log)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{watched}", timeout=PATIENCE) as client:

            async def it_has_a_browser() -> bool:
                try:
                    return samples((await client.get("/metrics")).text)["omnia_worker_con_browser",] == 1
                except httpx.TransportError:
                    return False

            await until(it_has_a_browser, lambda: tail(log))
    finally:
        await asyncio.to_thread(stopped, process, log)
