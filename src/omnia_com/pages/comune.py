"""The second step of the place of work: the comuni of the province that was chosen in the first."""

from litestar import get, post
from litestar.response import Redirect

from omnia_com.communications import drafts
from omnia_com.communications.drafts import Draft, Stale, TooLong
from omnia_com.form.answers import read
from omnia_com.form.rules import in_italia
from omnia_com.italy import comuni, places
from omnia_com.people.sessions import Session

from .draft import refuse_long
from .http.answer import Page, chooses_language, html, see_other
from .http.asked import Asked, Id, MyServices, MySession
from .http.forms import MyForm

CITY, UNLISTED = "sede_citta", "comune_non_in_elenco"


@get("/bozze/{id:uuid}/comune", name="choose_comune")
async def choose(request: Asked, session: MySession, id: Id) -> Page:
    return page(request, session, await drafts.find_draft(session.owner, id))


def page(request: Asked, session: Session, draft: Draft, chosen: str = "") -> Page:
    values = read(draft.typed, draft.saved_at.date()).values
    sigla = values.get("sede_provincia", "")
    now = comuni.find(chosen or draft.typed.get(CITY, ""), sigla)
    return html(
        request,
        "comune.html",
        session=session,
        draft=draft,
        abroad=not in_italia(values),
        province=dict(places.provinces()).get(sigla, ""),
        names=comuni.names(sigla),
        chosen=now.nome if now else "",
    )


@post("/bozze/{id:uuid}/comune", name="take_comune", status_code=303)
async def take(request: Asked, session: MySession, services: MyServices, id: Id, form: MyForm) -> Page | Redirect:
    """Puts the name into the draft, as if it had been typed; without one what stood there stays."""
    draft = await drafts.find_draft(session.owner, id)
    if chooses_language(request, form):
        return page(request, session, draft, form.get(CITY, ""))
    if not form.get(CITY):
        return see_other(f"/bozze/{id}#{CITY}")
    typed = {name: text for name, text in draft.typed.items() if name != UNLISTED} | {CITY: form.get(CITY, "")}
    try:
        await drafts.save(session.owner, id, typed, draft.version)
    except Stale:  # saved elsewhere in this very moment: the form shows what stands now
        return see_other(f"/bozze/{id}/comune")
    except TooLong as e:
        return await refuse_long(request, session, services, e.draft)
    return see_other(f"/bozze/{id}#{CITY}")
