"""A draft as a PDF, or as a page to print."""

from collections.abc import Sequence

from litestar import get
from litestar.response import Redirect

from omnia_com.communications import drafts
from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments.kept import Attached
from omnia_com.communications.drafts import Draft
from omnia_com.documents import exports
from omnia_com.documents.sheet import Sheet
from omnia_com.documents.sheets import draft_sheet
from omnia_com.form.answers import read
from omnia_com.people.sessions import Session

from .http.answer import Page, html, pdf, see_other, to_print
from .http.asked import Asked, Id, MyServices, MySession, Services


@get("/bozze/{id:uuid}/pdf", name="draft_pdf")
async def download(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    """The PDF that "Esporta in PDF" asked for, or a page that says how to get it."""
    draft = await drafts.find_draft(session.owner, id)
    sheet = _sheet(session, services, draft, await attachments.of_draft(id))
    found = await services.ready.document(session.owner, exports.export_id(draft.id, sheet))
    if found and found.pdf:
        return pdf(found.pdf, "bozza-comunicazione-di-rioccupazione.pdf")
    return html(request, "esportazione.html", session=session, draft=draft, state=found.state if found else "")


@get("/bozze/{id:uuid}/pdf/stampa", name="draft_page")
async def printable(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    draft = await drafts.find_draft(session.owner, id)
    return sheet_page(request, session, services, draft, await attachments.of_draft(id))


async def ask(session: Session, services: Services, draft: Draft) -> Redirect:
    """Raises `TooManyExports`."""
    sheet = _sheet(session, services, draft, await attachments.of_draft(draft.id))
    document = await exports.ask_export(session.owner, draft.id, sheet, services.settings.limite_esportazioni)
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
