"""What every way in has in common: the page that offers them, the session at their end, and signing out."""

import structlog
from litestar import get, post
from litestar.response import Redirect

from omnia_com import metrics
from omnia_com.identity import SignedIn, local
from omnia_com.people import access_log
from omnia_com.people.declarants import remember
from omnia_com.people.sessions import Session, close_all, close_session, open_session

from ..http.answer import Page, html, see_other
from ..http.asked import Asked, MaybeSession, MyServices, MySession, Services
from ..http.cookies import cookie, cookie_name
from ..http.forms import MyForm
from . import resume
from .doors import offered
from .oidc_exit import leave_provider

log = structlog.get_logger()


@get("/entra", name="enter")
async def enter(request: Asked, maybe_session: MaybeSession, services: MyServices) -> Page | Redirect:
    """Where a page that needs a person sends whoever is not signed in; `next` leads back to it, `tenuto` says whether
    what they had posted was kept."""
    back, kept = local(request.query_params.get("next", ""), otherwise=""), request.query_params.get("tenuto", "")
    if maybe_session:
        return see_other("/comunicazioni")
    return html(request, "entra.html", kept=kept, **offered(services.doors(), back))


async def welcome(request: Asked, services: Services, signed_in: SignedIn, back: str) -> Redirect:
    """Where every connector ends: a new session for a verified identity, and *back*, a path of ours."""
    settings = services.settings
    await remember(signed_in.identity, services.clock.today())
    if before := request.cookies.get(cookie_name(settings, "sid")):
        await close_session(before)
    token = await open_session(signed_in)
    await access_log.note(signed_in.identity.codice_fiscale, "entrata")
    metrics.sign_ins.labels(signed_in.identity.scheme, "entrato").inc()
    log.info("accesso", numero=request.visit.number, mezzo=signed_in.identity.scheme, livello=signed_in.identity.level)
    back, cookies = await resume.put_back(request, services, signed_in.identity.codice_fiscale, back)
    cookies += [cookie(settings, "sid", token), cookie(settings, "accesso", "", max_age=0)]
    return see_other(back, cookies=cookies)


@post("/esci", name="sign_out", status_code=303)
async def sign_out(request: Asked, session: MySession, services: MyServices, form: MyForm) -> Redirect:
    """Ends the session, or with `ovunque` all of the person's, here and at the provider, which sends the browser back
    to the first page."""
    await close_session(session.token)
    others = await close_all(session.owner) if "ovunque" in form else []
    leave = await leave_provider(services, session, others, request.origin) or _leave_cie(services, session)
    out = see_other(leave or "/", cookies=[cookie(services.settings, "sid", "", max_age=0)])
    out.headers["Clear-Site-Data"] = '"cache", "storage"'
    return out


def _leave_cie(services: Services, session: Session) -> str:
    return services.saml.way_out(session.issuer) if services.saml else ""
