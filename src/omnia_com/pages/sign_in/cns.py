"""Signing in with a Carta nazionale dei servizi, in three steps over two host names.

The card is shown to a host of its own, for a main host that asks for certificates would trouble every visitor.
What was read there comes back under a code of one minute and one use, and counts only in the browser that left:
it may have been sent here by a link of somebody else's (login CSRF).
"""

import secrets

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding
from litestar import get
from litestar.response import Redirect

from omnia_com.communications.sent import NotFound
from omnia_com.identity import AccessRefused, Door, Identity, SignedIn, local
from omnia_com.identity.cns.card import CardReader, issuer_of
from omnia_com.identity.exchanges import ENTERED, Exchange
from omnia_com.people.sessions import PENDING_MINUTES, hand_over, keep_pending, take_anywhere, take_pending
from omnia_com.settings import Settings

from ..http.answer import see_other
from ..http.asked import Asked, MyServices, Services
from ..http.cookies import cookie, cookie_name
from .access import welcome
from .register import register

ENTER, CARD, RETURN = "/accesso/cns", "/accesso/cns/carta", "/accesso/cns/ritorno"
HAND_OVER_MINUTES = 1


class Leaving(msgspec.Struct, frozen=True):
    """A browser on its way to the host that reads cards."""

    back: str  # the origin of ours by which it came
    next: str  # local path


class Arriving(msgspec.Struct, frozen=True):
    """A card that has been read, on its way back."""

    identity: Identity
    next: str
    state: str
    certificate: str  # PEM, for the register


def doors(settings: Settings) -> tuple[Door, ...]:
    if not settings.cns_url:
        return ()
    return (Door("cns", "Carta nazionale dei servizi", ENTER, (), settings.cns_url),)


@get(ENTER, name="cns")
async def enter(request: Asked, services: MyServices) -> Redirect:
    """Leaves for the host that reads cards; `next` says where to come back to."""
    _reader(services)
    state = secrets.token_urlsafe(32)
    leaving = Leaving(request.origin, local(request.query_params.get("next", "")))
    leaving_cookie = cookie(services.settings, "accesso", await keep_pending(state, leaving), PENDING_MINUTES * 60)
    return see_other(f"{services.settings.cns_url}{CARD}?stato={state}", cookies=[leaving_cookie])


@get(CARD, name="cns_card")
async def card(request: Asked, services: MyServices) -> Redirect:
    """On the listener that only the proxy reaches: reads the card and sends the browser back with a code."""
    reader = _reader(services)
    if not request.visit.for_cards:
        raise AccessRefused("non_dal_proxy", "non dalla porta delle carte")
    certificate, state = reader.certificate(request.scope["headers"]), request.query_params.get("stato", "")
    pem = certificate.public_bytes(Encoding.PEM).decode()
    try:
        identity = reader.identity(certificate)
        pending = await take_anywhere(state, Leaving)
        if pending is None:
            raise AccessRefused("accesso_scaduto", "nessun accesso in corso con questo stato")
    except AccessRefused as e:
        await register(request, Exchange("cns", issuer_of(certificate), state, e.reason, "", {"certificate": pem}))
        raise
    leaving, browser = pending
    code = secrets.token_urlsafe(32)
    await hand_over(code, Arriving(identity, leaving.next, state, pem), browser)
    return see_other(f"{leaving.back}{RETURN}?codice={code}")


@get(RETURN, name="cns_return")
async def arrive(request: Asked, services: MyServices) -> Redirect:
    """The code, once, within a minute, in the browser that left."""
    _reader(services)
    browser = request.cookies.get(cookie_name(services.settings, "accesso"), "")
    arriving = await take_pending(request.query_params.get("codice", ""), browser, Arriving, HAND_OVER_MINUTES)
    if arriving is None:
        raise AccessRefused("accesso_scaduto", "nessuna carta letta per questo browser")
    who, parts = arriving.identity, {"certificate": arriving.certificate}
    await register(request, Exchange("cns", who.issuer, arriving.state, ENTERED, who.codice_fiscale, parts))
    return await welcome(request, services, SignedIn(who), arriving.next)


def _reader(services: Services) -> CardReader:
    """Where cards are not read, these addresses do not exist."""
    if services.cns is None:
        raise NotFound
    return services.cns
