"""No page breaks a rule of axe-core, with JavaScript and without, in light and in dark."""

import pytest

from omnia_com.pages.patterns import PATTERNS
from tests.browser.axe import violations
from tests.browser.conftest import Windows

PATHS = [f"/modelli/{p.name}" for p in PATTERNS]
MAIN_STATES = (
    "inizio",
    "entra",
    "comunicazioni",
    "contatti-errori",
    "bozza-vuota",
    "bozza-subordinato-errori",
    "bozza-autonomo",
    "conflitto",
    "riepilogo-avvisi",
    "riepilogo-dichiarazioni",
    "comunicazione",
    "comunicazione-attesa",
    "annulla-errori",
    "conseguenze",
    "guasto-404",
)
MAIN = [f"/modelli/{name}" for name in MAIN_STATES]
REST = ["/modelli", "/modelli/come-provare", "/privacy", "/note-legali", "/accessibilita"]


async def test_no_page_breaks_a_rule(window: Windows) -> None:
    w, broken = await window(), {}
    for path in PATHS + REST:
        await w.open(path)
        if found := await violations(w.page):
            broken[path] = found
    assert broken == {}


async def test_nor_without_javascript(window: Windows) -> None:
    """What a browser without script shows, shown again to axe, which needs script itself."""
    bare, judge, broken = await window(script=False), await window(), {}
    for path in MAIN:
        await judge.page.set_content(await bare.whole(path))
        if found := await violations(judge.page):
            broken[path] = found
    assert broken == {}


@pytest.mark.parametrize(
    "bad", ["<img src='data:,'>", "<input name=a>", "<h4>Titolo</h4><p style='color:#bbb'>Poco</p>"]
)
async def test_a_fault_is_found(bad: str, window: Windows) -> None:
    w = await window()
    await w.page.set_content(f"<!doctype html><html lang=it><title>Prova</title><main><h1>Prova</h1>{bad}</main>")
    assert await violations(w.page)
