"""How a page leaves: what its template is told, its headers, its compression; and answers that are no page."""

from collections.abc import Iterable
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from omnia_com import languages
from omnia_com.documents.sheet import Sheet
from omnia_com.people.sessions import Session
from omnia_com.settings import Settings

from . import assets
from .asked import Asked
from .compression import compressed
from .cookies import YEAR, cookie, cookie_name
from .csp import policy
from .forms import Form
from .notes import DONE, RESUMED
from .rendering import render

Page = Response[bytes]
JUST_DONE = "fatto"  # the cookie of `just_done`
STATUS_LINE = {"HX-Retarget": "#stato", "HX-Reswap": "innerHTML"}  # where a fragment with words goes
NO_STORE = {"Cache-Control": "no-store"}


def html(
    request: Asked,
    template: str,
    *,
    status: int = 200,
    session: Session | None = None,
    lead_to: Iterable[str] = (),
    form: bool = False,
    **context: Any,
) -> Page:
    """A page, or a fragment, compressed. `csrf` in the template is a token for its forms.

    *lead_to*: the origins to which its forms are redirected, besides those of signing out. *form*: it is the page of
    a draft's form, which has only its own rules of the stylesheet in it.
    """
    style, cookies = _style(request, form), list[Cookie]()
    shown = {"errors": (), "notice": _note(request, status, cookies)} | context
    text = render(
        template,
        settings=request.services.settings,
        session=session,
        csrf=session.csrf() if session else "",
        page_address=request.here,
        style=style,
        **shown,
    )
    if chosen := request.visit.language:
        cookies.append(language_kept(request.services.settings, chosen))
    body, encoding = compressed(text.encode(), request.headers.get("accept-encoding", ""))
    csp = policy([*lead_to, session.leaves_to if session else ""], style=style.source, fonts=not request.saves_data)
    headers = _headers(request, status, csp) | ({} if encoding == "identity" else {"Content-Encoding": encoding})
    return Response(body, status_code=status, media_type="text/html", headers=headers, cookies=cookies)


def _style(request: Asked, form: bool) -> assets.Style:
    kept = request.cookies.get(cookie_name(request.services.settings, assets.KEPT), "")
    return assets.style(fonts=not request.saves_data, form=form, kept=kept)


def _note(request: Asked, status: int, cookies: list[Cookie]) -> str:
    """What the page says on top of itself; that something was done is said once, so *cookies* forget it."""
    if resumed := RESUMED.get(request.query_params.get("ripresa", "")):
        return resumed
    if request.method != "GET" or status != 200 or request.is_fragment:
        return ""
    settings = request.services.settings
    if done := request.cookies.get(cookie_name(settings, JUST_DONE), ""):
        cookies.append(cookie(settings, JUST_DONE, "", max_age=0))
    return DONE.get(done, "")


def _headers(request: Asked, status: int, csp: str) -> dict[str, str]:
    """A part of a page says less of itself: its headers would be half of it. Words that take no part's place go to the
    status line."""
    about = NO_STORE | {"Vary": "HX-Request"}  # never stored: no cache asks for more
    if not request.is_fragment:
        return about | {"Content-Security-Policy": csp}
    return about | (STATUS_LINE if status >= 400 and status != 422 else {})


LANGUAGE_ROUTES = ("start_draft", "save_draft", "take_comune", "send", "annul", "save_contacts")  # the routes that ask:


def chooses_language(request: Asked, form: Form) -> bool:
    """Whether a button that chooses a language sent the *form*: its page is the answer, and is in that language."""
    if (code := form.get("lingua", "")) not in languages.catalogues():
        return False
    languages.use(code)
    request.visit.language = code
    return True


def language_kept(settings: Settings, code: str) -> Cookie:
    return cookie(settings, "lingua", code, max_age=YEAR)


def see_other(path: str, **kwargs: Any) -> Redirect:
    """303: what was posted is done, here is its page."""
    return Redirect(path, status_code=303, headers=dict(NO_STORE), **kwargs)


def just_done(request: Asked, what: str, path: str) -> Redirect:
    """303 to a page that says, once, *what* (a key of `DONE`) was done: the address stays the page's own."""
    return see_other(path, cookies=[cookie(request.services.settings, JUST_DONE, what, max_age=60)])


def line(text: str, headers: dict[str, str]) -> Page:
    """A line of plain text for the script of the form page."""
    about = NO_STORE | {"Vary": "HX-Request"} | headers
    return Response(text.encode(), status_code=200, media_type="text/plain", headers=about)


def pdf(body: bytes, name: str) -> Page:
    """A PDF to keep; *name* is ours and plain ASCII."""
    headers = NO_STORE | {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(body, media_type="application/pdf", headers=headers)


def to_print(request: Asked, session: Session, sheet: Sheet, back: str, back_words: str) -> Page:
    """A document as a page, for whoever cannot or will not wait for its PDF."""
    return html(request, "stampa.html", session=session, sheet=sheet, back=back, back_words=back_words)
