"""A form that came too late: its draft was saved elsewhere, sent or deleted meanwhile. Nothing typed is lost."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID, uuid4

from omnia_com.communications import drafts
from omnia_com.communications.drafts import AlreadySent, Draft
from omnia_com.communications.sent import NotFound, Sent
from omnia_com.form.field_groups import GROUPS, TIPOLOGIA
from omnia_com.form.fields import Choice, Field
from omnia_com.form.problems import Unreadable
from omnia_com.languages import gettext
from omnia_com.people.sessions import Session

from .http.answer import Page, html
from .http.asked import Asked
from .http.forms import Form


def refuse_stale(request: Asked, session: Session, now: Draft, form: Form) -> Page:
    """409, in words for a fragment; for a page with both versions."""
    if request.is_fragment:
        return html(
            request,
            "_conflitto.html",
            status=409,
            session=session,
            draft=now,
        )
    shown = form.get("gruppo_mostrato", "")
    return side_by_side(request, session, now, drafts.merged(now, form, shown), shown)


async def both_versions(request: Asked, session: Session, id: UUID, form: Form) -> Page:
    """A form that came too late, beside what became of its draft meanwhile."""
    shown = form.get("gruppo_mostrato", "")
    try:
        now = await drafts.find_draft(session.owner, id)
    except AlreadySent as e:
        return sent_meanwhile(request, session, e.sent, form)
    return side_by_side(request, session, now, drafts.merged(now, form, shown), shown)


def side_by_side(request: Asked, session: Session, now: Draft, mine: Mapping[str, str], shown: str) -> Page:
    """Both versions, side by side, and a form that sends what this page typed on top of what stands."""
    rows = [(label, a, b) for label, a, b in _both(now.typed, mine) if a != b]
    return html(request, "conflitto.html", status=409, session=session, draft=now, mine=mine, rows=rows, shown=shown)


def gone(request: Asked, session: Session, form: Form) -> Page:
    """404 for a draft that is not there, any more perhaps; what was typed is, and can become another. Raises `NotFound`
    when nothing was."""
    if request.is_fragment:
        return html(request, "_sparita.html", status=404, session=session)
    if not (rows := _typed_rows(form)):
        raise NotFound
    return html(
        request,
        "bozza_sparita.html",
        status=404,
        session=session,
        rows=rows,
        typed=drafts.fields_of(form),
        new_id=uuid4(),
    )


def sent_meanwhile(request: Asked, session: Session, sent: Sent, form: Form) -> Page:
    if request.is_fragment:
        return html(request, "_gia_inviata.html", status=409, session=session, sent=sent)
    return html(request, "gia_inviata.html", status=409, session=session, sent=sent, rows=_typed_rows(form))


def _both(stored: Mapping[str, str], posted: Mapping[str, str]) -> list[tuple[str, str, str]]:
    fields = {f.name: f for f in (TIPOLOGIA, *(f for g in GROUPS.values() for f in g.fields))}
    return [
        (gettext(f.label), _told(f, stored.get(name, "")), _told(f, posted.get(name, ""))) for name, f in fields.items()
    ]


def _told(field: Field, typed: str) -> str:
    """What was typed; of a choice its words, not its code."""
    with suppress(Unreadable):
        return gettext(field.kind.show(field.kind.read(typed))) if isinstance(field.kind, Choice) and typed else typed
    return typed


def _typed_rows(form: Form) -> list[tuple[str, str]]:
    return [(label, typed) for label, _, typed in _both({}, form) if typed]
