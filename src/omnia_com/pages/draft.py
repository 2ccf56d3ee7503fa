"""A draft: fill in, save, choose the tipologia, export, delete."""

import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from litestar import Request, get, post
from litestar.response import Redirect

from omnia_com.communications import drafts
from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments.kept import Attached, Attachment
from omnia_com.communications.drafts import AlreadySent, Draft, Hand, Stale
from omnia_com.communications.sent import NotFound, Sent
from omnia_com.documents import receipts
from omnia_com.documents.sheet import Sheet
from omnia_com.documents.sheets import draft_sheet
from omnia_com.form.answers import Answers, read
from omnia_com.form.field_groups import GROUPS, TIPOLOGIA
from omnia_com.form.fields import Choice, Field
from omnia_com.form.problems import Problem, Unreadable
from omnia_com.languages import gettext
from omnia_com.people.sessions import Session

from .controls import controls, draw, lists, mistakes
from .http.answer import (
    STATUS_LINE,
    Id,
    MyForm,
    MyServices,
    MySession,
    Page,
    Services,
    html,
    is_fragment,
    just_done,
    pdf,
    see_other,
    speaks,
    to_print,
)
from .http.forms import Form, number

Asked = Request[Any, Any, Any]
_HAND = re.compile(r"([\w-]{1,24})\.(\d{1,6})", re.ASCII)


