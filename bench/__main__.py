"""Starts the service as `make run` does, on a folder of its own, and measures it."""

import asyncio
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.line import form_page
from tests.conftest import free_port
from tests.helpers.browsing import Visitor, on_the_wire
from tests.helpers.hanging import hanging
from tests.helpers.people import AUTONOMO, SUBORDINATO
from tests.helpers.steps import new_draft, posted_draft, send

SENDINGS, REQUESTS, CONNECTIONS = 60, 3000, 16


def start(data: str, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """`omnia-com up`, and the seconds until it said Pronto."""
    environment = {"OMNIA_DATA": data, "OMNIA_PORT": str(port), "OMNIA_IDP_PORT": str(free_port())}
    limits = {"OMNIA_LIMITE_RICHIESTE": "10000000", "OMNIA_LIMITE_BOZZE": "1000", "OMNIA_LIMITE_INVII": "1000"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "omnia_com", "up"],
        env={**os.environ, **environment, **limits},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    for line in process.stdout:
        if b"Pronto" in line:
            return process, time.perf_counter() - began
    raise SystemExit("the service did not start")


def stop(process: subprocess.Popen[bytes]) -> float:
    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    process.wait(15)
    return time.perf_counter() - began


def memory(root: int) -> float:
    """MB of all processes together, shared pages counted once (PSS)."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    family, new = {root}, {root}
    while new := {pid for pid, parent in parents.items() if parent in new} - family:
        family |= new
    return sum(_pss(pid) for pid in family) / 1024


def _pss(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


async def to_receipt(person: Visitor) -> list[float]:
    """Milliseconds from "Invia" to a page that has the receipt, one sending after another."""
    times = []
    for _ in range(SENDINGS):
        draft = await posted_draft(person, AUTONOMO)
        await person.get(f"{draft}/riepilogo")
        began = time.perf_counter()
        await person.fill(dichiarazione_veridicita="si", dichiarazione_privacy="si").press("Invia la comunicazione")
        assert person.page.hook("ricevuta") == "pronta"
        times.append((time.perf_counter() - began) * 1000)
    return times


def rate(port: int, path: str, cookie: str) -> float:
    """Requests a second, from a client process of its own."""
    command = [sys.executable, "-m", "bench.load", str(port), path, cookie, str(REQUESTS), str(CONNECTIONS)]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def postgres(data: str) -> int:
    """Its process."""
    return int(next(Path(data).glob("pg/*/postmaster.pid")).read_text().split()[0])


async def while_it_hangs(database: int, person: Visitor) -> float:
    """Seconds until a page says so."""
    with hanging(database):
        began = time.perf_counter()
        answer = await person.client.get("/comunicazioni")
        assert answer.status_code == 503, answer.text
        return time.perf_counter() - began


async def measure(port: int, database: int) -> None:
    person = Visitor(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30))
    await person.sign_in("P01")
    await send(person, await posted_draft(person, AUTONOMO))
    times = await to_receipt(person)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"Invia -> receipt ready: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms ({SENDINGS} sendings)")
    draft = await new_draft(person, SUBORDINATO)
    await person.get(draft)
    print(f"form page: {on_the_wire(person.page.response)} bytes with its stylesheet and headers, brotli")
    (paint, usable, ready), (first, again) = await form_page(
        f"http://127.0.0.1:{port}{draft}", person.client.cookies["sid"]
    )
    print(f"form page on slow 3G, cold: first paint {paint:.1f} s, whole {usable:.1f} s, script at work {ready:.1f} s")
    print(f"form page: first view {first} bytes, again {again} bytes")
    cookie = f"sid={person.client.cookies['sid']}"
    page = await asyncio.to_thread(rate, port, draft, cookie)
    floor = await asyncio.to_thread(rate, port, "/accesso/oidc/jwks", cookie)
    print(f"form page: {page:.0f} requests/s; without session, database, template: {floor:.0f}")
    print(f"a page while the database hangs: {await while_it_hangs(database, person):.1f} s (ASVS 16.5: at most 5)")
    await person.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="omnia-bench-") as folder:
        data, port = f"{folder}/var", free_port()
        Path(folder).chmod(0o755)
        process, first = start(data, port)
        print(f"start with an empty folder: {first:.1f} s")
        print(f"stop: {stop(process):.1f} s")
        process, again = start(data, port)
        print(f"start again: {again:.1f} s")
        try:
            time.sleep(8)
            print(f"memory at rest, all processes: {memory(process.pid):.0f} MB")
            asyncio.run(measure(port, postgres(data)))
        finally:
            stop(process)


if __name__ == "__main__":
    main()
