"""Signing in with SPID and CIE by SAML 2, in two steps, and single logout.

A provider's answer is posted from its site and so brings no cookie of ours: the first step checks it and keeps who
it is under a one-time code; the second, a GET to which the browser is sent, knows the browser that left.
"""

import asyncio
import secrets
from collections.abc import Sequence

import msgspec
import structlog
from litestar import get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Response

from omnia_com.identity import AccessRefused, Scheme, SignedIn, local, origin_of
from omnia_com.identity.exchanges import ENTERED, Exchange
from omnia_com.identity.saml import logout, responses, xml
from omnia_com.identity.saml.requests import Departure, PendingSaml
from omnia_com.identity.saml.service import ACS, ENTER, SLO, ServiceProvider, received
from omnia_com.identity.saml.xml import equal
from omnia_com.people.sessions import (
    PENDING_MINUTES,
    close_sessions_of,
    hand_over,
    keep_pending,
    take_anywhere,
    take_pending,
)

from ..http.answer import Page, html, see_other
from ..http.asked import Asked, MyServices, Services
from ..http.cookies import cookie, cookie_name
from ..http.forms import Form, read_fields
from .access import welcome
from .register import register

log = structlog.get_logger()
RETURN = "/accesso/saml/ritorno"
METADATA = "application/samlmetadata+xml"
HAND_OVER_MINUTES = 1


class Arrived(msgspec.Struct, frozen=True):
    """Who a provider says is there, before we have seen the browser."""

    signed_in: SignedIn
    next: str


@get("/accesso/saml/metadata", name="saml_metadata")
async def metadata(services: MyServices) -> Response[bytes]:
    """What SPID's registry and providers read of us."""
    return _metadata(services, "spid")


@get("/accesso/cie/metadata", name="cie_metadata")
async def cie_metadata(services: MyServices) -> Response[bytes]:
    return _metadata(services, "cie")


def _metadata(services: Services, scheme: Scheme) -> Response[bytes]:
    return Response(_party(services).metadata(scheme), media_type=METADATA, headers={"Cache-Control": "max-age=300"})


@get(ENTER, name="saml_sign_in")
async def sign_in(request: Asked, services: MyServices) -> Page | Redirect:
    """Leaves for the provider `idp` (its entityID); `next` says where to come back to."""
    asked = request.query_params
    departure, pending = _party(services).start(asked.get("idp", ""), request.origin, local(asked.get("next", "")))
    browser = await keep_pending(pending.request_id, pending)
    cookies = [cookie(services.settings, "accesso", browser, PENDING_MINUTES * 60)]
    return _leave(request, departure, cookies=cookies)


def _leave(request: Asked, departure: Departure, cookies: Sequence[Cookie] = ()) -> Page | Redirect:
    """By a redirect, or by a page with a button where the provider only takes a posted form."""
    if not departure.fields:
        return Redirect(departure.url, status_code=302, headers={"Cache-Control": "no-store"}, cookies=cookies)
    origin = origin_of(departure.url)
    page = html(request, "vai_al_fornitore.html", lead_to={origin}, url=departure.url, fields=departure.fields)
    page.cookies.extend(cookies)
    return page


@post(ACS, name="saml_answer", status_code=303)
async def answer(request: Asked, services: MyServices) -> Redirect:
    """The provider's answer: only to a request that still waits, and only once."""
    party, form = _party(services), await read_fields(request)
    raw = received(form.get("SAMLResponse", ""))
    response = await asyncio.to_thread(xml.read, raw, responses.LARGEST)
    found = await take_anywhere(response.get("InResponseTo", ""), PendingSaml)
    if found is None:
        raise AccessRefused("accesso_scaduto", "nessun accesso in corso con questo InResponseTo")
    pending, browser = found
    signed_in = await _finish(request, party, response, pending, form)
    code = secrets.token_urlsafe(32)
    await hand_over(code, Arrived(signed_in, pending.next), browser)
    return see_other(f"{pending.origin}{RETURN}?codice={code}")


async def _finish(
    request: Asked, party: ServiceProvider, response: xml.Element, pending: PendingSaml, form: Form
) -> SignedIn:
    """Who signed in, once the exchange is in the register; what is refused is registered as well."""
    parts = {"AuthnRequest": pending.request, "Response": xml.serialized(response).decode()}

    async def came_to(outcome: str, codice_fiscale: str) -> None:
        about = ("saml", pending.issuer, pending.request_id)
        await register(request, Exchange(*about, outcome, codice_fiscale, parts))  # type: ignore[arg-type]

    try:
        equal(form.get("RelayState", pending.relay_state), pending.relay_state, "RelayState")
        signed_in = await asyncio.to_thread(party.finish, response, pending)
    except AccessRefused as e:
        await came_to(e.reason, "")
        raise
    await came_to(ENTERED, signed_in.identity.codice_fiscale)
    return signed_in


@get(RETURN, name="saml_return")
async def come_back(request: Asked, services: MyServices) -> Redirect:
    """The second step: only in the browser that left, and only once."""
    browser = request.cookies.get(cookie_name(services.settings, "accesso"), "")
    arrived = await take_pending(request.query_params.get("codice", ""), browser, Arrived, HAND_OVER_MINUTES)
    if arrived is None:
        raise AccessRefused("accesso_scaduto", "nessun accesso in corso per questo browser")
    return await welcome(request, services, arrived.signed_in, arrived.next)


@get(SLO, name="saml_logout")
async def logout_by_redirect(request: Asked, services: MyServices) -> Page | Redirect:
    """A LogoutRequest of a provider, or its answer to ours, in a signed query."""
    fields = Form(reversed(list(request.query_params.multi_items())))
    query = request.scope["query_string"].decode("latin-1")
    return await _logged_out(request, services, fields, logout.inflated(fields[logout.kind_of(fields)]), query)


@post(SLO, name="saml_logout_posted", status_code=303)
async def logout_by_post(request: Asked, services: MyServices) -> Page | Redirect:
    """The same in a posted form: the document itself is signed."""
    form = await read_fields(request)
    return await _logged_out(request, services, form, received(form[logout.kind_of(form)]), "")


async def _logged_out(request: Asked, services: Services, form: Form, raw: bytes, query: str) -> Page | Redirect:
    kind, party = logout.kind_of(form), _party(services)
    provider, message = party.logout(xml.read(raw, logout.LARGEST), kind, query)
    if kind == "SAMLResponse":
        return see_other("/")
    await close_sessions_of(provider.entity_id, logout.name_id_of(message))
    log.info("uscita_dal_fornitore", mezzo=provider.scheme)
    return _leave(request, party.logged_out(provider, message, form.get("RelayState", "")))


def _party(services: Services) -> ServiceProvider:
    if services.saml is None:
        raise AccessRefused("non_configurato", "manca OMNIA_SAML_IDP_METADATA")
    return services.saml
