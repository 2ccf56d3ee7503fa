"""What it means for the benefit: after sending, and before."""

from litestar import get

from omnia_com.communications import drafts
from omnia_com.communications.sent import Sent, find_sent
from omnia_com.form.answers import read
from omnia_com.form.consequences import CERTAINTY, Rule, consequences
from omnia_com.italy.clock import rome
from omnia_com.people.sessions import Session

from .http.answer import Page, html
from .http.asked import Asked, Id, MyServices, MySession


@get("/comunicazioni/{id:uuid}/conseguenze", name="consequences")
async def after(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    sent = await find_sent(session.owner, id)
    day = rome(sent.inviata_il).date()
    rules = consequences(read(sent.risposte, day).values, viewed=services.clock.today(), sent=day)
    return page(request, session, rules, f"/comunicazioni/{id}", sent=sent)


@get("/bozze/{id:uuid}/conseguenze", name="draft_consequences")
async def before(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    """With a draft that is not complete yet it says what must be completed first."""
    draft = await drafts.find_draft(session.owner, id)
    today = services.clock.today()
    answers = read(draft.typed, today)
    rules = () if answers.problems else consequences(answers.values, viewed=today, sent=today)
    return page(request, session, rules, f"/bozze/{id}/riepilogo", wrong=bool(answers.problems))


def page(
    request: Asked,
    session: Session,
    rules: tuple[Rule, ...],
    back: str,
    *,
    sent: Sent | None = None,
    wrong: bool = False,
) -> Page:
    """The *rules* that apply, of what was *sent* with the letter for the employer; *wrong* says that the draft must be
    completed first."""
    return html(
        request,
        "conseguenze.html",
        session=session,
        rules=rules,
        certainty=CERTAINTY,
        sent=sent,
        wrong=wrong,
        back=back,
    )
