"""From the first page to the receipt over a line of 400 kb/s and 400 ms: it takes its time, and nothing is lost."""

import time
from typing import Any

import pytest

from tests.browser.conftest import Windows
from tests.browser.gestures import content, receipt
from tests.browser.window import Window
from tests.helpers.files import image
from tests.helpers.line import SLOW_3G, line
from tests.helpers.people import BOTH_TICKS, SUBORDINATO

pytestmark = pytest.mark.peers
PHOTO: Any = {"name": "contratto.png", "mimeType": "image/png", "buffer": image("PNG", 400, 250)}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_the_whole_journey(script: bool, window: Windows, worker: None) -> None:
    assert len(PHOTO["buffer"]) > 300_000
    lost = list[str]()
    async with line(SLOW_3G) as (_, address):
        w = await window(script, proxy=address)
        w.context.on("requestfailed", lambda r: lost.append(f"{r.method} {r.url} {r.failure}"))
        await w.sign_in("P01")
        await w.press("Nuova Comunicazione")
        await _fields(w, script)
        await w.page.set_input_files("#allegato", files=[PHOTO])
        began = time.perf_counter()
        await w.press("Carica il file")
        await w.page.get_by_role("button", name="Togli contratto.png").wait_for()
        assert time.perf_counter() - began > len(PHOTO["buffer"]) / SLOW_3G.rate, "the line is as slow as it says"
        await w.fill({"annotazioni": "scritto dopo il file"})
        await w.press("Continua")
        await w.page.wait_for_url("**/riepilogo")
        await w.fill(BOTH_TICKS)
        await w.press("Invia la comunicazione")
        assert await w.page.get_attribute("[data-protocollo]", "data-protocollo") == "OMNIACOM.2026.0000001"
        text = await w.page.inner_text("main")
        for told in ("Alfa Esempio S.r.l.", "10121", "scritto dopo il file", "contratto.png"):
            assert told in text
        assert content(await receipt(w)).startswith(b"%PDF-1.7")
        await w.page.close()
    assert [one for one in lost if one.startswith("POST")] == []


async def _fields(w: Window, script: bool) -> None:
    await w.page.get_by_role("button", name="Continua").wait_for()
    if script:
        await w.page.wait_for_selector("#aggiorna", state="hidden")
    await w.choose(SUBORDINATO["tipologia_rioccupazione"])
    await (w.swapped("subordinato") if script else w.press("Aggiorna i campi"))
    await w.fill(SUBORDINATO)
    if script:
        await w.page.locator("#salvato", has_text="Salvato alle").wait_for()
    else:
        await w.press("Salva")
