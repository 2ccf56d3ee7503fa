"""Attachments of a draft: add one, look at them; and what was attached, a draft's or a communication's, to take away.

The button "Carica il file" of the form page sends the whole form here, so that what was typed is saved before the
file begins to come (docs/decisions).
"""

import unicodedata
from collections.abc import Sequence
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from omnia_com import metrics
from omnia_com.communications import drafts
from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments import uploads
from omnia_com.communications.attachments.kept import MOST, Attached, Attachment
from omnia_com.communications.attachments.uploads import Refused, Upload
from omnia_com.communications.drafts import AlreadySent, Draft, Stale, TooLong
from omnia_com.communications.sent import NotFound, find_sent
from omnia_com.form.messages import REFUSALS
from omnia_com.languages import gettext
from omnia_com.people.sessions import Session

from .conflicts import refuse_stale, sent_meanwhile
from .controls import Mistake
from .draft import refuse_long, store
from .http.answer import Page, html, see_other
from .http.asked import Asked, Id, MyServices, MySession, Services
from .http.forms import Form, verify
from .http.incoming import FOLDER, MOST_BYTES, Incoming, receive

AttachmentId = FromPath[UUID]


REFUSED = "rifiutato"  # in the query: why the last file was refused, a key of `REFUSALS`


@get("/bozze/{id:uuid}/allegati", name="attachments")
async def show(request: Asked, session: MySession, id: Id) -> Page:
    """A page of its own, for browsers that cannot send a file from the form page, and for a file that is refused."""
    draft = await drafts.find_draft(session.owner, id)
    return page(request, session, draft, await attachments.of_draft(id), request.query_params.get(REFUSED, ""))


@post("/bozze/{id:uuid}/allegati", name="attach", status_code=303, request_max_body_size=MOST_BYTES)
async def attach(request: Asked, session: MySession, services: MyServices, id: Id) -> Page | Redirect:
    await drafts.find_draft(session.owner, id)
    posted, number = Form(), UUID(int=0)

    async def before_file(form: Form) -> None:
        nonlocal posted, number
        posted = verify(request, session, form)
        await store(session.owner, id, posted)
        if len(await attachments.of_draft(id)) >= MOST:
            raise Refused("troppi")
        number = await uploads.begin(session.owner, services.settings.limite_allegati)

    try:
        incoming = await receive(request, services.settings.data / FOLDER, before_file)
        with incoming.file:
            await _take(session, services, id, number, incoming)
    except Refused as e:
        metrics.uploads.labels(e.reason if e.reason in REFUSALS else "altro").inc()
        return see_other(f"/bozze/{id}/allegati?{REFUSED}={e.reason}")
    except Stale as e:
        return refuse_stale(request, session, e.draft, posted)
    except TooLong as e:
        return await refuse_long(request, session, services, e.draft)
    except AlreadySent as e:
        return sent_meanwhile(request, session, e.sent, posted)
    return see_other(f"/bozze/{id}#allegati")


@get("/bozze/{id:uuid}/allegati/{allegato:uuid}", name="draft_attachment")
async def of_draft(
    request: Asked, session: MySession, services: MyServices, id: Id, allegato: AttachmentId
) -> Stream | Page:
    await drafts.find_draft(session.owner, id)
    return await _download(request, session, services, await attachments.of_draft(id), allegato)


@get("/comunicazioni/{id:uuid}/allegati/{allegato:uuid}", name="attachment")
async def of_sent(
    request: Asked, session: MySession, services: MyServices, id: Id, allegato: AttachmentId
) -> Stream | Page:
    sent = await find_sent(session.owner, id)
    return await _download(request, session, services, sent.allegati, allegato)


async def _take(session: Session, services: Services, id: UUID, number: UUID, incoming: Incoming) -> None:
    if not incoming.name and not incoming.size:
        raise Refused("nessuno")
    upload = Upload(number, incoming.file, incoming.name or "", incoming.size, incoming.sha256)
    if await uploads.take(session.owner, id, upload, services.contents, services.settings.clamd):
        metrics.uploads.labels("preso").inc()
    else:
        await drafts.find_draft(session.owner, id)  # sent or deleted while the file came? It says so


def page(request: Asked, session: Session, draft: Draft, attached: Sequence[Attachment], refused: str = "") -> Page:
    """The list, a file to add, and why the last one was *refused* (a key of `REFUSALS`)."""
    code, text = REFUSALS.get(refused, ("", ""))
    href = "#allegato" if len(attached) < MOST else "#allegati"
    return html(
        request,
        "allegati.html",
        session=session,
        draft=draft,
        attachments=attached,
        errors=(Mistake("allegati", code, gettext(text), href),) if code else (),
    )


async def _download(
    request: Asked, session: Session, services: Services, attached: Sequence[Attached], id: UUID
) -> Stream | Page:
    """The file, never as a page of ours; words instead while the virus check is still to come, or found something."""
    found = next((a for a in attached if a.contenuto == id), None)
    if found is None:
        raise NotFound
    state = await attachments.state(found)
    if state != "ammesso":
        return html(request, "allegato_trattenuto.html", status=409, session=session, attachment=found, state=state)
    headers = {
        "Content-Disposition": disposition(found.nome),
        "Content-Length": str(found.dimensione),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
    return Stream(await services.contents.open(id), media_type=found.tipo, headers=headers)


def disposition(name: str) -> str:
    """RFC 6266: the name itself in UTF-8, and for what cannot read that a plain one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(c if c.isalnum() or c in " ._-()" else "_" for c in plain)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
