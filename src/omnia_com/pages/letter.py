"""The letter for the employer who asked for the benefit."""

from litestar import get, post
from litestar.response import Redirect

from omnia_com.communications.sent import NotFound, Sent, find_sent
from omnia_com.documents import receipts
from omnia_com.documents.sheet import Sheet
from omnia_com.documents.sheets import letter_sheet
from omnia_com.people.sessions import Session

from .http.answer import Page, html, pdf, see_other, to_print
from .http.asked import Asked, Id, MyServices, MySession, Services
from .http.forms import MyForm


@post("/comunicazioni/{id:uuid}/lettera", name="ask_letter", status_code=303)
async def ask(session: MySession, services: MyServices, id: Id, form: MyForm) -> Redirect:  # noqa: ARG001 – CSRF token
    sent = await find_sent(session.owner, id)
    if sent.genere != "comunicazione":
        raise NotFound
    document = await receipts.ask_letter(session.owner, sent, _sheet(services, sent))
    await receipts.retry_failed(session.owner, document)
    await services.queue.hint(str(document))
    return see_other(f"/comunicazioni/{id}/lettera")


@get("/comunicazioni/{id:uuid}/lettera", name="letter")
async def download(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    sent = await find_sent(session.owner, id)
    found = await services.ready.document(session.owner, receipts.letter_id(sent))
    if found and found.pdf:
        return pdf(found.pdf, "lettera-al-datore-di-lavoro.pdf")
    return html(request, "lettera.html", session=session, sent=sent, state=found.state if found else "")


@get("/comunicazioni/{id:uuid}/lettera/stampa", name="letter_page")
async def printable(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    sent = await find_sent(session.owner, id)
    if sent.genere != "comunicazione":
        raise NotFound
    return sheet_page(request, session, services, sent)


def sheet_page(request: Asked, session: Session, services: Services, sent: Sent) -> Page:
    back = f"/comunicazioni/{sent.id}"
    return to_print(request, session, _sheet(services, sent), back, "Torna alla comunicazione")


def _sheet(services: Services, sent: Sent) -> Sheet:
    return letter_sheet(sent, services.settings.letterhead)