@get("/bozze/{id:uuid}", name="draft")
async def show(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    """The page that follows "Salva" too: it marks what cannot be right, not what is still missing."""
    draft = await drafts.find_draft(session.owner, id)
    answers = read(draft.typed, services.clock.today())
    attached = await attachments.of_draft(id)
    return page(request, session, draft, answers, [p for p in answers.problems if not p.missing], attached)


@post("/bozze/{id:uuid}", name="save_draft", status_code=303)
async def save(request: Asked, session: MySession, services: MyServices, id: Id, form: MyForm) -> Page | Redirect:
    chose_language = speaks(request, form)
    if chose_language and "pagina" not in form:  # the page of a conflict: nothing is decided yet
        return await both_versions(request, session, id, form)
    try:
        draft = await store(session.owner, id, form)
    except NotFound:
        return gone(request, session, form)
    except Stale as stale:
        return refuse_stale(request, session, stale.draft, form)
    except AlreadySent as e:
        return sent_meanwhile(request, session, e.sent, form)
    if chose_language:
        return see_other(f"/lingua/{form['lingua']}?torna=/bozze/{id}")
    if is_fragment(request):
        return _part(request, session, services, draft, form.get("azione", ""))
    return await _press(request, session, services, draft, form)


async def _press(request: Asked, session: Session, services: Services, draft: Draft, form: Form) -> Page | Redirect:
    """What the pressed button asks for, now that the draft is saved; none is "Continua"."""
    here, action = f"/bozze/{draft.id}", form.get("azione", "continua")
    if action == "nuova":
        await drafts.make_new(session.owner, draft.id)
        return see_other(here)
    if "togli" in form:
        await attachments.detach(session.owner, draft.id, number(form["togli"]) or 0)
        return see_other(f"{here}#allegati")
    if action == "salva":
        return just_done(request, "salvata", here)
    if form.get("gruppo_mostrato", "") != draft.typed.get(TIPOLOGIA.name, ""):
        return see_other(here)
    if leads_to := _LEADS_TO.get(action):
        return see_other(leads_to.format(here))
    if action == "esporta":
        return await _export(session, services, draft)
    answers = read(draft.typed, services.clock.today())
    not_loaded = (Problem("allegati", "non_caricato"),) if form.get("allegato") else ()  # a browser sends its name
    if problems := answers.problems + not_loaded:
        attached = await attachments.of_draft(draft.id)
        return page(request, session, draft, answers, problems, attached, status=422)
    return see_other(f"{here}/riepilogo")


_LEADS_TO = {
    "aggiorna": "{}",
    "autosalva": "{}",
    "contatti": "/contatti?torna={}",
    "elimina": "{}/elimina",
    "comune": "{}/comune",
    "allegati": "{}/allegati",
}


@get("/bozze/{id:uuid}/pdf", name="draft_pdf")
async def export(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    """The PDF that "Esporta in PDF" asked for, or a page that says how to get it."""
    draft = await drafts.find_draft(session.owner, id)
    sheet = _sheet(session, services, draft, await attachments.of_draft(id))
    found = await services.ready.document(session.owner, receipts.export_id(draft.id, sheet))
    if found and found.pdf:
        return pdf(found.pdf, "bozza-comunicazione-di-rioccupazione.pdf")
    return html(request, "esportazione.html", session=session, draft=draft, state=found.state if found else "")


@get("/bozze/{id:uuid}/pdf/stampa", name="draft_page")
async def printable(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    draft = await drafts.find_draft(session.owner, id)
    return sheet_page(request, session, services, draft, await attachments.of_draft(id))


@get("/bozze/{id:uuid}/elimina", name="confirm_deletion")
async def confirm_deletion(request: Asked, session: MySession, id: Id) -> Page:
    draft = await drafts.find_draft(session.owner, id)
    return html(request, "elimina.html", session=session, draft=draft)


@post("/bozze/{id:uuid}/elimina", name="delete_draft", status_code=303)
async def delete(request: Asked, session: MySession, id: Id, form: MyForm) -> Redirect:  # noqa: ARG001 – the form carries the CSRF token
    await drafts.delete_draft(session.owner, id)
    return just_done(request, "eliminata", "/comunicazioni")


async def store(owner: str, id: UUID, form: Form) -> Draft:
    """Saves what the form page sent. Raises `NotFound`, `Stale`, `AlreadySent`."""
    draft = await drafts.find_draft(owner, id)
    typed = drafts.merged(draft, form, form.get("gruppo_mostrato", ""))
    return await drafts.save(owner, id, typed, number(form.get("versione", "")), _hand(form))


def _hand(form: Form) -> Hand:
    """Which page sends, and after how many sendings: its mark, a dot, a number."""
    found = _HAND.fullmatch(form.get("pagina", ""))
    return Hand(found[1], int(found[2])) if found else Hand()


def _part(request: Asked, session: Session, services: Services, draft: Draft, action: str) -> Page:
    """What the script of the form page asked for: that the draft is saved, or the fields of the chosen tipologia."""
    if action == "autosalva":
        end = {"Fine-Sessione": str(int(session.ends.timestamp()))}
        return html(request, "_salvato.html", media_type="text/plain", session=session, headers=end, draft=draft)
    group = controls(read(draft.typed, services.clock.today()), draft.typed, (), part=True)
    return html(request, "_gruppo.html", session=session, draft=draft, group=group)


async def _export(session: Session, services: Services, draft: Draft) -> Redirect:
    sheet = _sheet(session, services, draft, await attachments.of_draft(draft.id))
    document = await receipts.ask_export(session.owner, draft.id, sheet)
    await receipts.retry_failed(session.owner, document)
    await services.queue.hint(str(document))
    return see_other(f"/bozze/{draft.id}/pdf")


def sheet_page(
    request: Asked, session: Session, services: Services, draft: Draft, attached: Sequence[Attached]
) -> Page:
    sheet = _sheet(session, services, draft, attached)
    return to_print(request, session, sheet, f"/bozze/{draft.id}", "Torna alla bozza")


def _sheet(session: Session, services: Services, draft: Draft, attached: Sequence[Attached]) -> Sheet:
    answers = read(draft.typed, services.clock.today())
    return draft_sheet(session.person, answers, draft, attached, services.settings.letterhead)


def page(
    request: Asked,
    session: Session,
    draft: Draft,
    answers: Answers,
    problems: tuple[Problem, ...] | list[Problem],
    attached: Sequence[Attachment] = (),
    status: int = 200,
    template: str = "bozza.html",
    **context: Any,
) -> Page:
    errors = mistakes(answers.group, problems)
    wrong = {e.field: e.text for e in errors}
    return html(
        request,
        template,
        status=status,
        session=session,
        draft=draft,
        tipologia=draw(TIPOLOGIA, draft.typed.get(TIPOLOGIA.name, ""), wrong.get(TIPOLOGIA.name, "")),
        group=controls(answers, draft.typed, problems),
        attachments=attached,
        lists=lists(answers.group),
        errors=errors,
        form=True,
        mark=secrets.token_urlsafe(8),
        **context,
    )


def refuse_stale(request: Asked, session: Session, now: Draft, form: Form) -> Page:
    """409, in words for a fragment; for a page with both versions."""
    if is_fragment(request):
        return html(
            request,
            "_conflitto.html",
            status=409,
            session=session,
            headers=STATUS_LINE,
            draft=now,
        )
    shown = form.get("gruppo_mostrato", "")
    return conflict(request, session, now, drafts.merged(now, form, shown), shown)


async def both_versions(request: Asked, session: Session, id: UUID, form: Form) -> Page:
    """A form that came too late, beside what became of its draft meanwhile."""
    shown = form.get("gruppo_mostrato", "")
    try:
        now = await drafts.find_draft(session.owner, id)
    except AlreadySent as e:
        return sent_meanwhile(request, session, e.sent, form)
    return conflict(request, session, now, drafts.merged(now, form, shown), shown)


def conflict(request: Asked, session: Session, now: Draft, mine: Mapping[str, str], shown: str) -> Page:
    """Both versions, side by side, and a form that sends what this page typed on top of what stands."""
    rows = [(label, a, b) for label, a, b in _both(now.typed, mine) if a != b]
    return html(request, "conflitto.html", status=409, session=session, draft=now, mine=mine, rows=rows, shown=shown)


def gone(request: Asked, session: Session, form: Form) -> Page:
    """404 for a draft that is not there, any more perhaps; what was typed is, and can become another. Raises `NotFound`
    when nothing was."""
    if is_fragment(request):
        return html(request, "_sparita.html", status=404, session=session, headers=STATUS_LINE)
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
    if is_fragment(request):
        return html(request, "_gia_inviata.html", status=409, session=session, headers=STATUS_LINE, sent=sent)
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
