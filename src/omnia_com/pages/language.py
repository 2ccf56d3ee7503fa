"""The language of the pages, chosen by a link that every page has; it is kept in a cookie and nowhere else."""

from typing import Any

from litestar import Request, get
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect

from .. import languages
from ..communications import NotFound
from .cookies import cookie_name
from .web import MyServices, see_other

YEAR = 365 * 24 * 60 * 60  # seconds


@get("/lingua/{code:str}", name="choose_language")
async def choose(request: Request[Any, Any, Any], services: MyServices, code: FromPath[str]) -> Redirect:
    """Keeps the choice and goes back to the page of ours that `torna` names. Nothing else changes."""
    if code not in languages.catalogues():
        raise NotFound
    name, secure = cookie_name(services.settings, "lingua"), services.settings.secure
    kept = Cookie(key=name, value=code, path="/", max_age=YEAR, httponly=True, samesite="lax", secure=secure)
    return see_other(_ours(request.query_params.get("torna", "")), cookies=[kept])


def _ours(path: str) -> str:
    """*path* if it is one of this site's, else the first page."""
    local = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if local and path.isascii() and path.isprintable() else "/"
