"""Signing in through OpenID Connect: to the provider, and back."""

from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response

from omnia_com.identity import AccessRefused, Scheme, SignedIn
from omnia_com.identity.exchanges import ENTERED, Exchange
from omnia_com.identity.oidc.agreements import RETURN
from omnia_com.identity.oidc.federation.statements import TYPE
from omnia_com.identity.oidc.federation.trust import WELL_KNOWN
from omnia_com.identity.oidc.relying_parties import ENTER
from omnia_com.identity.oidc.relying_party import Parts, PendingSignIn, RelyingParty
from omnia_com.people.sessions import PENDING_MINUTES, keep_pending, take_pending

from ..http.answer import see_other
from ..http.asked import Asked, MyServices
from ..http.cookies import cookie, cookie_name
from .access import welcome
from .register import register

SCHEMES: dict[str, Scheme] = {"spid": "spid", "cie": "cie", "cns": "cns"}


@get(ENTER, name="sign_in")
async def sign_in(request: Asked, services: MyServices) -> Redirect:
    """Leaves for the provider `da`, by default the first. `con` says which button was pressed, `next` where to come
    back to."""
    asked = request.query_params
    party = services.oidc.named(asked.get("da", ""))
    scheme = SCHEMES.get(asked.get("con", "spid"), "spid")
    url, pending = await party.start(request.origin, scheme=scheme, next=asked.get("next", ""))
    browser = await keep_pending(pending.state, pending)
    return see_other(url, cookies=[cookie(services.settings, "accesso", browser, PENDING_MINUTES * 60)])


@get([RETURN, RETURN + "/{provider:str}"], name="sign_in_answer")
async def answer(request: Asked, services: MyServices) -> Redirect:
    """The provider's answer: only for the browser that left, only once, and only where this provider answers."""
    browser = request.cookies.get(cookie_name(services.settings, "accesso"), "")
    pending = await take_pending(request.query_params.get("state", ""), browser, PendingSignIn)
    if pending is None:
        raise AccessRefused("accesso_scaduto", "nessun accesso in corso per questo browser")
    party = services.oidc.named(pending.party)
    if request.url.path != party.agreement.return_path:
        raise AccessRefused("risposta_non_valida", "risposta all’indirizzo di un altro fornitore")
    signed_in = await _registered(request, party, pending)
    return await welcome(request, services, signed_in, pending.next)


async def _registered(request: Asked, party: RelyingParty, pending: PendingSignIn) -> SignedIn:
    """Who signed in; whatever came of it, what was exchanged is in the register before anybody is let in."""
    parts: Parts = {"request": pending.request}
    about = ("oidc", party.agreement.issuer, pending.state)
    try:
        signed_in = await party.finish(pending, dict(request.query_params), parts)
    except AccessRefused as e:
        await register(request, Exchange(*about, e.reason, "", parts))  # type: ignore[arg-type]
        raise
    await register(request, Exchange(*about, ENTERED, signed_in.identity.codice_fiscale, parts))  # type: ignore[arg-type]
    return signed_in


@get("/accesso/oidc/jwks", name="jwks")
async def jwks(services: MyServices) -> Response[dict[str, Any]]:
    """Our public keys, for the providers to check our signatures."""
    return Response(services.oidc.jwks(), headers={"Cache-Control": "public, max-age=300"})


@get(WELL_KNOWN, name="federation")
async def federation(services: MyServices) -> Response[str]:
    """What we say of ourselves to the federation, signed."""
    statement = services.oidc.entity_configuration()
    if statement is None:
        raise NotFoundException
    return Response(statement, media_type=f"application/{TYPE}", headers={"Cache-Control": "public, max-age=300"})
