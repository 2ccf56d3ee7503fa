"""Rettifica and Annullamento of what was sent."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from litestar import get, post
from litestar.response import Redirect

from omnia_com.communications import amendments
from omnia_com.communications.amendments import MOTIVI
from omnia_com.communications.attachments.kept import Attached
from omnia_com.communications.drafts import Draft
from omnia_com.communications.sent import Sent, find_sent
from omnia_com.form.answers import Answers, read
from omnia_com.form.rows import Change, Row, changes
from omnia_com.italy.clock import rome
from omnia_com.people.declarants import Person
from omnia_com.people.sessions import Session

from .controls import Mistake
from .http.answer import Page, chooses_language, html, see_other
from .http.asked import CHECKED, Asked, Id, MyServices, MySession
from .http.forms import MyForm, UnreadableRequest

NO_REASON = Mistake("motivo", "obbligatorio", "Scegli perché vuoi annullare la comunicazione.", "#motivo-non_iniziato")


@post("/comunicazioni/{id:uuid}/rettifica", name="amend", status_code=303)
async def amend(session: MySession, id: Id, form: MyForm) -> Redirect:  # noqa: ARG001 – the form carries the CSRF token
    """A draft with the same answers, to be corrected; pressed twice, the same draft."""
    return see_other(f"/bozze/{await amendments.amend(session.owner, id, uuid4())}")


@get("/comunicazioni/{id:uuid}/annulla", name="confirm_annulment")
async def confirm(request: Asked, session: MySession, id: Id) -> Page | Redirect:
    sent = await find_sent(session.owner, id)
    if not sent.open_to_change:
        return see_other(f"/comunicazioni/{id}")
    return page(request, session, sent, uuid4(), errors=(NO_REASON,) if request.shows_errors else ())


@post("/comunicazioni/{id:uuid}/annulla", name="annul", status_code=303)
async def annul(request: Asked, session: MySession, services: MyServices, id: Id, form: MyForm) -> Page | Redirect:
    """The page chose the id of the annulment, so that a second click leads to the same one."""
    sent, own_id = await find_sent(session.owner, id), _uuid(form.get("id", ""))
    motivo = form.get("motivo", "")
    if chooses_language(request, form):
        return page(request, session, sent, own_id, chosen=motivo)
    if motivo not in MOTIVI:
        return see_other(f"/comunicazioni/{id}/annulla?{CHECKED}")
    settings = services.settings
    limit, head = settings.limite_invii, settings.letterhead
    done = await amendments.annul(session.person, id, own_id, motivo, services.clock, limit, head)
    await services.queue.hint(str(done.id))
    return see_other(f"/comunicazioni/{done.id}")


def page(
    request: Asked,
    session: Session,
    sent: Sent,
    own_id: UUID,
    *,
    chosen: str = "",
    errors: tuple[Mistake, ...] = (),
) -> Page:
    return html(
        request,
        "annulla.html",
        session=session,
        sent=sent,
        reasons=MOTIVI,
        chosen=chosen,
        own_id=own_id,
        errors=errors,
    )


async def changed_by(
    session: Session, draft: Draft, answers: Answers, attached: Sequence[Attached]
) -> tuple[Change, ...] | None:
    """What the amendment *draft* says otherwise than what it amends; None for a draft that amends nothing."""
    if draft.amends is None:
        return None
    before = await find_sent(session.owner, draft.amends)
    return changed(before, session.person, answers, attached)


def changed(before: Sent, person: Person, answers: Answers, attached: Sequence[Attached]) -> tuple[Change, ...]:
    """Both are read by the form of today: a label that was reworded meanwhile is no change."""
    then = read(before.risposte, rome(before.inviata_il).date())
    old = (*before.persona.rows(), *then.rows(), _files(before.allegati))
    return changes(old, (*person.rows(), *answers.rows(), _files(attached)))


def _files(attached: Sequence[Attached]) -> Row:
    named = "\n".join(f"{one.nome} ({one.size})" for one in attached)
    return Row("Allegati", named or "Nessun allegato", fixed=not named)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UnreadableRequest("id") from None
