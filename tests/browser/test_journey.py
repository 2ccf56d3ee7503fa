"""The main job as a person does it: on a phone with JavaScript, at a desk without."""

import pytest

from tests.browser.conftest import Windows
from tests.browser.gestures import content, receipt
from tests.browser.window import Window
from tests.helpers.people import AUTONOMO, BOTH_TICKS, SUBORDINATO

WAYS = [(True, 360), (False, 1280)]


@pytest.mark.parametrize(("script", "width"), WAYS, ids=["phone-with-script", "desk-without-script"])
@pytest.mark.parametrize("answers", [SUBORDINATO, AUTONOMO], ids=["subordinato", "autonomo"])
async def test_from_the_first_page_to_the_receipt(
    answers: dict[str, str], script: bool, width: int, window: Windows, worker: None
) -> None:
    w = await window(script, width)
    await w.sign_in("P01")
    await w.press("Nuova Comunicazione")
    await _choose(w, answers["tipologia_rioccupazione"], script)
    await w.fill(answers)
    await w.press("Salva")
    await w.press("Continua")
    await w.page.wait_for_url("**/riepilogo")
    await w.fill(BOTH_TICKS)
    await w.press("Invia la comunicazione")
    assert await w.page.get_attribute("[data-protocollo]", "data-protocollo") == "OMNIACOM.2026.0000001"
    assert content(await receipt(w)).startswith(b"%PDF-1.7")
    await w.press("Esci")
    await w.page.get_by_role("button", name="Entra con SPID").wait_for()
    await w.open("/comunicazioni")
    assert w.page.url.endswith("/entra?next=/comunicazioni")


async def _choose(w: Window, tipologia: str, script: bool) -> None:
    pages = len([r for r in w.requests if r.is_navigation_request()])
    await w.choose(tipologia)
    if script:
        await w.swapped(tipologia)
        assert len([r for r in w.requests if r.is_navigation_request()]) == pages, "no page is loaded"
    else:
        await w.press("Aggiorna i campi")
        assert await w.page.locator("#aggiorna").is_visible()
