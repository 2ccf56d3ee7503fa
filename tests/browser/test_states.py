"""The patterns of the form's status lines are, sign by sign, what its script leaves on the page."""

from collections.abc import Awaitable, Callable

import pytest

from tests.browser.conftest import Windows
from tests.browser.window import Window
from tests.helpers.browsing import Visitor
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft

Breaks = Callable[[Window, Visitor], Awaitable[None]]


async def no_connection(w: Window, anna: Visitor) -> None:
    await w.context.set_offline(True)


async def no_service(w: Window, anna: Visitor) -> None:
    await w.page.route("**/bozze/*", lambda r: r.fulfill(status=502, content_type="text/html", body="Manutenzione"))


async def no_session(w: Window, anna: Visitor) -> None:
    await w.context.clear_cookies()


async def another_window(w: Window, anna: Visitor) -> None:
    await anna.get(w.page.url.removeprefix(w.web))
    await anna.fill(datore_lavoro="Gamma S.n.c.").press("Salva")


@pytest.mark.parametrize(
    ("breaks", "id", "name"),
    [
        (no_connection, "salvato", "non-salvato"),
        (no_service, "salvato", "non-salvato-servizio"),
        (another_window, "salvato", "conflitto"),
        (no_connection, "stato", "campi-connessione"),
        (no_service, "stato", "campi-servizio"),
        (no_session, "stato", "campi-sessione"),
    ],
)
async def test_the_line(breaks: Breaks, id: str, name: str, window: Windows, anna: Visitor) -> None:
    shown = await window()
    await shown.open(f"/modelli/stato-{name}")
    w = await (await window()).be(anna)
    w.faults = True
    await w.open(await posted_draft(anna, SUBORDINATO))
    await w.page.wait_for_selector("#aggiorna", state="hidden")
    await breaks(w, anna)
    await (w.choose("autonomo") if id == "stato" else w.fill({"annotazioni": "x"}))
    line = w.page.locator(f"#{id}")
    await line.filter(has_text=await shown.page.inner_text(f"#{id}")).wait_for()
    assert (await line.inner_html()).strip() == (await shown.page.inner_html(f"#{id}")).strip()
    for one in ("#aggiorna", f"#{id} button"):
        assert await w.page.locator(one).is_visible() == await shown.page.locator(one).is_visible(), one
