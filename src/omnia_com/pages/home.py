"""What everybody sees first, and what a signed-in person sees first."""

from uuid import UUID, uuid4

from litestar import get, post
from litestar.response import Redirect

from omnia_com.communications import drafts
from omnia_com.communications.drafts import Draft, TooLong
from omnia_com.communications.sent import PER_PAGE, Sent, sent_ones
from omnia_com.form.answers import read
from omnia_com.form.field_groups import GROUPS
from omnia_com.people.sessions import Session

from . import conflicts
from .draft import refuse_long
from .http.answer import Page, chooses_language, html, see_other
from .http.asked import Asked, MaybeSession, MyServices, MySession, Services
from .http.forms import MyForm, UnreadableRequest, page_number
from .sign_in.doors import offered


@get("/", name="start")
async def start(request: Asked, maybe_session: MaybeSession, services: MyServices) -> Page:
    return html(request, "inizio.html", session=maybe_session, **offered(services.doors(), ""))


@get("/comunicazioni", name="home")
async def home(request: Asked, session: MySession, services: MyServices) -> Page:
    number = page_number(request.query_params.get("pagina", ""))
    begun, sent = await drafts.of_person(session.owner, number), await sent_ones(session.owner, number)
    return page(request, session, services, begun, sent, number)


def page(
    request: Asked,
    session: Session,
    services: Services,
    begun: list[Draft],
    sent: list[Sent],
    number: int = 1,
) -> Page:
    today, most = services.clock.today(), PER_PAGE
    return html(
        request,
        "comunicazioni.html",
        session=session,
        drafts=[(draft, read(draft.typed, today)) for draft in begun[:most]],
        sent=sent[:most],
        groups=GROUPS,
        new_id=uuid4(),
        page=number,
        more=max(len(begun), len(sent)) > most,
    )


@post("/bozze", name="start_draft", status_code=303)
async def start_draft(request: Asked, session: MySession, services: MyServices, form: MyForm) -> Page | Redirect:
    """The page chose the id, so that a second click leads to the same draft."""
    try:
        id = UUID(form.get("id", ""))
    except ValueError:
        raise UnreadableRequest("id") from None
    if chooses_language(request, form):
        return conflicts.gone(request, session, form)
    try:
        id = await drafts.start(session.owner, id, services.settings.limite_bozze, drafts.fields_of(form))
    except TooLong as e:
        return await refuse_long(request, session, services, e.draft)
    return see_other(f"/bozze/{id}")
