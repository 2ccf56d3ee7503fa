"""Pages for whoever wants to know: accessibility, privacy, legal notes."""

from litestar import get

from . import assessment
from .http.answer import Page, html
from .http.asked import Asked, MaybeSession


@get("/accessibilita", name="accessibility")
async def accessibility(request: Asked, maybe_session: MaybeSession) -> Page:
    return html(request, "accessibilita.html", session=maybe_session, results=assessment.latest())


@get("/privacy", name="privacy")
async def privacy(request: Asked, maybe_session: MaybeSession) -> Page:
    return html(request, "privacy.html", session=maybe_session)


@get("/note-legali", name="legal_notes")
async def legal_notes(request: Asked, maybe_session: MaybeSession) -> Page:
    return html(request, "note_legali.html", session=maybe_session)
