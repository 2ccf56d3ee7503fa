"""Uploads over slow lines and by many people at once."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from omnia_com.commands.up.roles import answers
from omnia_com.communications.attachments.kept import LARGEST
from tests.conftest import free_port
from tests.helpers.browsing import Visitor, words
from tests.helpers.files import padded_pdf
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft
from tests.helpers.waiting import PATIENCE, eventually, stopped, tail, until

LARGE = padded_pdf(LARGEST)
PIECE = 1 << 16
AT_ONCE, MORE_MEMORY = 50, 48 * 1024  # uploads; kB that they may take together (all of them are 200 MB)


def form(token: str, name: str = "a.pdf", **texts: str) -> bytes:
    """The texts of a form and the head of its file, as a browser sends them."""
    parts = {"csrf": token, "gruppo_mostrato": "subordinato", **SUBORDINATO, **texts}
    head = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{t}\r\n' for n, t in parts.items())
    return (head + f'--b\r\nContent-Disposition: form-data; name="allegato"; filename="{name}"\r\n\r\n').encode()


async def held(head: bytes, go_on: asyncio.Event) -> AsyncIterator[bytes]:
    """The form and the file, whose last piece waits for *go_on*."""
    yield head
    for at in range(0, LARGEST - PIECE, PIECE):
        yield LARGE[at : at + PIECE]
    await go_on.wait()
    yield LARGE[-PIECE:] + b"\r\n--b--\r\n"


async def saved(database: asyncpg.Connection, annotation: str) -> None:
    """Once the draft has it."""
    seen: object = None

    async def there() -> bool:
        nonlocal seen
        seen = await database.fetchval("SELECT digitato->>'annotazioni' FROM bozza")
        return seen == annotation

    await until(there, lambda: seen)


KIND = {"content-type": "multipart/form-data; boundary=b"}


async def test_five_large_files_over_a_slow_line_cost_no_other_field(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    for n in range(5):
        annotation, go_on = f"Mentre carico il {n}", asyncio.Event()
        head = form(anna.page.token, f"{n}.pdf", versione=anna.page.value("versione"), annotazioni=annotation)
        sending = asyncio.create_task(anna.client.post(f"{draft}/allegati", content=held(head, go_on), headers=KIND))
        await saved(database, annotation)  # before the file is here
        assert not sending.done()
        go_on.set()
        assert (await sending).status_code == 303
        await anna.get(draft)
    assert anna.page.text.count(">Togli<") == 5
    assert anna.page.value("annotazioni") == "Mentre carico il 4"
    assert anna.page.value("datore_lavoro") == SUBORDINATO["datore_lavoro"]


async def test_an_upload_that_breaks_costs_no_other_field(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    annotation = "Scritto prima che cadesse la linea"

    async def broken() -> AsyncIterator[bytes]:
        yield form(anna.page.token, annotazioni=annotation)
        yield LARGE[: 20 * PIECE]
        await saved(database, annotation)
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await anna.client.post(f"{draft}/allegati", content=broken(), headers=KIND)
    await anna.get(draft)
    assert anna.page.value("annotazioni") == annotation
    assert ">Togli<" not in anna.page.text
    assert await database.fetchval("SELECT count(*) FROM allegato") == 0


@pytest.fixture
def process(environment: dict[str, str], web: str, tmp_path: Path) -> Iterator[tuple[int, str]]:
    """A web process of its own, and its address."""
    port, log = str(free_port()), tmp_path / "log"
    told = {**os.environ, **environment, "OMNIA_PORT": port, "OMNIA_BASE_URL": f"http://127.0.0.1:{port}"}
    with log.open("wb") as out:
        running = subprocess.Popen([sys.executable, "-m", "omnia_com", "web"], env=told, stderr=out, stdout=out)
    eventually(lambda: answers("127.0.0.1", int(port), "/salute"), lambda: tail(log))
    yield running.pid, f"http://127.0.0.1:{port}"
    stopped(running, log)


def memory(pid: int, what: str) -> int:
    """kB: `VmRSS` is now, `VmHWM` the most there was."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_fifty_people_uploading_at_once_take_no_memory(
    process: tuple[int, str], anna: Visitor, database: asyncpg.Connection
) -> None:
    """They begin one after another, for their texts are saved by ten connections; none ends before all have begun."""
    pid, address = process
    drafts = [await posted_draft(anna, SUBORDINATO) for _ in range(AT_ONCE // 5)]
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=address, timeout=PATIENCE, limits=limits, cookies=anna.client.cookies
    ) as client:

        async def upload(n: int, draft: str, go_on: asyncio.Event) -> tuple[int, str]:
            body = held(form(anna.page.token, f"{n}.pdf"), go_on)
            answer = await client.post(f"{draft}/allegati", content=body, headers=KIND)
            return answer.status_code, words(answer)

        all_there = asyncio.Event()
        all_there.set()
        assert await upload(0, await posted_draft(anna, SUBORDINATO), all_there) == DONE
        all_there.clear()
        before, sending = memory(pid, "VmRSS"), list[asyncio.Task[tuple[int, str]]]()
        for n, draft in enumerate(drafts * 5):
            sending.append(asyncio.create_task(upload(n, draft, all_there)))
            await begun(database, sending)
        all_there.set()
        assert await asyncio.gather(*sending) == [DONE] * AT_ONCE
        more = memory(pid, "VmHWM") - before
        assert more < MORE_MEMORY, f"{AT_ONCE} uploads took {more} kB"


DONE = 303, ""


async def begun(database: asyncpg.Connection, sending: list[asyncio.Task[tuple[int, str]]]) -> None:
    """Once the texts of them all are saved, and their files come."""

    async def there() -> bool:
        coming = await database.fetchval("SELECT count(*) FROM contenuto WHERE stato = 'arriva'")
        return coming == len(sending) or any(one.done() for one in sending)

    await until(there)
    assert not (ended := [one for one in sending if one.done()]), ended
