"""What pages cost on the line: the sum of `encodedDataLength` as Chromium counts it, of the compressing server."""

import string
import sys
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import brotli
import pytest
from fontTools.ttLib import TTFont

from omnia_com.languages import catalogues
from omnia_com.pages.http import applying, assets
from omnia_com.pages.patterns import PATTERNS
from omnia_com.pages.patterns.invented import EMPLOYED_WRONG
from tests.browser.conftest import Windows
from tests.browser.window import Window
from tests.helpers import script
from tests.helpers.browsing import Visitor, on_the_wire
from tests.helpers.files import image
from tests.helpers.people import AUTONOMO, SUBORDINATO
from tests.helpers.steps import posted_draft, send

# PAGES.md, bytes with headers
PAGE, REPEATED, SCRIPT, FIRST_VIEW, WITH_FONTS, SWAP = 13_000, 9_000, 14_000, 27_000, 37_000, 4_000
CSS, REQUESTS = 4_500, 5

MATCHED = """text => {
  const sheet = new CSSStyleSheet(), flat = rules => [...rules].flatMap(r => r.selectorText ?? flat(r.cssRules));
  sheet.replaceSync(text);
  return flat(sheet.cssRules).filter(selector => document.querySelector(selector.replaceAll(/::?(hover|after)/g, "")));
}"""


