"""A document that breaks the real browser, and those that are printed beside it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from omnia_com.documents.exports import ask_export
from omnia_com.documents.sheet import Sheet
from omnia_com.settings import read
from omnia_com.workers.browser import Browser, Tab
from omnia_com.workers.turns import Turns
from tests.conftest import forced
from tests.helpers.waiting import until

KILLS, HANGS = "questa uccide", "questa si ferma"
ANNA = "PRVNNA85E49H501L"


@pytest.fixture
async def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Browser]:
    """A real one, that `KILLS` ends and in which `HANGS` stops everybody."""
    genuine = Tab.pdf

    async def pdf(tab: Tab, html: str) -> bytes:
        if KILLS in html or HANGS in html:
            await asyncio.sleep(0.3)  # what is beside it has begun
            session = await tab.program.new_browser_cdp_session()
            processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
            kind, sent = ("browser", signal.SIGKILL) if KILLS in html else ("renderer", signal.SIGSTOP)
            for process in processes:
                if process["type"] == kind:
                    os.kill(int(process["id"]), sent)
        elif tab.renders == 0:
            await asyncio.sleep(0.6)  # and is not done before
        return await genuine(tab, html)

    monkeypatch.setattr(Tab, "pdf", pdf)
    monkeypatch.setattr("omnia_com.workers.browser.RENDER_LIMIT", 3)
    async with Browser(read({**os.environ, "OMNIA_DATA": str(tmp_path)})[0]) as browser:
        assert browser.available, "serve un Chromium: python -m omnia_com.documents.find_chromium get"
        yield browser


@pytest.mark.parametrize("fault", [KILLS, HANGS], ids=["kills", "hangs"])
async def test_what_breaks_the_browser_is_charged_alone(
    fault: str, web: str, clean: None, browser: Browser, database: asyncpg.Connection
) -> None:
    ids = []
    for text in (fault, "innocente", "innocente anch’essa"):
        ids.append(await ask_export(ANNA, uuid4(), Sheet(heading=text), 100))
    await forced(database, "UPDATE documento SET tipo = 'lettera'")  # which take both lanes
    task = asyncio.create_task(Turns(browser).run())

    async def guilty() -> bool:
        charged = await database.fetchval("SELECT tentativi FROM documento WHERE id = $1", ids[0])
        made = await database.fetchval("SELECT count(*) FROM documento WHERE stato = 'pronta'")
        return bool(charged and made == 2)

    try:
        await until(guilty)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    states = await database.fetch("SELECT id, stato, tentativi FROM documento")
    assert {(row["stato"], row["tentativi"]) for row in states if row["id"] != ids[0]} == {("pronta", 0)}
