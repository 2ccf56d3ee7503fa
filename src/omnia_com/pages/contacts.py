"""The contacts, the only ones of the ten facts that a person may change."""

import re
from collections.abc import Mapping

from litestar import get, post
from litestar.response import Redirect

from omnia_com.form.field_groups import CONTATTI
from omnia_com.form.messages import error
from omnia_com.form.problems import Problem
from omnia_com.people import declarants
from omnia_com.people.declarants import Contacts, Unusable
from omnia_com.people.sessions import Session

from .controls import Mistake, draw
from .http.answer import Page, chooses_language, html, just_done
from .http.asked import Asked, MySession
from .http.forms import MyForm

_BACK = re.compile(r"/comunicazioni|/bozze/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/riepilogo)?")


@get("/contatti", name="contacts")
async def show(request: Asked, session: MySession) -> Page:
    return await _page(request, session, {}, _back(request.query_params.get("torna", "")))


@post("/contatti", name="save_contacts", status_code=303)
async def save(request: Asked, session: MySession, form: MyForm) -> Page | Redirect:
    back = _back(form.get("torna", ""))
    if chooses_language(request, form):
        return await _page(request, session, form, back)
    try:
        await declarants.save_contacts(session.owner, form)
    except Unusable as e:
        return await _page(request, session, form, back, e.problems)
    return just_done(request, "contatti", back)


def _back(path: str) -> str:
    """The page of ours to go back to: *path* if it is one, and nowhere else."""
    return path if _BACK.fullmatch(path) else "/comunicazioni"


async def _page(
    request: Asked,
    session: Session,
    typed: Mapping[str, str],
    back: str,
    problems: tuple[Problem, ...] = (),
) -> Page:
    return page(request, session, await declarants.contacts(session.owner), typed, back, problems)


def page(
    request: Asked,
    session: Session,
    contacts: Contacts,
    typed: Mapping[str, str],
    back: str,
    problems: tuple[Problem, ...] = (),
) -> Page:
    shown = {**contacts.effective, **typed}
    wrong = {p.field: error(p) for p in problems}
    return html(
        request,
        "contatti.html",
        status=422 if problems else 200,
        session=session,
        back=back,
        controls=[draw(f, shown[f.name], wrong.get(f.name, "")) for f in CONTATTI],
        given=[(f.label, contacts.given[f.name]) for f in CONTATTI if contacts.given[f.name]],
        errors=[Mistake(p.field, p.code, wrong[p.field], f"#{p.field}") for p in problems],
    )
