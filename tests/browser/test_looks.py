"""How every page looks in every state: no sideways scroll, contrast in light and dark, targets, labels, focus."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Viewers, Windows
from tests.browser.looks import LOOKS, sideways
from tests.browser.pages import PATHS, REST
from tests.browser.window import Window
from tests.helpers.browsing import Visitor
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft

WIDTHS = (320, 360, 768, 1280)
SPACED = """() => {  // WCAG 1.4.12; a sheet of the driver's is not held by the page's policy
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important}"
    + "p {margin-bottom: 2em !important}");
  document.adoptedStyleSheets = [sheet];
}"""
RING = """() => {
  const e = document.activeElement, s = getComputedStyle(e);
  return e == document.body || parseFloat(s.outlineWidth) >= 2 && s.outlineStyle != "none" ? e.tagName : e.outerHTML;
}"""


async def wrong(w: Window) -> list[str]:
    """What is wrong with the shown page: at every width, with wide text, in light and in dark."""
    found = []
    for width in WIDTHS:
        await w.page.set_viewport_size({"width": width, "height": 800})
        found += await sideways(w, f"{width} px")
    await w.page.set_viewport_size({"width": 360, "height": 800})
    for scheme in ("light", "dark"):
        await w.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found += [f"{scheme}: {text}" for text in await w.page.evaluate(LOOKS)]
    await w.page.emulate_media(color_scheme="light")
    await w.page.set_viewport_size({"width": 320, "height": 800})
    await w.page.evaluate(SPACED)
    return found + await sideways(w, "wide text")


@pytest.mark.parametrize("path", PATHS + REST)
async def test_every_page_looks_right(path: str, viewers: Viewers) -> None:
    assert await wrong(await viewers.script.open(path)) == []


async def test_the_provider_of_the_demonstration_looks_right(window: Windows) -> None:
    w = await window()
    await w.open("/")
    await w.press("Entra con SPID")
    assert await wrong(w) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_whoever_uses_the_keyboard_sees_where_they_are(scheme: str, window: Windows, anna: Visitor) -> None:
    w = await (await window(scheme=scheme)).be(anna)
    await w.open(await posted_draft(anna, SUBORDINATO))
    seen = []
    while "BODY" not in seen:
        await w.page.keyboard.press("Tab")
        seen.append(await w.page.evaluate(RING))
        assert seen[-1].isupper(), f"no ring: {seen[-1]}"
    assert len(seen) > 25


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_after_continua_the_focus_is_on_the_errors_and_they_lead_to_the_fields(
    script: bool, window: Windows, visitor: Callable[[], Visitor]
) -> None:
    anna = await visitor().sign_in("P01")
    w = await (await window(script)).be(anna)
    draft = await posted_draft(anna, {"tipologia_rioccupazione": "subordinato", "data_inizio": "30/02/2027"})
    await w.open(draft)
    await w.press("Continua")
    await w.focus_comes_to("errori")
    links = w.page.locator("#errori a")
    assert await links.count() == 10
    for i in range(await links.count()):
        target = (await links.nth(i).get_attribute("href") or "").removeprefix("#")
        await links.nth(i).click()
        assert await w.focused() == target
    await w.open(f"{draft}/riepilogo")
    await w.page.click("#errori a >> nth=0")
    await w.focus_comes_to("data_inizio")  # a link from the check page, too


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_enter_means_continua(script: bool, window: Windows, anna: Visitor) -> None:
    w = await (await window(script)).be(anna)
    await w.open(await posted_draft(anna, SUBORDINATO))
    await w.page.press("#datore_lavoro", "Enter")
    await w.page.wait_for_url("**/riepilogo")
