"""Signing in through OpenID Connect, and signing out."""

import asyncio
from typing import Any

import structlog
from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Response

from .. import access_log
from ..declarants import remember
from ..identity import AccessRefused, Scheme, SignedIn
from ..identity.oidc import PendingSignIn, RelyingParty
from ..identity.sessions import (
    PENDING_MINUTES,
    Session,
    close_all,
    close_session,
    keep_pending,
    open_session,
    take_pending,
)
from ..settings import Settings
from .doors import offered
from .web import MaybeSession, MyForm, MyServices, MySession, Page, Services, html, origin, see_other

Asked = Request[Any, Any, Any]
log = structlog.get_logger()
RETURN = "/accesso/oidc/ritorno"
SCHEMES: dict[str, Scheme] = {"spid": "spid", "cie": "cie", "cns": "cns"}


def cookie_name(settings: Settings, name: str) -> str:
    """`__Host-` binds a cookie to this very host; browsers refuse the prefix on plain http."""
    return f"__Host-{name}" if settings.secure else name


def _cookie(settings: Settings, name: str, value: str, max_age: int | None = None) -> Cookie:
    return Cookie(
        key=cookie_name(settings, name),
        value=value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure,
        max_age=max_age,
    )


@get("/entra", name="enter")
async def enter(request: Asked, maybe_session: MaybeSession, services: MyServices) -> Page | Redirect:
    """Where a page that needs a person sends whoever is not signed in; `next` leads back to it."""
    back = request.query_params.get("next", "")
    if maybe_session:
        return see_other("/comunicazioni")
    return html(request, "entra.html", **offered(services.doors(), back))


@get("/accesso/oidc/entra", name="sign_in")
async def sign_in(request: Asked, services: MyServices) -> Redirect:
    """Leaves for the identity provider. `con` says which button was pressed, `next` where to come back to."""
    party = _party(services)
    scheme = SCHEMES.get(request.query_params.get("con", "spid"), "spid")
    url, pending = await party.start(origin(request) + RETURN, scheme=scheme, next=request.query_params.get("next", ""))
    browser = await keep_pending(pending.state, pending)
    return see_other(url, cookies=[_cookie(services.settings, "accesso", browser, PENDING_MINUTES * 60)])


@get(RETURN, name="sign_in_answer")
async def answer(request: Asked, services: MyServices) -> Redirect:
    """The provider's answer: only for the browser that left, and only once."""
    browser = request.cookies.get(cookie_name(services.settings, "accesso"), "")
    pending = await take_pending(request.query_params.get("state", ""), browser, PendingSignIn)
    if pending is None:
        raise AccessRefused("accesso_scaduto", "nessun accesso in corso per questo browser")
    signed_in = await _party(services).finish(pending, dict(request.query_params))
    return await welcome(request, services, signed_in, pending.next)


async def welcome(request: Asked, services: Services, signed_in: SignedIn, back: str) -> Redirect:
    """Where every connector ends: a new session for a verified identity, and *back*, a path of ours."""
    settings = services.settings
    await remember(signed_in.identity, services.clock.today())
    if before := request.cookies.get(cookie_name(settings, "sid")):
        await close_session(before)
    token = await open_session(signed_in)
    await access_log.note(signed_in.identity.codice_fiscale, "entrata")
    log.info("accesso", mezzo=signed_in.identity.scheme, livello=signed_in.identity.level)
    return see_other(back, cookies=[_cookie(settings, "sid", token), _cookie(settings, "accesso", "", max_age=0)])


@get("/accesso/oidc/jwks", name="jwks")
async def jwks(services: MyServices) -> Response[dict[str, Any]]:
    """Our public keys, for the provider to check our signatures."""
    return Response(_party(services).jwks(), headers={"Cache-Control": "public, max-age=300"})


@post("/esci", name="sign_out", status_code=303)
async def sign_out(request: Asked, session: MySession, services: MyServices, form: MyForm) -> Redirect:
    """Ends the session, or with `ovunque` all of the person's, here and at the provider, which sends the browser back
    to the first page."""
    await close_session(session.token)
    tokens = [session.access_token, *(await close_all(session.owner) if "ovunque" in form else ())]
    oidc = services.oidc if session.id_token else None
    leave = await _leave_provider(oidc, session, tokens, origin(request)) if oidc else None
    out = see_other(leave or "/", cookies=[_cookie(services.settings, "sid", "", max_age=0)])
    out.headers["Clear-Site-Data"] = '"cache", "storage"'
    return out


async def _leave_provider(party: RelyingParty, session: Session, tokens: list[str], back_to: str) -> str | None:
    try:
        async with asyncio.timeout(3):
            await asyncio.gather(*(party.revoke(token) for token in tokens))
            return await party.end_session_url(session.id_token, back_to + "/")
    except (AccessRefused, TimeoutError):
        return None


def _party(services: Services) -> RelyingParty:
    if services.oidc is None:
        raise AccessRefused("non_configurato", "manca OMNIA_OIDC_ISSUER")
    return services.oidc
