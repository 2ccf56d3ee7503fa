"""The one page of the demonstration provider, and the headers of all its answers."""

import base64
import hashlib
from typing import Any

from litestar import Response
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from omnia_com import templates

from .. import Scheme

AUTHORIZE = "/authorize"
SCHEMES: dict[Scheme, str] = {"spid": "SPID", "cie": "CIE", "cns": "CNS"}
CHOICES = {
    "1": "nome utente e password",
    "2": "anche un codice temporaneo",
    "3": "anche una carta o una chiave",
}

PAGE = templates.environment().get_template("fornitore_dimostrativo.html")
STYLE = PAGE.render(title="", lines=(), people={}).partition("<style>")[2].partition("</style>")[0]
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def page(title: str, *lines: str, status: int = 200, **context: Any) -> Response[str]:
    html = PAGE.render(title=title, lines=lines, **{"people": {}, **context})
    return Response(html, status_code=status, media_type="text/html; charset=utf-8")


async def add_headers(message: Message, _: Scope, *, origins: str) -> None:
    """Nothing is stored, nothing is loaded; forms lead here and, by the redirect that follows, to *origins*."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders(message)
    headers["Cache-Control"] = "no-store"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self' {origins}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
