"""No page breaks a rule of axe-core, with JavaScript and without."""

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Viewers, Windows
from tests.browser.pages import MAIN, PATHS, REST


@pytest.mark.parametrize("path", PATHS + REST)
async def test_no_page_breaks_a_rule(path: str, viewers: Viewers) -> None:
    w = await viewers.script.open(path)
    assert await violations(w.page) == []


@pytest.mark.parametrize("path", MAIN)
async def test_nor_without_javascript(path: str, viewers: Viewers) -> None:
    """What a browser without script shows, shown again to axe, which needs script itself."""
    judge = viewers.script.page
    await judge.goto("about:blank")
    await judge.set_content(await viewers.bare.whole(path))
    assert await violations(judge) == []


@pytest.mark.parametrize(
    "bad", ["<img src='data:,'>", "<input name=a>", "<h4>Titolo</h4><p style='color:#bbb'>Poco</p>"]
)
async def test_a_fault_is_found(bad: str, window: Windows) -> None:
    w = await window()
    await w.page.set_content(f"<!doctype html><html lang=it><title>Prova</title><main><h1>Prova</h1>{bad}</main>")
    assert await violations(w.page)
