"""What it means for the benefit: after sending, and before."""

from typing import Any

from litestar import Request, get

from .. import communications, declarations
from ..answers import read
from ..clock import rome
from ..consequences import CERTAINTY, consequences
from .web import Id, MyServices, MySession, Page, html

Asked = Request[Any, Any, Any]


@get("/comunicazioni/{id:uuid}/conseguenze", name="consequences")
async def after(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    sent = await communications.find_sent(session.owner, id)
    day = rome(sent.inviata_il).date()
    rules = consequences(read(sent.risposte, day).values, viewed=services.clock.today(), sent=day)
    back = f"/comunicazioni/{id}"
    return html(request, "conseguenze.html", session=session, rules=rules, certainty=CERTAINTY, wrong=False, back=back)


@get("/bozze/{id:uuid}/conseguenze", name="draft_consequences")
async def before(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    """With a draft that is not complete yet it says what must be completed first."""
    draft = await declarations.find_draft(session.owner, id)
    today = services.clock.today()
    answers = read(draft.typed, today)
    rules = () if answers.problems else consequences(answers.values, viewed=today, sent=today)
    back, wrong = f"/bozze/{id}/riepilogo", bool(answers.problems)
    return html(request, "conseguenze.html", session=session, rules=rules, certainty=CERTAINTY, wrong=wrong, back=back)
