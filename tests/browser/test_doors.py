"""Ways in and out in a real browser, which checks each hop of a form's redirects against the page's policy."""

from collections.abc import Iterator

import asyncpg
import msgspec
import pytest

from omnia_com.identity import Door
from omnia_com.pages.http.front import Front
from tests.browser.conftest import Windows
from tests.helpers.browsing import Visitor
from tests.helpers.waiting import until


@pytest.fixture
def twelve(app: Front) -> Iterator[None]:
    """The demonstration provider among eleven others."""
    state = app.litestar.state
    before = state.services
    others = [
        Door("spid", f"Fornitore d’esempio {n}", "/accesso/saml/entra", (("idp", f"https://p{n}.example"),))
        for n in range(11)
    ]
    state.services = msgspec.structs.replace(before, doors=lambda: (*before.doors(), *others))
    yield
    state.services = before


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_one_of_twelve_providers_and_out_again(script: bool, twelve: None, window: Windows) -> None:
    w = await window(script)
    await w.open("/")
    await w.page.get_by_text("Entra con SPID").click()
    await w.press("Fornitore dimostrativo")
    await w.press("Anna Prova (PRVNNA85E49H501L)")
    await w.page.wait_for_url("**/comunicazioni")
    await w.press("Esci")
    await w.page.wait_for_url(f"{w.web}/")
    assert await w.page.get_by_text("Entra con SPID").is_visible()


async def test_without_the_providers_origin_signing_out_would_be_stopped(
    anna: Visitor, window: Windows, database: asyncpg.Connection
) -> None:
    """So the list in the policy is no ornament."""
    await database.execute("UPDATE sessione SET uscita = ''")
    w = await (await window()).be(anna)
    w.forgiven.append("form-action")
    await w.open("/comunicazioni")
    await w.press("Esci")

    async def stopped() -> bool:
        return any("form-action" in c for c in w.complaints)

    await until(stopped, lambda: f"{w.page.url}, {w.complaints}")
    assert w.page.url.endswith("/comunicazioni")


@pytest.mark.parametrize("width", [360, 1280])
async def test_twelve_providers_fit(width: int, twelve: None, window: Windows) -> None:
    w = await window(width=width)
    await w.open("/")
    await w.page.get_by_text("Entra con SPID").click()
    assert await w.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
