"""A draft: fill in, save, choose the tipologia, export, delete."""

import re
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Redirect

from omnia_com.communications import drafts
from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments.kept import Attachment
from omnia_com.communications.drafts import AlreadySent, Draft, Stale, TooLong, WritingPage
from omnia_com.communications.sent import NotFound
from omnia_com.form.answers import Answers, read
from omnia_com.form.field_groups import TIPOLOGIA
from omnia_com.form.messages import TOO_LONG
from omnia_com.form.problems import Problem
from omnia_com.italy.clock import rome
from omnia_com.languages import gettext
from omnia_com.people.sessions import Session

from . import conflicts, export
from .controls import Mistake, controls, draw, first_id, lists, mistakes
from .http.answer import Page, chooses_language, html, just_done, line, see_other
from .http.asked import CHECKED, Asked, Id, MyServices, MySession, Services
from .http.forms import Form, MyForm, number
from .http.rendering import render

NOT_LOADED = Problem("allegati", "non_caricato")
_HAND = re.compile(r"([\w-]{1,24})\.(\d{1,6})", re.ASCII)


@get("/bozze/{id:uuid}", name="draft")
async def show(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    """After "Continua" it shows all errors; else it marks what cannot be right, not what is still missing."""
    draft = await drafts.find_draft(session.owner, id)
    answers = read(draft.typed, services.clock.today())
    attached = await attachments.of_draft(id)
    problems = [p for p in answers.problems if request.shows_errors or not p.missing]
    if request.query_params.get(CHECKED) == "file":
        problems.append(NOT_LOADED)
    return page(request, session, draft, answers, problems, attached)


@post("/bozze/{id:uuid}", name="save_draft", status_code=303)
async def save(request: Asked, session: MySession, services: MyServices, id: Id, form: MyForm) -> Page | Redirect:
    chose_language = chooses_language(request, form)
    if chose_language and "pagina" not in form:  # the page of a conflict: nothing is decided yet
        return await conflicts.both_versions(request, session, id, form)
    try:
        draft = await store(session.owner, id, form)
    except NotFound:
        return conflicts.gone(request, session, form)
    except Stale as stale:
        return conflicts.refuse_stale(request, session, stale.draft, form)
    except TooLong as e:
        return await refuse_long(request, session, services, e.draft)
    except AlreadySent as e:
        return conflicts.sent_meanwhile(request, session, e.sent, form)
    if chose_language:
        return see_other(f"/lingua/{form['lingua']}?torna=/bozze/{id}")
    if request.is_fragment:
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
        return await export.ask(session, services, draft)
    if form.get("allegato"):  # a browser sends its name
        return see_other(f"{here}?{CHECKED}=file")
    if read(draft.typed, services.clock.today()).problems:
        return see_other(f"{here}?{CHECKED}")
    return see_other(f"{here}/riepilogo")


_LEADS_TO = {
    "aggiorna": "{}",
    "autosalva": "{}",
    "contatti": "/contatti?torna={}",
    "elimina": "{}/elimina",
    "comune": "{}/comune",
    "allegati": "{}/allegati",
}


@get("/bozze/{id:uuid}/elimina", name="confirm_deletion")
async def confirm_deletion(request: Asked, session: MySession, id: Id) -> Page:
    draft = await drafts.find_draft(session.owner, id)
    return html(request, "elimina.html", session=session, draft=draft)


@post("/bozze/{id:uuid}/elimina", name="delete_draft", status_code=303)
async def delete(request: Asked, session: MySession, id: Id, form: MyForm) -> Redirect:  # noqa: ARG001 – the form carries the CSRF token
    await drafts.delete_draft(session.owner, id)
    return just_done(request, "eliminata", "/comunicazioni")


async def store(owner: str, id: UUID, form: Form) -> Draft:
    """Saves what the form page sent. Raises `NotFound`, `Stale`, `TooLong`, `AlreadySent`."""
    draft = await drafts.find_draft(owner, id)
    typed = drafts.merged(draft, form, form.get("gruppo_mostrato", ""))
    return await drafts.save(owner, id, typed, number(form.get("versione", "")), _writing_page(form))


def _writing_page(form: Form) -> WritingPage:
    """Which page sends, and after how many sendings: its mark, a dot, a number."""
    found = _HAND.fullmatch(form.get("pagina", ""))
    return WritingPage(found[1], int(found[2])) if found else WritingPage()


def _part(request: Asked, session: Session, services: Services, draft: Draft, action: str) -> Page:
    """What the script of the form page asked for: that the draft is saved, or the fields of the chosen tipologia."""
    if action == "autosalva":
        end = {"Fine-Sessione": f"{session.seconds_left}; {rome(session.ends):%H:%M}"}
        return line(render("_salvato.html", draft=draft), end)
    group = controls(read(draft.typed, services.clock.today()), draft.typed, (), part=True)
    return html(request, "_gruppo.html", session=session, draft=draft, group=group)


async def refuse_long(request: Asked, session: Session, services: Services, typed: Draft) -> Page:
    """413, in words for a fragment; for a page with all that was *typed*, to be shortened."""
    if request.is_fragment:
        return html(request, "_troppo_lungo.html", status=413, session=session)
    answers = read(typed.typed, services.clock.today())
    problems = [p for p in answers.problems if not p.missing]
    attached = await attachments.of_draft(typed.id)
    return page(request, session, typed, answers, problems, attached, status=413, refused=too_long(typed, answers))


def too_long(draft: Draft, answers: Answers) -> tuple[Mistake, ...]:
    """The words for it lead to the longest of the fields that are shown."""
    shown = (TIPOLOGIA, *(answers.group.fields if answers.group else ()))
    longest = max(shown, key=lambda f: len(draft.typed.get(f.name, "")))
    return (Mistake(longest.name, "troppo_lungo", gettext(TOO_LONG), f"#{first_id(longest, longest.name)}"),)


def page(
    request: Asked,
    session: Session,
    draft: Draft,
    answers: Answers,
    problems: tuple[Problem, ...] | list[Problem],
    attached: Sequence[Attachment] = (),
    status: int = 200,
    template: str = "bozza.html",
    refused: tuple[Mistake, ...] = (),
    **context: Any,
) -> Page:
    """*refused*: why it is not saved at all, said before what else is wrong."""
    errors = refused + mistakes(answers.group, problems)
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
