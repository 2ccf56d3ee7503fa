"""Pages for whoever wants to know: accessibility, privacy, legal notes."""

from typing import Any

from litestar import Request, get

from . import assessment
from .http.answer import MaybeSession, Page, html


@get("/accessibilita", name="accessibility")
async def accessibility(request: Request[Any, Any, Any], maybe_session: MaybeSession) -> Page:
    return html(request, "accessibilita.html", session=maybe_session, results=assessment.latest())


@get("/privacy", name="privacy")
async def privacy(request: Request[Any, Any, Any], maybe_session: MaybeSession) -> Page:
    return html(request, "privacy.html", session=maybe_session)


@get("/note-legali", name="legal_notes")
async def legal_notes(request: Request[Any, Any, Any], maybe_session: MaybeSession) -> Page:
    return html(request, "note_legali.html", session=maybe_session)
