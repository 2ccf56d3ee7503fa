"""The connection is cut in the middle of things: the page says so, nothing is lost, and the same again happens once."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, get_args

import pytest
from asyncpg import Connection

from omnia_com.pages.http import ready
from tests.browser.conftest import Windows
from tests.browser.gestures import GESTURES, LANGUAGES, QUIET
from tests.browser.window import Window
from tests.helpers.browsing import Visitor
from tests.helpers.line import Line, Where, line
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft


def swept(name: str, core: str, values: Iterable[str]) -> pytest.MarkDecorator:
    """All the *values* in the long suites, *core* alone in the short one."""
    others = [pytest.param(value, marks=pytest.mark.peers) for value in values if value != core]
    return pytest.mark.parametrize(name, [core, *others])


def cuts(core: Where) -> pytest.MarkDecorator:
    return swept("where", core, get_args(Where))


OF_THE_FORM = swept("name", "go on", ["save", "language", "upload"])


@pytest.fixture
async def cut(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Line, str]]:
    """No worker runs here: nobody waits for a receipt."""
    monkeypatch.setattr(ready, "PATIENCE", 0.01)
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


@cuts("within")
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


@cuts("after")
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


@OF_THE_FORM
@cuts("before")
async def test_a_button_waits_for_the_line(
    where: Any, name: str, window: Windows, anna: Visitor, cut: tuple[Line, str], database: Connection
) -> None:
    (line, address), gesture = cut, GESTURES[name]
    w = await opened(window, anna, await gesture.at(anna), address)
    await gesture.fill(w)
    line.cut = where
    await w.press(gesture.button)
    await w.focus_comes_to("salvato")
    await said(w, "Non salvato")
    line.cut = None
    await w.press(gesture.button)
    await w.page.locator(gesture.shown).first.wait_for()
    assert await database.fetchval(gesture.once)


@pytest.mark.parametrize("name", [*GESTURES, *LANGUAGES])
@cuts("after")
async def test_without_script(
    where: Any, name: str, window: Windows, anna: Visitor, cut: tuple[Line, str], database: Connection
) -> None:
    """The browser's own page stands there, which offers to send the same again, or half a page of ours."""
    (line, address), gesture = cut, (GESTURES | LANGUAGES)[name]
    w = await opened(window, anna, await gesture.at(anna), address, script=False)
    await gesture.fill(w)
    await _cut_off(w, line, where, gesture.button)
    assert await database.fetchval(gesture.once) is (where != "before" or name in LANGUAGES), (
        "what reached the service is done"
    )
    await _again(w, gesture.shown)
    assert await database.fetchval(gesture.once)


@pytest.mark.peers
@pytest.mark.parametrize("name", GESTURES)
async def test_begun_anew(
    name: str, window: Windows, anna: Visitor, cut: tuple[Line, str], database: Connection
) -> None:
    """Whoever leaves the browser's own page instead finds everything as it was."""
    (line, address), gesture = cut, GESTURES[name]
    w = await opened(window, anna, path := await gesture.at(anna), address, script=False)
    await gesture.fill(w)
    await _cut_off(w, line, "before", gesture.button)
    await w.open(path)
    await gesture.fill(w)
    await w.press(gesture.button)
    await w.page.locator(gesture.shown).first.wait_for()
    assert await database.fetchval(gesture.once)


@OF_THE_FORM
@cuts("after")
async def test_a_button_once_all_is_saved(
    where: Any, name: str, window: Windows, anna: Visitor, cut: tuple[Line, str], database: Connection
) -> None:
    """Then the script sees no need to save first, and the browser's own page takes the place of the form."""
    (line, address), gesture = cut, GESTURES[name]
    w = await opened(window, anna, await gesture.at(anna), address)
    await gesture.fill(w)
    await said(w, "Salvato alle ")
    await _cut_off(w, line, where, gesture.button)
    await _again(w, gesture.shown)
    assert await database.fetchval(gesture.once)


async def _again(w: Window, shown: str) -> None:
    await w.reload()
    w.forgiven.append("CSP: style-src")  # half a stylesheet has not the digest that was announced
    await w.page.locator(shown).first.wait_for()


async def _cut_off(w: Window, line: Line, where: Where, button: str) -> None:
    """Until the browser has given up."""
    line.cut = where
    async with w.page.expect_event("framenavigated"):
        await w.page.get_by_role("button", name=button, exact=True).click(no_wait_after=True)
    if where != "within":  # half a page is never loaded
        await w.page.wait_for_load_state()
    line.cut = None
    assert line.lost
