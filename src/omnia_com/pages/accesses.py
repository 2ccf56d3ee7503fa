"""The access log: which answers are noted in it, and the person's own page of it."""

from typing import Any

from litestar import get
from litestar.types import Message, Scope

from omnia_com.people import access_log
from omnia_com.people.access_log import Access
from omnia_com.people.sessions import Session

from .http.answer import Page, html
from .http.asked import Asked, MySession, visit_of
from .http.forms import page_number

# Route name -> what its answer is noted as. Sending, annulling, deleting and signing in note themselves, in
# their transaction.
NOTED = {
    "communication": "comunicazione",
    "draft": "bozza",
    "check": "bozza",
    "receipt_page": "ricevuta",
    "letter_page": "lettera",
    "draft_page": "bozza",
    "own_data": "dati",
    "draft_attachment": "allegato",
    "attachment": "allegato",
}
NOTED_AS_PDF = {"receipt": "ricevuta", "letter": "lettera", "draft_pdf": "bozza_pdf"}
NOTED_WHEN_DONE = {"sign_out": "uscita", "save_contacts": "contatti"}


async def note(message: Message, scope: Scope) -> None:
    """Litestar's `before_send`: puts the answer into the notebook; nobody waits for the database."""
    session = visit_of(scope).session
    if message["type"] == "http.response.start" and session and (azione := _noted(message, scope)):
        id = scope["path_params"].get("id")
        scope["litestar_app"].state.services.notebook.add(session.owner, azione, id)


def _noted(message: Any, scope: Any) -> str | None:
    name = str(scope["route_handler"].name)
    if message["status"] == 404:
        return "rifiutata" if scope["path_params"] else None
    if message["status"] == 303:
        return NOTED_WHEN_DONE.get(name)
    pdf = (b"content-type", b"application/pdf") in message["headers"]
    return (NOTED_AS_PDF if pdf else NOTED).get(name) if message["status"] == 200 else None


@get("/accessi", name="accesses")
async def show(request: Asked, session: MySession) -> Page:
    number = page_number(request.query_params.get("pagina", ""))
    return page(request, session, await access_log.accesses(session.owner, number), number)


def page(request: Asked, session: Session, found: list[Access], number: int = 1) -> Page:
    return html(
        request,
        "accessi.html",
        session=session,
        accesses=found,
        words=access_log.AZIONI,
        page=number,
        more=len(found) == access_log.PER_PAGE,
    )
