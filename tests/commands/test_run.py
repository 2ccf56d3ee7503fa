"""The README's own command, whole: `make run`, a person, each part killed in turn, stop."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from omnia_com.commands.up.up import NEXT_STEPS
from tests import ROOT
from tests.conftest import free_port
from tests.helpers.browsing import Visitor, words
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import PATIENCE, ended, eventually, until


class Running:
    """`make run` on a folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        own = {"OMNIA_DATA": f"{folder}/var", "OMNIA_PORT": str(self.port), "OMNIA_IDP_PORT": str(free_port())}
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("OMNIA_", "MAKE", "MFLAGS"))}
        self.process = subprocess.Popen(
            ["make", "run"], cwd=ROOT, env=clean | own, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def until_ready(self) -> str:
        """What it said until `Pronto`, that line last."""
        assert self.process.stdout
        timer, said = threading.Timer(PATIENCE, self.process.terminate), ""
        timer.start()
        for line in self.process.stdout:
            said += line
            if line.startswith("Pronto"):
                break
        timer.cancel()
        return said

    def next_line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")

    def processes(self) -> dict[int, str]:
        """Whatever on this machine still works for this folder, by its command line or its environment."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in told:
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    async def kill(self, words: str) -> None:
        """Until its children have gone too: PostgreSQL's would go on for a moment, and answer."""

        async def found() -> list[int]:
            return [pid for pid, command in self.processes().items() if words in command]

        pid = min(await until(found, self.processes))
        family = {pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())}
        os.kill(pid, signal.SIGKILL)

        async def gone() -> bool:
            return not family & self.processes().keys()

        await until(gone, self.processes)

    def stop(self) -> None:
        """Until nothing works for its folder any more."""
        self.process.send_signal(signal.SIGTERM)
        ended(self.process)
        eventually(lambda: not self.processes(), self.processes)


@pytest.fixture
def running() -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="omnia-run-"))
    folder.chmod(0o755)
    running = Running(folder)
    yield running
    running.stop()
    assert running.process.stdout
    running.process.stdout.close()
    shutil.rmtree(folder)


async def patiently(person: Visitor, path: str) -> None:
    """A person who sees an error tries again."""
    seen = ""

    async def shown() -> bool:
        nonlocal seen
        try:
            await person.get(path)
        except (httpx.TransportError, AssertionError) as e:
            seen = repr(e)
            return False
        return True

    await until(shown, lambda: seen)


async def test_everything_may_be_killed_and_every_sending_has_its_receipt(running: Running) -> None:
    said = await asyncio.to_thread(running.until_ready)
    address = f"http://127.0.0.1:{running.port}"
    assert re.search(rf"^Pronto: {re.escape(address)}$", said, re.MULTILINE), said
    for line in NEXT_STEPS.format(address=address).splitlines():
        assert await asyncio.to_thread(running.next_line) == line
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE) as client:
        person = Visitor(client)
        await person.sign_in("P01")
        for part in ("omnia_com web", "omnia_com worker", "valkey-server", "bin/postgres", "chromium"):
            await patiently(person, "/comunicazioni")
            await send(person, await posted_draft(person, AUTONOMO))
            await running.kill(part)
        await patiently(person, "/comunicazioni")
        protocols = sorted(re.findall(r'data-protocollo="([^"]+)"', person.page.text))
        assert protocols == [f"OMNIACOM.2026.000000{n}" for n in range(1, 6)]
        for link in re.findall(r'href="(/comunicazioni/[^"?]+)"', person.page.text):
            await until_receipt(person, link)
    await asyncio.to_thread(running.stop)


async def until_receipt(person: Visitor, path: str) -> None:
    async def ready() -> bool:
        await patiently(person, path)
        return person.page.hook("ricevuta") == "pronta"

    await until(ready, lambda: words(person.page.response))
