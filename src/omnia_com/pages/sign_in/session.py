"""How long one stays signed in, how to stay longer, and where else one is signed in."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from omnia_com.italy.clock import rome
from omnia_com.people.sessions import OpenSession, Session, open_sessions

from ..http.answer import Page, html, see_other
from ..http.asked import Asked, MyServices, MySession, Services
from ..http.csp import NO_PAGE
from ..http.forms import MyForm
from .doors import NAMES


@get("/sessione", name="session")
async def show(request: Asked, session: MySession, services: MyServices) -> Page:
    return page(request, services, session, await open_sessions(session, services.settings))


@post("/sessione", name="stay_signed_in", status_code=303)
async def stay(request: Asked, session: MySession, form: MyForm) -> Response[Any] | Redirect:  # noqa: ARG001 – CSRF
    """Any request keeps a session; this one does nothing else. A script (`HX-Request: true`) is told the new end as
    JSON: `fine`, in how many seconds, and `ora`, on an Italian clock; 401 when the session is gone."""
    if not request.is_fragment:
        return see_other("/sessione")
    told = {"fine": session.seconds_left, "ora": f"{rome(session.ends):%H:%M}"}
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": NO_PAGE}
    return Response(told, status_code=200, headers=headers)


def page(request: Asked, services: Services, session: Session, open: list[OpenSession]) -> Page:
    idle = services.settings.sessione_inattiva
    return html(request, "sessione.html", session=session, open=open, names=NAMES, idle=idle)
