"""What is typed is saved by itself on the form page, and that never stands in the way of anything else."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Dialog, Route

from tests.browser.conftest import Windows
from tests.browser.gestures import QUIET
from tests.browser.window import Window
from tests.helpers.browsing import Visitor
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft
from tests.helpers.waiting import until

ANSWER = 400  # bytes, headers included (PAGES.md)


@pytest.fixture
async def form(window: Windows, anna: Visitor) -> Callable[..., Any]:
    async def make(answers: dict[str, str] = SUBORDINATO) -> Window:
        w = await (await window()).be(anna)
        await w.page.clock.install()
        await w.open(await posted_draft(anna, answers))
        await w.page.wait_for_selector("#aggiorna", state="hidden")
        return w

    return make


async def said(w: Window, words: str) -> str:
    """What the line says, once it says *words*: at once, or when nobody has written for a while."""
    await w.page.clock.fast_forward(QUIET)
    await w.page.locator("#salvato", has_text=words).wait_for()
    return await w.page.inner_text("#salvato")


async def stored(anna: Visitor, w: Window, name: str = "datore_lavoro") -> str:
    await anna.get(w.page.url.removeprefix(w.web).partition("#")[0])
    return anna.page.value(name)


async def test_what_is_typed_is_saved_after_a_while_in_few_bytes(form: Any, anna: Visitor) -> None:
    w = await form()
    network, sizes = await w.context.new_cdp_session(w.page), list[int]()
    await network.send("Network.enable")
    network.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    await w.fill({"datore_lavoro": "Beta S.p.A."})
    assert await w.page.inner_text("#salvato") != "", "the line is there before anything is typed"
    assert (await said(w, "Salvato alle ")).removeprefix("Salvato alle ").replace(":", "").isdigit()
    assert await stored(anna, w) == "Beta S.p.A."
    assert len(sizes) == 1
    assert 0 < sizes[0] <= ANSWER, sizes


async def test_nothing_is_checked_and_the_focus_stays(form: Any) -> None:
    w = await form()
    await w.fill({"data_inizio": "30/02/2027"})
    await w.page.focus("#data_fine")
    await said(w, "Salvato alle ")
    assert await w.focused() == "data_fine"
    assert await w.page.locator("[aria-invalid]").count() == 0


async def test_saving_by_itself_and_by_the_buttons_is_no_conflict(form: Any, anna: Visitor) -> None:
    w = await form()
    for text in ("Beta", "Gamma"):
        await w.fill({"datore_lavoro": text})
        await said(w, "Salvato alle ")
        await w.page.evaluate("document.getElementById('salvato').textContent = ''")
    await w.choose("autonomo")
    await w.swapped("autonomo")
    await w.choose("subordinato")
    await w.swapped("subordinato")
    await w.fill({"datore_lavoro": "Delta"})
    await w.press("Salva")
    await w.page.wait_for_load_state()
    assert await w.page.inner_text("h1") == "Nuova Comunicazione"
    assert await w.value("datore_lavoro") == "Delta"


async def test_what_is_too_long_is_told_and_is_saved_once_it_is_shorter(form: Any, anna: Visitor) -> None:
    w = await form()
    await w.fill({"annotazioni": "x" * 80_000})
    await said(w, "Non salvato: hai scritto troppo")
    await w.fill({"annotazioni": "Poche parole."})
    await said(w, "Salvato alle ")
    assert await stored(anna, w, "annotazioni") == "Poche parole."


async def test_a_button_pressed_on_what_is_too_long_shows_it_again_whole(form: Any) -> None:
    w = await form()
    await w.fill({"annotazioni": "x" * 80_000})
    await said(w, "Non salvato: hai scritto troppo")
    await w.press("Continua")
    await w.page.locator("#errori").wait_for()
    assert await w.value("annotazioni") == "x" * 80_000
    await w.fill({"annotazioni": "Poche parole."})
    await w.press("Salva")
    await w.page.get_by_text("La bozza è salvata.").wait_for()


async def test_a_button_pressed_at_once_saves_what_was_just_typed(form: Any) -> None:
    w = await form()
    await w.fill({"datore_lavoro": "Beta"})
    await w.press("Continua")
    await w.page.wait_for_url("**/riepilogo")
    assert "Beta" in await w.page.inner_text("main")


async def test_whoever_closes_the_window_at_once_finds_it_again(form: Any, anna: Visitor) -> None:
    w = await form()
    await w.fill({"datore_lavoro": "Beta"})
    await w.page.close(run_before_unload=True)

    async def there() -> bool:
        return await stored(anna, w) == "Beta"

    await until(there, lambda: anna.page.value("datore_lavoro"))


LONG = "è" * 14_000  # 84 kB in a form: no browser makes a request of that outlive its page


async def test_c37_a_long_text_is_saved_when_the_tab_is_hidden(form: Any, anna: Visitor) -> None:
    w = await form()
    await w.fill({"annotazioni": LONG})
    await hide(w)
    await w.page.locator("#salvato", has_text="Salvato alle ").wait_for()
    assert await stored(anna, w, "annotazioni") == LONG


async def test_c37_a_short_text_outlives_the_page_and_is_sent_once(form: Any, anna: Visitor) -> None:
    w = await form()
    await w.page.evaluate(
        "() => { const real = fetch; window.sent = []; window.fetch = (a, b) => (sent.push(b.keepalive), real(a, b)) }"
    )
    await w.fill({"datore_lavoro": "Beta"})
    await hide(w, "dispatchEvent(new Event('pagehide'));")
    await w.page.locator("#salvato", has_text="Salvato alle ").wait_for()
    assert await w.page.evaluate("sent") == [True]
    await w.fill({"annotazioni": LONG})
    await hide(w)
    await w.page.wait_for_function("sent.length === 2")
    assert await w.page.evaluate("sent") == [True, False]


async def test_c37_who_closes_the_tab_on_a_long_text_is_asked_and_finds_it_saved(form: Any, anna: Visitor) -> None:
    w = await form()
    asked = list[str]()

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    w.page.on("dialog", stay)
    await w.page.click("#annotazioni")  # no page asks before somebody has done something in it
    await w.fill({"annotazioni": LONG})
    await w.page.close(run_before_unload=True)
    await w.page.locator("#salvato", has_text="Salvato alle ").wait_for()
    assert asked == ["beforeunload"]
    assert await stored(anna, w, "annotazioni") == LONG


async def hide(w: Window, before: str = "") -> None:
    """As the browser tells it when another tab is shown."""
    hidden = "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
    await w.page.evaluate(f"{before}{hidden}document.dispatchEvent(new Event('visibilitychange'))")


async def test_whoever_signs_out_finds_it_again(form: Any, visitor: Callable[[], Visitor]) -> None:
    w = await form()
    await w.fill({"datore_lavoro": "Beta"})
    await w.press("Esci")
    await w.page.get_by_role("button", name="Entra con SPID").wait_for()
    anna = await visitor().sign_in("P01")
    await anna.follow("Completa")
    assert anna.page.value("datore_lavoro") == "Beta"


async def test_another_window_that_saved_is_said_and_both_versions_are_kept(form: Any, anna: Visitor) -> None:
    w = await form()
    await anna.get(w.page.url.removeprefix(w.web))
    await anna.fill(datore_lavoro="Gamma S.n.c.").press("Salva")
    await w.fill({"datore_lavoro": "Beta S.p.A."})
    await said(w, "altra finestra")
    assert await stored(anna, w) == "Gamma S.n.c."
    await w.press("Salva")
    text = await w.page.locator("main", has_text="Che cosa è diverso").inner_text()
    assert "Beta S.p.A." in text
    assert "Gamma S.n.c." in text


async def test_whoever_signs_out_is_held_back_once_before_words_get_lost(form: Any, anna: Visitor) -> None:
    w = await form()
    w.faults = True
    await anna.get(w.page.url.removeprefix(w.web))
    await anna.fill(datore_lavoro="Gamma S.n.c.").press("Salva")
    await w.fill({"datore_lavoro": "Beta S.p.A."})
    await w.press("Esci")
    await w.focus_comes_to("salvato")
    assert "altra finestra" in await w.page.inner_text("#salvato")
    assert await w.value("datore_lavoro") == "Beta S.p.A."
    await w.page.get_by_role("button", name="Esci", exact=True).click()
    await w.page.get_by_role("button", name="Entra con SPID").wait_for()


async def test_a_session_that_ended_is_said_and_nothing_is_lost(form: Any) -> None:
    w = await form()
    w.faults = True
    await w.context.clear_cookies()
    await w.fill({"datore_lavoro": "Beta"})
    await said(w, "Devi entrare di nuovo")
    assert await w.page.locator("#salvato a").count() == 1
    assert await w.value("datore_lavoro") == "Beta"


async def test_before_the_session_ends_it_is_said_and_one_button_stays(form: Any) -> None:
    w = await form()
    at_first = int(await w.page.get_attribute("[data-fine-sessione]", "data-fine-sessione") or 0)
    await w.page.clock.fast_forward((at_first - 180) * 1000)
    assert "sessione" not in await w.page.inner_text("#salvato")
    await w.page.clock.fast_forward("01:05")
    await said(w, "Fra due minuti la sessione finisce.")
    await w.page.clock.resume()
    async with w.page.expect_response(lambda r: r.request.method == "POST") as answer:
        await w.page.get_by_role("button", name="Resta collegato").click()
    response = await answer.value
    assert (await response.text()).startswith("Salvato alle ")
    left, _, hour = response.headers["fine-sessione"].partition("; ")
    assert 29 * 60 < int(left) <= 30 * 60
    await w.page.locator("[data-fine-sessione] time", has_text=hour).wait_for()


@pytest.mark.parametrize(
    "minutes", [-40 * 24 * 60, -60, 29, 60], ids=["40 days slow", "1 h slow", "29 min", "1 h fast"]
)
async def test_c34_whatever_the_phones_clock_says_the_warning_comes_when_it_is_time(
    minutes: int, window: Windows, anna: Visitor
) -> None:
    w = await (await window()).be(anna)
    await w.page.clock.install(time=time.time() + minutes * 60)
    await w.open(await posted_draft(anna, SUBORDINATO))
    await w.page.wait_for_selector("#aggiorna", state="hidden")
    await w.page.clock.run_for(1000)
    assert await w.page.inner_text("#salvato") != ""
    assert "sessione" not in await w.page.inner_text("#salvato")
    await w.page.clock.fast_forward("27:00")
    assert "sessione" not in await w.page.inner_text("#salvato")
    await w.page.clock.fast_forward("01:00")
    await w.page.locator("#salvato", has_text="Fra due minuti la sessione finisce.").wait_for()


async def test_no_connection_is_said_and_then_saved(form: Any, anna: Visitor) -> None:
    w = await form()
    w.faults = True
    await w.context.set_offline(True)
    await w.fill({"datore_lavoro": "Beta"})
    assert await said(w, "Non salvato") == "Non salvato: connessione assente. Riprova"
    await w.press("Salva")
    await w.focus_comes_to("salvato")
    assert await w.value("datore_lavoro") == "Beta"
    await w.context.set_offline(False)
    await said(w, "Salvato alle ")
    assert await stored(anna, w) == "Beta"


@pytest.mark.parametrize("status", [200, 502])
async def test_a_strangers_answer_is_no_saving(status: int, form: Any, anna: Visitor) -> None:
    w = await form()
    w.faults = True
    page = "<h1>Manutenzione</h1>"
    await w.page.route("**/bozze/*", lambda r: r.fulfill(status=status, content_type="text/html", body=page))
    await w.fill({"datore_lavoro": "Beta"})
    await said(w, "Non salvato: il servizio non risponde.")
    await w.page.unroute("**/bozze/*")
    await w.page.click("text=Riprova")
    await said(w, "Salvato alle ")
    assert await stored(anna, w) == "Beta"


async def test_what_arrives_late_never_brings_older_texts_back(form: Any, anna: Visitor) -> None:
    w = await form()
    w.faults = True
    late = list[str]()

    async def hold(route: Route) -> None:
        late.append(route.request.post_data or "")
        await route.abort()

    await w.page.route("**/bozze/*", hold)
    await w.fill({"datore_lavoro": "Be"})
    await said(w, "Non salvato")
    await w.page.unroute("**/bozze/*")
    await w.fill({"datore_lavoro": "Beta"})
    await w.press("Salva")
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": w.web, "hx-request": "true"}
    answer = await anna.client.post(w.page.url, content=late[0], headers=headers)
    assert answer.status_code == 409
    assert await stored(anna, w) == "Beta"


async def test_a_page_whose_answer_got_lost_is_not_taken_for_another_window(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    page = await anna.get(draft)
    mark = page.value("pagina").removesuffix(".0")
    for step, text in ((1, "Beta"), (3, "Beta e Gamma")):
        await anna.fill(datore_lavoro=text, pagina=f"{mark}.{step}").press("Salva")
        assert anna.page.value("datore_lavoro") == text
        anna.page = page
    await anna.fill(datore_lavoro="Be", pagina=f"{mark}.2").press("Salva", expect=409)
    anna.page = page
    await anna.fill(datore_lavoro="Be").press("Salva", expect=409)
    await anna.get(draft)
    await anna.fill(datore_lavoro="Delta").press("Salva")
    anna.page = page
    await anna.fill(datore_lavoro="Be", pagina=f"{mark}.4").press("Salva", expect=409)