SAID = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map(rule => rule.cssText);
}"""


class Line:
    """What a window fetched since it was last asked: (what, bytes) of each answer that was not in its cache."""

    def __init__(self) -> None:
        self._kinds = dict[str, str]()
        self._sizes = list[tuple[str, int]]()

    async def listen(self, w: Window) -> "Line":
        network = await w.context.new_cdp_session(w.page)
        network.on("Network.requestWillBeSent", lambda e: self._kinds.update({e["requestId"]: e.get("type", "")}))
        network.on("Network.loadingFinished", self._finished)
        await network.send("Network.enable")
        return self

    def _finished(self, event: dict[str, Any]) -> None:
        if size := int(event["encodedDataLength"]):
            self._sizes.append((self._kinds.get(event["requestId"], ""), size))

    def taken(self) -> list[tuple[str, int]]:
        sizes, self._sizes = self._sizes, []
        return sizes


async def opened(window: Windows, person: Visitor, path: str, **headers: str) -> tuple[Window, Line]:
    w = await (await window()).be(person)
    await w.context.set_extra_http_headers(headers)
    line = await Line().listen(w)
    await w.open(path)
    await w.page.wait_for_load_state("networkidle")
    return w, line


def total(sizes: list[tuple[str, int]], *kinds: str) -> int:
    return sum(size for kind, size in sizes if not kinds or kind in kinds)


@pytest.mark.parametrize(
    "answers", [{"annotazioni": ""}, SUBORDINATO, AUTONOMO], ids=["empty", "subordinato", "autonomo"]
)
async def test_the_form_page_is_small_and_then_only_itself(
    answers: dict[str, str], window: Windows, anna: Visitor
) -> None:
    w, line = await opened(window, anna, await posted_draft(anna, answers))
    first = line.taken()
    assert sorted(kind for kind, _ in first) == ["Document", "Font", "Font", "Script"]
    assert len(w.requests) <= REQUESTS
    assert total(first, "Document") <= PAGE
    assert 5_000 < total(first, "Script") <= SCRIPT, first
    assert total(first, "Document", "Script") <= FIRST_VIEW, first
    assert total(first) <= WITH_FONTS, first
    await w.page.reload()
    await w.page.wait_for_load_state("networkidle")
    assert [kind for kind, _ in line.taken()] == ["Document"]


async def test_whoever_comes_from_another_page_has_the_stylesheet(window: Windows, anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    w, line = await opened(window, anna, "/comunicazioni")
    rules = await w.page.evaluate("document.styleSheets[0].cssRules.length")
    assert total(line.taken()) <= WITH_FONTS - SCRIPT
    await w.open(draft)
    await w.page.wait_for_load_state("networkidle")
    first = line.taken()
    assert sorted(kind for kind, _ in first) == ["Document", "Script"]
    assert total(first, "Document") <= REPEATED
    assert await w.page.evaluate("document.styleSheets[0].cssRules.length") == rules > 50


@pytest.mark.parametrize("language", catalogues())
@pytest.mark.parametrize("pattern", ["subordinato", "subordinato-vuota", "autonomo", "rettifica", "allegati"])
async def test_the_form_page_is_smaller_still_to_whoever_has_the_stylesheet(
    pattern: str, language: str, visitor: Callable[[], Visitor]
) -> None:
    reader = visitor()
    await reader.get(f"/lingua/{language}?torna=/")
    await reader.client.get(assets.style(fonts=True).url)
    page = await reader.get(f"/modelli/bozza-{pattern}")
    assert page.language == language
    assert on_the_wire(page.response) <= REPEATED


async def test_whoever_spares_the_line_gets_no_font(window: Windows, anna: Visitor) -> None:
    w, line = await opened(window, anna, await posted_draft(anna, SUBORDINATO), **{"Save-Data": "on"})
    assert sorted(kind for kind, _ in line.taken()) == ["Document", "Script"]
    assert await w.page.evaluate("document.fonts.size") == 0


async def test_other_pages_have_no_script(window: Windows, anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await send(anna, draft)
    sent, other = anna.page.path, await posted_draft(anna, SUBORDINATO)
    w, line = await opened(window, anna, "/")
    assert total(line.taken()) <= WITH_FONTS - SCRIPT
    for path in ("/comunicazioni", "/contatti", f"{other}/riepilogo", sent, f"{sent}/conseguenze"):
        await w.open(path)
        await w.page.wait_for_load_state("networkidle")
        sizes = line.taken()
        assert [kind for kind, _ in sizes] == ["Document"], path
        assert total(sizes) <= PAGE, path


LONG_NAME = "Contratto di lavoro a tempo determinato con la ditta Alfa Esempio, pagina {}.png"
ALL_WRONG = EMPLOYED_WRONG | {
    "tipo_contratto": "",
    "data_fine": "presto",
    "orario_settimanale": "",
    "lavoro_agricolo_intermittente": "intermittente",
    "giornate_lavorate": "400",
    "ore_giornaliere": "25",
}


@pytest.mark.parametrize("language", catalogues())
async def test_the_form_with_every_error_is_small(language: str, visitor: Callable[[], Visitor]) -> None:
    told = catalogues()[language].gettext
    grazia = await visitor().sign_in("P12")  # the longest name
    await grazia.get(f"/lingua/{language}?torna=/")
    draft = await posted_draft(grazia, {"tipologia_rioccupazione": "subordinato"})
    for n in range(4):
        grazia.choose_file(LONG_NAME.format(n), image("PNG", 20, 20))
        await grazia.press(told("Carica il file"))
    await grazia.fill(**ALL_WRONG).press(told("Continua"))
    assert grazia.page.path == draft
    assert len(grazia.page.errors) == 12
    assert "<style>" in grazia.page.text
    assert on_the_wire(grazia.page.response) <= PAGE


@pytest.mark.parametrize("answers", [{"annotazioni": ""}, SUBORDINATO | AUTONOMO], ids=["empty", "full"])
@pytest.mark.parametrize("language", catalogues())
async def test_other_fields_come_in_few_bytes(
    answers: dict[str, str], language: str, window: Windows, anna: Visitor
) -> None:
    await anna.get(f"/lingua/{language}?torna=/")
    w, line = await opened(window, anna, await posted_draft(anna, answers))
    line.taken()
    assert await w.page.get_attribute("html", "lang") == language
    for tipologia in ("subordinato", "autonomo"):
        await w.choose(tipologia)
        await w.page.wait_for_selector(f"[name=gruppo_mostrato][value={tipologia}]", state="attached")
        await w.page.wait_for_load_state("networkidle")
        (kind, size), *others = line.taken()
        assert (kind, others) == ("Fetch", [])
        assert 500 < size <= SWAP


async def test_the_form_page_needs_no_rule_that_it_does_not_have(window: Windows) -> None:
    w = await window()
    left_out = assets.stylesheet(False, tuple({*assets.ALL_RULES} - {*assets.FORM_RULES}))
    assert left_out
    shown = [p.name for p in PATTERNS if p.name.startswith(("bozza-", "stato-"))]
    for name in (n for n in shown if n not in ("bozza-stampa", "bozza-sparita")):
        await w.open(f"/modelli/{name}")
        assert await w.page.locator("#modulo").is_visible(), name
        assert await w.page.evaluate(MATCHED, left_out) == [], name


async def test_the_short_stylesheet_says_what_its_sources_say(window: Windows) -> None:
    w, static = await window(), files("omnia_com.static")
    for name in (n for n in assets.ALL_RULES if n != assets.DRAWN):
        source = (static / "styles" / f"{name}.css").read_text("utf-8")
        rules = await w.page.evaluate(SAID, source)
        assert rules
        assert await w.page.evaluate(SAID, assets.stylesheet(False, (name,))) == rules, name
    drawn = await w.page.evaluate(SAID, assets.stylesheet(False, (assets.DRAWN,)))
    assert len(drawn) == applying.css().count("{"), "and the browser understands each"


def test_the_stylesheet_is_small() -> None:
    style = assets.stylesheet(True, assets.ALL_RULES).encode()
    assert len(brotli.compress(style)) <= CSS


@pytest.mark.parametrize("weight", [400, 700])
def test_the_fonts_draw_what_italian_and_german_need(weight: int) -> None:
    name = assets.FONTS[weight]
    body = files("omnia_com.static").joinpath(name)
    assert len(body.read_bytes()) < 4_800
    with body.open("rb") as file:
        drawn = TTFont(file).getBestCmap()
    for sign in string.ascii_letters + string.digits + "àèéìòùÀÈÉÌÒÙäöüßÄÖÜ«»“”„’–—…€*.,;:!?()/@ ":
        assert ord(sign) in drawn, sign


@pytest.mark.skipif(sys.platform != "linux", reason="what shortens the script is only to be had for Linux")
def test_the_short_script_is_made_of_the_long_one() -> None:
    assert script.SHORT.read_text("utf-8").strip() == script.short().strip(), "make script"


def test_the_script_is_made_of_all_its_parts() -> None:
    assert {f.stem for f in (script.STATIC / "script").glob("*.js")} == {*script.PARTS}
