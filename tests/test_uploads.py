"""Uploads over slow lines and by many people at once."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from omnia_com.commands.up.roles import answers
from omnia_com.communications.attachments.kept import LARGEST
from tests.browsing import Visitor
from tests.conftest import free_port
from tests.files import padded_pdf
from tests.people import SUBORDINATO
from tests.steps import posted_draft

LARGE = padded_pdf(LARGEST)
AT_ONCE, MORE_MEMORY = 50, 48 * 1024  # uploads; kB that they may take together (all of them are 200 MB)


def form(token: str, name: str = "a.pdf", **texts: str) -> bytes:
    """The texts of a form and the head of its file, as a browser sends them."""
    parts = {"csrf": token, "gruppo_mostrato": "subordinato", **SUBORDINATO, **texts}
    head = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{t}\r\n' for n, t in parts.items())
    return (head + f'--b\r\nContent-Disposition: form-data; name="allegato"; filename="{name}"\r\n\r\n').encode()


async def slowly(head: bytes, pause: float, cut: int | None = None) -> AsyncIterator[bytes]:
    """The form, the file in pieces with a *pause* after each; *cut* off after so many pieces."""
    yield head
    for n, at in enumerate(range(0, len(LARGE), 1 << 16)):
        if n == cut:
            raise ConnectionAbortedError
        yield LARGE[at : at + (1 << 16)]
        await asyncio.sleep(pause)
    yield b"\r\n--b--\r\n"


KIND = {"content-type": "multipart/form-data; boundary=b"}


async def test_five_large_files_over_a_slow_line_cost_no_other_field(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    for n in range(5):
        head = form(
            anna.page.token, f"{n}.pdf", versione=anna.page.value("versione"), annotazioni=f"Mentre carico il {n}"
        )
        sending = asyncio.create_task(anna.client.post(f"{draft}/allegati", content=slowly(head, 0.01), headers=KIND))
        await asyncio.sleep(0.3)
        assert not sending.done()
        stored = await database.fetchval("SELECT digitato->>'annotazioni' FROM bozza")
        assert stored == f"Mentre carico il {n}", "saved before the file is here"
        assert (await sending).status_code == 303
        await anna.get(draft)
    assert anna.page.text.count(">Togli<") == 5
    assert anna.page.value("annotazioni") == "Mentre carico il 4"
    assert anna.page.value("datore_lavoro") == SUBORDINATO["datore_lavoro"]


async def test_an_upload_that_breaks_costs_no_other_field(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    head = form(anna.page.token, annotazioni="Scritto prima che cadesse la linea")
    with pytest.raises(ConnectionAbortedError):
        await anna.client.post(f"{draft}/allegati", content=slowly(head, 0.01, cut=20), headers=KIND)
    await anna.get(draft)
    assert anna.page.value("annotazioni") == "Scritto prima che cadesse la linea"
    assert ">Togli<" not in anna.page.text
    assert await database.fetchval("SELECT count(*) FROM allegato") == 0


@pytest.fixture
def process(environment: dict[str, str], web: str, tmp_path: Path) -> Iterator[tuple[int, str]]:
    """A web process of its own, and its address."""
    port = str(free_port())
    told = {**os.environ, **environment, "OMNIA_PORT": port, "OMNIA_BASE_URL": f"http://127.0.0.1:{port}"}
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen([sys.executable, "-m", "omnia_com", "web"], env=told, stderr=log, stdout=log)
    deadline = time.monotonic() + 30
    while not answers("127.0.0.1", int(port), "/salute"):
        assert time.monotonic() < deadline, (tmp_path / "log").read_text()[-2000:]
        time.sleep(0.1)
    yield running.pid, f"http://127.0.0.1:{port}"
    running.terminate()
    try:
        running.wait(15)
    except subprocess.TimeoutExpired:
        running.kill()
        pytest.fail("it did not stop: " + (tmp_path / "log").read_text()[-4000:])


def memory(pid: int, what: str) -> int:
    """kB: `VmRSS` is now, `VmHWM` the most there was."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_fifty_people_uploading_at_once_take_no_memory(process: tuple[int, str], anna: Visitor) -> None:
    pid, address = process
    drafts = [await posted_draft(anna, SUBORDINATO) for _ in range(AT_ONCE // 5)]
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=address, timeout=100, limits=limits, cookies=anna.client.cookies) as client:

        async def upload(n: int, draft: str) -> int:
            head = form(anna.page.token, f"{n}.pdf", **SUBORDINATO)
            answer = await client.post(f"{draft}/allegati", content=slowly(head, 0.005), headers=KIND)
            return answer.status_code

        assert await upload(0, await posted_draft(anna, SUBORDINATO)) == 303
        before = memory(pid, "VmRSS")
        assert await asyncio.gather(*(upload(n, draft) for n, draft in enumerate(drafts * 5))) == [303] * AT_ONCE
        more = memory(pid, "VmHWM") - before
        assert more < MORE_MEMORY, f"{AT_ONCE} uploads took {more} kB"
