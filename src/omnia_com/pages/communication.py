"""What was sent: its page, its receipt."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from litestar import get, post
from litestar.response import Redirect

from omnia_com.communications import register
from omnia_com.communications.sent import NotFound, Sent, find_sent
from omnia_com.documents import receipts
from omnia_com.documents.receipts import Document
from omnia_com.documents.sheets import receipt_sheet
from omnia_com.form.consequences import nothing_more
from omnia_com.people.sessions import Session

from .consequences import of_sent
from .http.answer import Page, html, pdf, see_other, to_print
from .http.asked import Asked, Id, MyServices, MySession, Services
from .http.forms import MyForm

JUST_SENT = timedelta(seconds=10)  # a receipt asked for longer ago is late: nobody waits for it


@get("/comunicazioni/{id:uuid}", name="communication")
async def show(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    """The answer to "Invia": at once protocol, date and summary; the receipt too, if it is there within a moment."""
    sent = await find_sent(session.owner, id)
    receipt = await _receipt(session, services, id)
    return page(request, session, sent, receipt, registered=await register.is_closed(sent.protocollo))


def page(request: Asked, session: Session, sent: Sent, receipt: Document, *, registered: bool = False) -> Page:
    rules = of_sent(sent, request.services.clock.today())
    return html(
        request,
        "comunicazione.html",
        session=session,
        sent=sent,
        sheet=receipt_sheet(sent),
        receipt=receipt,
        registered=registered,
        nothing_more=nothing_more(rules),
        to_be_shown=any(rule.to_be_shown for rule in rules),
    )


@get("/comunicazioni/{id:uuid}/ricevuta", name="receipt")
async def download(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    sent = await find_sent(session.owner, id)
    receipt = await _receipt(session, services, id, with_pdf=True)
    if receipt.pdf:
        return pdf(receipt.pdf, f"ricevuta-{sent.protocollo}.pdf")
    return html(request, "ricevuta_attesa.html", session=session, sent=sent, receipt=receipt)


@post("/comunicazioni/{id:uuid}/ricevuta", name="retry_receipt", status_code=303)
async def retry(session: MySession, services: MyServices, id: Id, form: MyForm) -> Redirect:  # noqa: ARG001 – CSRF token
    """Asks again for a receipt that could not be made."""
    await find_sent(session.owner, id)
    await receipts.retry_failed(session.owner, id)
    await services.queue.hint(str(id))
    return see_other(f"/comunicazioni/{id}")


@get("/comunicazioni/{id:uuid}/ricevuta/stampa", name="receipt_page")
async def printable(request: Asked, session: MySession, id: Id) -> Page:
    """The receipt as a page to print, for whoever cannot or will not wait for the PDF."""
    sent = await find_sent(session.owner, id)
    return sheet_page(request, session, sent)


def sheet_page(request: Asked, session: Session, sent: Sent) -> Page:
    back = f"/comunicazioni/{sent.id}"
    return to_print(request, session, receipt_sheet(sent), back, "Torna alla comunicazione")


async def _receipt(session: Session, services: Services, id: UUID, *, with_pdf: bool = False) -> Document:
    async def look() -> Document:
        found = await receipts.find(session.owner, id, with_pdf=with_pdf)
        if found is None:
            raise NotFound
        return found

    def done(document: Document) -> bool:
        return document.state != "attesa" or datetime.now(UTC) - document.asked_at > JUST_SENT

    return await services.ready.wait(id, look, done)
