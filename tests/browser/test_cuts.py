"""The connection is cut in the middle of things: the page says so, nothing is lost, and the same again happens once."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.browser.conftest import Windows
from tests.browser.test_autosave import QUIET
from tests.browser.window import Window
from tests.browsing import Visitor
from tests.files import image
from tests.line import Line, line
from tests.people import BOTH_TICKS, SUBORDINATO
from tests.steps import posted_draft

CUTS = pytest.mark.parametrize("where", ["before", "after", "within"])
BOTH_WAYS = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


@pytest.fixture
async def cut() -> AsyncIterator[tuple[Line, str]]:
    async with line() as made:
        yield made


async def opened(window: Windows, anna: Visitor, path: str, address: str, script: bool = True) -> Window:
    w = await (await window(script, proxy=address)).be(anna)
    w.faults = True
    await w.page.clock.install()
    await w.open(path)
    if script and await w.page.locator("#modulo").count():
        await w.page.wait_for_selector("#aggiorna", state="hidden")
    return w


async def said(w: Window, words: str) -> None:
    await w.page.clock.fast_forward(QUIET)
    await w.page.locator("#salvato", has_text=words).wait_for()


@CUTS
async def test_a_change_of_fields(where: Any, window: Windows, anna: Visitor, cut: tuple[Line, str]) -> None:
    line, address = cut
    w = await opened(window, anna, await posted_draft(anna, SUBORDINATO), address)
    await w.fill({"datore_lavoro": "Beta"})
    line.cut = where
    await w.choose("autonomo")
    await w.stato("niente è perso")
    assert await w.value("datore_lavoro") == "Beta"
    assert line.lost
    line.cut = None
    await w.choose("subordinato")
    await w.swapped("subordinato")
    assert await w.value("datore_lavoro") == "Beta"
    await w.choose("autonomo")
    await w.swapped("autonomo")
    await w.press("Salva")
    assert await w.page.inner_text("h1") == "Nuova Comunicazione", "no other window is to blame"


@CUTS
async def test_saving_by_itself(where: Any, window: Windows, anna: Visitor, cut: tuple[Line, str]) -> None:
    line, address = cut
    w = await opened(window, anna, draft := await posted_draft(anna, SUBORDINATO), address)
    line.cut = where
    await w.fill({"datore_lavoro": "Beta"})
    await said(w, "Non salvato")
    await w.fill({"annotazioni": "scritto dopo"})
    line.cut = None
    await w.page.click("text=Riprova")
    await said(w, "Salvato alle ")
    await anna.get(draft)
    assert (anna.page.value("datore_lavoro"), anna.page.value("annotazioni")) == ("Beta", "scritto dopo")


@CUTS
async def test_a_button_of_the_form(where: Any, window: Windows, anna: Visitor, cut: tuple[Line, str]) -> None:
    line, address = cut
    w = await opened(window, anna, await posted_draft(anna, SUBORDINATO), address)
    await w.fill({"datore_lavoro": "Beta"})
    line.cut = where
    await w.press("Continua")
    await w.focus_comes_to("salvato")
    await said(w, "Non salvato")
    line.cut = None
    await w.press("Continua")
    await w.page.wait_for_url("**/riepilogo")
    assert "Beta" in await w.page.inner_text("main")


@BOTH_WAYS
@CUTS
async def test_a_sending(
    where: Any, script: bool, window: Windows, anna: Visitor, cut: tuple[Line, str], database: asyncpg.Connection
) -> None:
    """The browser's own page stands there; going back and pressing again leads to one protocol, once."""
    line, address = cut
    draft = await posted_draft(anna, SUBORDINATO)
    w = await opened(window, anna, f"{draft}/riepilogo", address, script)
    await w.fill(BOTH_TICKS)
    line.cut = where
    await w.page.get_by_role("button", name="Invia la comunicazione").click(no_wait_after=True)
    while not line.lost:
        await w.page.wait_for_timeout(20)
    await w.page.wait_for_timeout(300)
    line.cut = None
    await w.open(f"{draft}/riepilogo")
    if await w.page.locator("[data-protocollo]").count() == 0:
        await w.fill(BOTH_TICKS)
        await w.press("Invia la comunicazione")
    assert await w.page.locator("[data-protocollo]").first.get_attribute("data-protocollo") == "OMNIACOM.2026.0000001"
    assert await database.fetchval("SELECT count(*) FROM comunicazione") == 1


@CUTS
async def test_an_upload(where: Any, window: Windows, anna: Visitor, cut: tuple[Line, str]) -> None:
    line, address = cut
    w = await opened(window, anna, draft := await posted_draft(anna, SUBORDINATO), address, script=False)
    file: Any = {"name": "prova.png", "mimeType": "image/png", "buffer": image("PNG")}
    await w.fill({"datore_lavoro": "Beta"})
    await w.page.set_input_files("#allegato", files=[file])
    line.cut = where
    await w.page.get_by_role("button", name="Carica il file").click(no_wait_after=True)
    while not line.lost:
        await w.page.wait_for_timeout(20)
    await w.page.wait_for_timeout(1500)
    line.cut = None
    await w.open(draft)
    if where != "before":
        assert await w.value("datore_lavoro") == "Beta"
    await w.page.set_input_files("#allegato", files=[file])
    await w.press("Carica il file")
    await w.page.get_by_role("button", name="Togli prova.png").wait_for()
    assert await w.page.get_by_role("button", name="Togli prova.png").count() == 1
