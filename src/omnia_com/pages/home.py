"""What everybody sees first, and what a signed-in person sees first."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Request, get, post
from litestar.response import Redirect

from omnia_com.communications import drafts as declarations
from omnia_com.communications.drafts import Draft
from omnia_com.communications.sent import PER_PAGE, Sent, sent_ones
from omnia_com.form.answers import read
from omnia_com.form.field_groups import GROUPS
from omnia_com.people.sessions import Session

from . import draft
from .http.answer import MaybeSession, MyForm, MyServices, MySession, Page, Services, html, see_other, speaks
from .http.forms import Unreadable
from .sign_in.doors import offered

Asked = Request[Any, Any, Any]


@get("/", name="start")
async def start(request: Request[Any, Any, Any], maybe_session: MaybeSession, services: MyServices) -> Page:
    return html(request, "inizio.html", session=maybe_session, **offered(services.doors(), ""))


@get("/comunicazioni", name="home")
async def home(request: Request[Any, Any, Any], session: MySession, services: MyServices) -> Page:
    number = page_number(request.query_params.get("pagina", ""))
    drafts = await declarations.drafts(session.owner, number)
    sent = await sent_ones(session.owner, number)
    return page(request, session, services, drafts, sent, number)


def page(
    request: Request[Any, Any, Any],
    session: Session,
    services: Services,
    drafts: list[Draft],
    sent: list[Sent],
    number: int = 1,
) -> Page:
    today, most = services.clock.today(), PER_PAGE
    return html(
        request,
        "comunicazioni.html",
        session=session,
        drafts=[(draft, read(draft.typed, today)) for draft in drafts[:most]],
        sent=sent[:most],
        groups=GROUPS,
        new_id=uuid4(),
        page=number,
        more=max(len(drafts), len(sent)) > most,
    )


def page_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else 1


@post("/bozze", name="start_draft", status_code=303)
async def start_draft(request: Asked, session: MySession, services: MyServices, form: MyForm) -> Page | Redirect:
    """The page chose the id, so that a second click leads to the same draft."""
    try:
        id = UUID(form.get("id", ""))
    except ValueError:
        raise Unreadable("id") from None
    if speaks(request, form):
        return draft.gone(request, session, form)
    id = await declarations.start(session.owner, id, services.settings.limite_bozze, declarations.fields_of(form))
    return see_other(f"/bozze/{id}")
