"""What it means for the benefit: after sending, and before."""

from datetime import date
from typing import Any

from litestar import get

from omnia_com.communications import drafts
from omnia_com.communications.sent import Sent, find_sent
from omnia_com.form.answers import read
from omnia_com.form.consequences import (
    CERTAINTY,
    IN_TIME,
    OUTCOMES,
    Rule,
    consequences,
    outcome,
)
from omnia_com.italy.clock import rome
from omnia_com.people.sessions import Session

from .http.answer import Page, html
from .http.asked import Asked, Id, MyServices, MySession

OF_THE_BENEFIT = "Che cosa succede alla cassa integrazione"
TO_DO = "Che cosa devi sapere e fare"
LATE = IN_TIME[0].code


@get("/comunicazioni/{id:uuid}/conseguenze", name="consequences")
async def after(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    sent = await find_sent(session.owner, id)
    return page(request, session, of_sent(sent, services.clock.today()), f"/comunicazioni/{id}", sent=sent)


def of_sent(sent: Sent, today: date) -> tuple[Rule, ...]:
    """What *sent* means, looked at *today*; its lateness is that of its sending."""
    day = rome(sent.inviata_il).date()
    return consequences(read(sent.risposte, day).values, viewed=today, sent=day)


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
    return html(request, "conseguenze.html", session=session, wrong=wrong, back=back, **told(rules, sent))


def told(rules: tuple[Rule, ...], sent: Sent | None = None) -> dict[str, Any]:
    """For `_conseguenze.html`: what *rules* come to, and the statements in their two groups."""
    first = [rule for rule in rules if rule.outcome]
    rest = [rule for rule in rules if not rule.outcome]
    return {
        "rules": rules,
        "groups": ((OF_THE_BENEFIT, first), (TO_DO, rest)),
        "outcome": outcome(rules),
        "outcomes": OUTCOMES,
        "late": any(rule.code == LATE for rule in rules),
        "certainty": CERTAINTY,
        "sent": sent,
    }
