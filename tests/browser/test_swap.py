"""Choosing the tipologia with JavaScript: the fields change in place, and whatever fails is said and loses nothing."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Route

from omnia_com.italy import places
from tests.browser.conftest import Windows
from tests.browser.window import Window
from tests.helpers.browsing import Visitor
from tests.helpers.people import AUTONOMO, SUBORDINATO
from tests.helpers.steps import posted_draft

NOTHING = {"annotazioni": ""}


@pytest.fixture
async def form(window: Windows, anna: Visitor) -> Callable[..., Any]:
    """Opens a draft of Anna's with these answers, as soon as its scripts have run."""

    async def make(answers: dict[str, str]) -> Window:
        w = await (await window()).be(anna)
        await w.open(await posted_draft(anna, answers))
        await w.page.wait_for_selector("#aggiorna", state="hidden")
        return w

    return make


def held(go_on: asyncio.Event) -> Callable[[Route], Any]:
    """On a line that lets nothing by before *go_on*."""

    async def hold(route: Route) -> None:
        await go_on.wait()
        await route.fallback()

    return hold


async def test_the_focus_stays_and_the_change_is_said(form: Any) -> None:
    w = await form(NOTHING)
    await w.page.focus("#tipologia_rioccupazione-subordinato")
    await w.page.keyboard.press("Space")
    await w.swapped("subordinato")
    assert (await w.stato("")).startswith("Ora compila: Lavoro subordinato, ")
    assert await w.focused() == "tipologia_rioccupazione-subordinato"
    await w.page.keyboard.press("ArrowDown")
    await w.swapped("autonomo")
    assert (await w.stato("")).startswith("Ora compila: Lavoro autonomo/parasubordinato, ")
    assert await w.focused() == "tipologia_rioccupazione-autonomo"


@pytest.mark.parametrize(
    ("tipologia", "answers", "fields"),
    [
        ("autonomo", {}, 5),
        ("autonomo", {"tipologia_autonomo": "altro"}, 7),
        ("subordinato", {}, 14),
        ("subordinato", SUBORDINATO, 16),
        ("subordinato", {"sede_stato": "Z110", "lavoro_agricolo_intermittente": "agricolo"}, 16),
    ],
)
async def test_as_many_fields_are_announced_as_are_seen_and_are_to_be_filled(
    tipologia: str, answers: dict[str, str], fields: int, form: Any
) -> None:
    other = {"autonomo": "subordinato", "subordinato": "autonomo"}[tipologia]
    w = await form(answers | {"tipologia_rioccupazione": other})
    await w.choose(tipologia)
    await w.swapped(tipologia)
    assert (await w.stato("")).endswith(f", {fields} campi")
    assert await w.page.locator("#gruppo .form-group:visible:not(:has([type=checkbox]))").count() == fields


async def test_an_error_of_the_tipologia_is_gone_once_one_is_chosen(form: Any) -> None:
    w = await form(NOTHING)
    await w.press("Continua")
    chosen = w.page.locator("#tipologia_rioccupazione-autonomo")
    assert await chosen.get_attribute("aria-invalid") == "true"
    await w.page.wait_for_selector("#aggiorna", state="hidden")
    await w.choose("autonomo")
    await w.swapped("autonomo")
    assert await w.page.locator("[aria-invalid]").count() == 0
    assert await w.page.inner_text("#errore-tipologia_rioccupazione") == ""


async def test_saving_after_a_change_is_no_conflict(form: Any) -> None:
    w = await form(NOTHING)
    for tipologia in ("subordinato", "autonomo", "subordinato"):
        await w.choose(tipologia)
        await w.swapped(tipologia)
    await w.fill({"datore_lavoro": "Beta S.p.A."})
    await w.press("Salva")
    assert await w.page.inner_text("h1") == "Nuova Comunicazione"
    assert await w.value("datore_lavoro") == "Beta S.p.A."


async def test_a_script_that_never_comes_leaves_the_button(window: Windows, anna: Visitor) -> None:
    w = await (await window()).be(anna)
    w.faults = True
    await w.page.route("**/static/modulo*", lambda route: route.abort())
    await w.open(await posted_draft(anna, NOTHING))
    await w.choose("autonomo")
    await w.press("Aggiorna i campi")
    await w.page.wait_for_selector("[name=tipologia_autonomo]")
    assert await w.page.locator("#aggiorna").is_visible()


async def test_a_choice_made_before_the_script_came_counts(window: Windows, anna: Visitor) -> None:
    w, go_on = await (await window()).be(anna), asyncio.Event()
    await w.page.route("**/static/modulo*", held(go_on))
    await w.page.goto(w.web + await posted_draft(anna, NOTHING), wait_until="commit")
    await w.choose("subordinato")
    go_on.set()
    await w.page.wait_for_selector("[name=tipo_contratto]")
    await w.page.wait_for_selector("#aggiorna", state="hidden")


async def test_of_two_quick_choices_the_last_one_wins(form: Any) -> None:
    w, go_on = await form(NOTHING), asyncio.Event()
    await w.page.route("**/bozze/*", held(go_on))
    for tipologia in ("subordinato", "autonomo", "subordinato", "autonomo"):
        await w.choose(tipologia)
    go_on.set()
    await w.swapped("autonomo")
    await w.page.wait_for_load_state("networkidle")
    assert await w.value("gruppo_mostrato") == "autonomo"
    assert await w.page.evaluate("document.querySelectorAll('#gruppo').length") == 1
    await w.press("Salva")
    assert await w.page.inner_text("h1") == "Nuova Comunicazione"


