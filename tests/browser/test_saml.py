"""SPID in a real browser, with a provider at another site: what it posts from there brings no cookie of ours."""

import base64
import zlib
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest
from litestar import Litestar, Request, get, post
from litestar.enums import MediaType

from omnia_com.identity.saml import providers
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from tests.browser.conftest import Windows
from tests.conftest import free_port, serving
from tests.helpers import saml_provider
from tests.helpers.people import PERSONE
from tests.helpers.saml_provider import Provider, attributes_of, posted, signed, unsigned

FORM = """<!doctype html><title>Fornitore</title><form method="post" action="{acs}">
<input type="hidden" name="SAMLResponse" value="{answer}"><input type="hidden" name="RelayState" value="{relay}">
<button>Conferma</button></form>"""


def pages(provider: Provider, acs: str) -> Litestar:
    """A provider's site: whoever comes is Anna, once she presses its button."""

    def answer(document: bytes, relay_state: str) -> str:
        request = saml_provider.Request(document, relay_state)
        response = signed(provider, unsigned(provider, request, acs, attributes_of(PERSONE["P01"], "spid")))
        return FORM.format(acs=acs, answer=posted(response), relay=escape(relay_state))

    @get("/SingleSignOnService/Redirect", media_type=MediaType.HTML)
    async def by_redirect(request: Request[Any, Any, Any]) -> str:
        asked = parse_qs(request.scope["query_string"].decode())
        return answer(zlib.decompress(base64.b64decode(asked["SAMLRequest"][0]), -15), asked["RelayState"][0])

    @post("/SingleSignOnService/POST", media_type=MediaType.HTML)
    async def by_form(request: Request[Any, Any, Any]) -> str:
        asked = dict(parse_qsl((await request.body()).decode()))
        return answer(base64.b64decode(asked["SAMLRequest"]), asked["RelayState"])

    return Litestar([by_redirect, by_form], openapi_config=None, logging_config=None)


@pytest.fixture(params=["Redirect", "POST"])
async def provider(
    request: pytest.FixtureRequest, app: Front, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Provider]:
    """`localhost` and 127.0.0.1 are two sites for a browser."""
    monkeypatch.setattr(providers, "LOOK_AGAIN", -1.0)
    port = free_port()
    there = Provider(f"http://localhost:{port}", bindings=(request.param,))
    file = Path(settings.saml_idp_metadata) / "altro-sito.xml"
    file.write_bytes(there.metadata())
    async with serving(pages(there, f"{settings.base_url}/accesso/saml/acs"), port):
        yield there
    file.unlink()
    app.litestar.state.services.saml.doors()  # sees that it is gone


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_from_the_first_page_to_ones_own_and_out(script: bool, provider: Provider, window: Windows) -> None:
    w = await window(script)
    w.forgiven.append(f"asked for {provider.entity_id}")
    await w.open("/")
    await w.page.get_by_text("Entra con SPID").click()
    await w.press("Prova SPID")
    if provider.bindings == ("POST",):
        await w.press("Continua")
    await w.press("Conferma")
    await w.page.wait_for_url("**/comunicazioni")
    assert await w.page.get_by_text("Anna Prova").is_visible()
    await w.press("Esci")
    await w.page.wait_for_url(f"{w.web}/")
