"""The patterns: every page in every state at an address of its own, in the demonstration only."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omnia_com import languages
from omnia_com.pages.http import assets
from omnia_com.pages.patterns import PATTERNS
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor, bare, said
from tests.helpers.plain_words import gulpease

NAMES = [p.name for p in PATTERNS]
PAGES = {f.name for f in Path("templates").glob("*.html") if not f.name.startswith("_")}
DATA = re.compile(r"OMNIACOM[.\d]+|\d\d/\d\d/\d{4}( \d\d:\d\d)?")
DRAWN_ELSEWHERE = {"sheet.html", "fornitore_dimostrativo.html", "modelli.html", "come_provare.html"}


@pytest.mark.parametrize("name", NAMES)
async def test_each_is_shown_without_signing_in(name: str, visitor: Callable[[], Visitor]) -> None:
    """The visitor reviews it, like every page."""
    await visitor().get(f"/modelli/{name}")


async def test_the_index_leads_to_each(visitor: Callable[[], Visitor]) -> None:
    page = await visitor().get("/modelli")
    for pattern in PATTERNS:
        assert page.link(pattern.title) == f"/modelli/{pattern.name}"


def test_names_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


async def test_every_template_of_a_page_is_among_them(
    visitor: Callable[[], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new page without a pattern fails here."""
    from omnia_com.pages.http import answer, rendering

    drawn: set[str] = set()
    draw = rendering.render

    def noted(template: str, **context: Any) -> str:
        drawn.add(template)
        return draw(template, **context)

    monkeypatch.setattr(answer, "render", noted)
    tester = visitor()
    for path in (*(f"/modelli/{name}" for name in NAMES), "/accessibilita", "/privacy", "/note-legali"):
        await tester.get(path)
    assert PAGES - drawn == DRAWN_ELSEWHERE


@pytest.mark.parametrize("language", languages.catalogues())
async def test_all_that_the_script_says_is_among_them(language: str, visitor: Callable[[], Visitor]) -> None:
    """In its words, which nobody copied; the title of a page with errors is on those pages."""
    tester, shown = visitor(), ""
    await tester.get(f"/lingua/{language}?torna=/modelli")
    for name in NAMES:
        if name.startswith("stato-") or name == "bozza-subordinato-errori":
            shown += said((await tester.get(f"/modelli/{name}")).tree)
    missing = [s for s in assets.sentences() if languages.catalogues()[language].gettext(s) not in shown]
    assert missing == []


PRODUCTION = {"env": "production", "oidc_issuer": "", "oidc_key": "", "saml_idp_metadata": "", "registro_chiavi": ""}


async def test_none_of_it_exists_in_production(settings: Settings) -> None:
    async with bare(settings, **PRODUCTION) as client:
        for path in ("/modelli", "/modelli/come-provare", "/modelli/inizio"):
            assert (await client.get(path)).status_code == 404, path


@pytest.mark.parametrize("name", [*NAMES, "../privacy", "../note-legali", "../accessibilita", "come-provare"])
async def test_its_italian_is_easy(name: str, visitor: Callable[[], Visitor]) -> None:
    """Gulpease 60 and more for the sentences of each page. The labels are the Messaggio's own words."""
    page = await visitor().get(f"/modelli/{name}")
    texts = [said(e) for e in page.by_id("contenuto").iter() if e.tag in ("p", "li", "label")]
    sentences = {DATA.sub("", text) for text in texts if text.endswith((".", "?"))}
    assert not sentences or gulpease(sentences) >= 60


def test_a_hard_page_is_found_out() -> None:
    assert (
        gulpease(["L’istanza concernente l’integrazione salariale è subordinata all’espletamento dell’istruttoria."])
        < 60
    )
