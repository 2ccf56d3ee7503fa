"""The language of the pages, chosen at the top of each; it is kept in a cookie and nowhere else.

It is a link; where somebody may have written something it is a button of that form (`answer.chooses_language`): the
form page saves and nothing else, another page is drawn again as it was.
"""

from litestar import get
from litestar.params import FromPath
from litestar.response import Redirect

from omnia_com import languages
from omnia_com.communications.sent import NotFound
from omnia_com.identity import local

from .http.answer import language_kept, see_other
from .http.asked import Asked, MyServices


@get("/lingua/{code:str}", name="choose_language")
async def choose(request: Asked, services: MyServices, code: FromPath[str]) -> Redirect:
    """Keeps the choice and goes back to the page of ours that `torna` names. Nothing else changes."""
    if code not in languages.catalogues():
        raise NotFound
    back = local(request.query_params.get("torna", ""), otherwise="/")
    return see_other(back, cookies=[language_kept(services.settings, code)])