async def test_what_both_groups_ask_survives(form: Any) -> None:
    w, go_on = await form(SUBORDINATO), asyncio.Event()
    await w.fill({"data_inizio": "05/12/2026", "datore_lavoro": "Beta S.p.A."})
    await w.page.route("**/bozze/*", held(go_on))
    await w.choose("autonomo")
    await w.fill({"annotazioni": "scritto nel frattempo"})
    go_on.set()
    await w.swapped("autonomo")
    assert await w.value("data_inizio") == "05/12/2026"
    assert await w.value("annotazioni") == "scritto nel frattempo"
    await w.choose("subordinato")
    await w.swapped("subordinato")
    assert await w.value("datore_lavoro") == "Beta S.p.A."
    assert await w.value("annotazioni") == "scritto nel frattempo"


async def test_the_fragment_is_a_part_of_its_page(form: Any) -> None:
    w = await form(AUTONOMO | NOTHING)
    async with w.page.expect_response(lambda r: r.request.method == "POST") as answer:
        await w.choose("subordinato")
    fragment = (await (await answer.value).text()).strip()
    page = await (await w.context.request.get(w.page.url)).text()
    assert fragment.startswith('<fieldset id="gruppo"')
    assert without_lists(fragment) in without_lists(page)


@pytest.mark.parametrize("first", [NOTHING, AUTONOMO, SUBORDINATO], ids=["nothing", "autonomo", "subordinato"])
async def test_the_long_lists_are_whole_after_every_change(first: dict[str, str], form: Any) -> None:
    w = await form(first)
    for tipologia in ("autonomo", "subordinato", "autonomo", "subordinato"):
        if await w.value("gruppo_mostrato") == tipologia:
            continue
        await w.choose(tipologia)
        await w.stato("Ora compila: Lavoro " + tipologia)
    options = w.page.locator("#sede_provincia option")
    assert await options.count() == 1 + len(places.provinces())
    assert await w.value("sede_stato") == "IT"
    assert await w.value("sede_provincia") == first.get("sede_provincia", "")
    await w.fill({"sede_provincia": "BZ", "sede_stato": "estero", "sede_stato_nome": "Österreich"})
    await w.choose("autonomo")
    await w.stato("Ora compila: Lavoro autonomo")
    await w.choose("subordinato")
    await w.stato("Ora compila: Lavoro subordinato")
    typed = [await w.value(name) for name in ("sede_provincia", "sede_stato", "sede_stato_nome")]
    assert typed == ["BZ", "estero", "Österreich"]


def without_lists(html: str) -> str:
    return re.sub(r"(?s)<option.*?(?=<option|</select>)", "", html)


async def test_a_session_that_ended_is_said_and_can_be_taken_up_again(form: Any) -> None:
    w = await form(SUBORDINATO)
    w.faults = True
    await w.fill({"datore_lavoro": "Beta S.p.A."})
    await w.context.clear_cookies()
    await w.choose("autonomo")
    await w.stato("Devi entrare di nuovo")
    await unharmed(w)
    async with w.context.expect_page() as tab:
        await w.page.click("#stato a")
    other = Window(w.context, await tab.value, w.web)
    await other.sign_in("P01")
    await w.choose("subordinato")
    await w.press("Salva")
    await w.press("Manda di nuovo")
    assert await w.value("datore_lavoro") == "Beta S.p.A."


async def test_another_tab_that_saved_is_said(form: Any, anna: Visitor) -> None:
    w = await form(SUBORDINATO)
    await w.fill({"datore_lavoro": "Beta S.p.A."})
    await anna.get(w.page.url.removeprefix(w.web))
    await anna.fill(datore_lavoro="Gamma S.n.c.").press("Salva")
    await w.choose("autonomo")
    await w.stato("altra finestra")
    await unharmed(w)
    await w.press("Salva")
    text = await w.page.locator("main", has_text="Che cosa è diverso").inner_text()
    assert "Beta S.p.A." in text
    assert "Gamma S.n.c." in text


async def test_no_connection_is_said_and_nothing_is_lost(form: Any) -> None:
    w = await form(SUBORDINATO)
    w.faults = True
    await w.fill({"datore_lavoro": "Beta S.p.A."})
    await w.context.set_offline(True)
    await w.choose("autonomo")
    await w.stato("Connessione assente")
    await unharmed(w)
    await w.press("Salva")
    await w.focus_comes_to("salvato")
    await unharmed(w)
    await w.context.set_offline(False)
    await w.press("Aggiorna i campi")
    await w.page.wait_for_selector("[name=tipologia_autonomo]")


@pytest.mark.parametrize("status", [200, 403, 502])
async def test_a_strangers_answer_never_takes_the_place_of_the_fields(status: int, form: Any) -> None:
    """A proxy's page, for instance."""
    w = await form(SUBORDINATO)
    w.faults = True
    await w.fill({"datore_lavoro": "Beta S.p.A."})
    page = "<h1>Manutenzione</h1>"
    await w.page.route("**/bozze/*", lambda r: r.fulfill(status=status, content_type="text/html", body=page))
    await w.choose("autonomo")
    await w.stato("Il servizio non risponde")
    await unharmed(w)
    await w.page.unroute("**/bozze/*")
    await w.press("Aggiorna i campi")
    await w.page.wait_for_selector("[name=tipologia_autonomo]")


async def unharmed(w: Window) -> None:
    """The page is the same, the fields are there with what was typed, and there is a way on."""
    assert await w.page.locator("h1").all_inner_texts() == ["Nuova Comunicazione"]
    assert await w.value("gruppo_mostrato") == "subordinato"
    assert await w.value("datore_lavoro") == "Beta S.p.A."
    assert await w.page.locator("#stato").get_attribute("role") == "status"
    assert await w.page.locator("#aggiorna").is_visible()
