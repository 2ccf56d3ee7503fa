"""How a page leaves: what its template is told, its headers, its compression; and what every handler may ask for."""

import gzip
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from uuid import UUID

import brotli
import msgspec
from jinja2 import Environment
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.routes import HTTPRoute
from markupsafe import Markup

from omnia_com import __version__, languages, templates
from omnia_com.communications.attachments.contents import Contents
from omnia_com.documents.queue import Queue
from omnia_com.documents.sheet import Sheet
from omnia_com.identity import Door
from omnia_com.identity.cns.card import CardReader
from omnia_com.identity.oidc.parties import Parties
from omnia_com.identity.saml.service import ServiceProvider
from omnia_com.italy.clock import Clock, rome
from omnia_com.people.access_log import Notebook
from omnia_com.people.sessions import Session
from omnia_com.settings import Settings

from . import assets
from .cookies import YEAR, cookie, cookie_name
from .csp import policy
from .forms import Form
from .limits import Limit
from .notes import DONE, RESUMED
from .ready import Ready

Page = Response[bytes]
LARGE, LARGE_AGAIN = 7_250, 4_450  # bytes, compressed: with its headers a page has at most 8,000, later ones 5,000
JUST_DONE = "fatto"  # the cookie of `just_done`
STATUS_LINE = {"HX-Retarget": "#stato", "HX-Reswap": "innerHTML"}  # where a fragment with words goes
TINY = 200  # bytes that compression would only make more


class Services(msgspec.Struct, frozen=True):
    """What the pages need of the process they run in; made once, when it starts."""

    settings: Settings
    clock: Clock
    queue: Queue
    ready: Ready
    notebook: Notebook
    contents: Contents
    oidc: Parties
    cns: CardReader | None
    saml: ServiceProvider | None
    doors: Callable[[], tuple[Door, ...]]
    keeping: Limit


class NotSignedIn(Exception):
    """The page is for a signed-in person. `kept`: whether what was posted was, None if nothing was."""

    def __init__(self, kept: bool | None = None, cookies: Iterable[Cookie] = ()) -> None:
        super().__init__()
        self.kept, self.cookies = kept, list(cookies)


# What a handler may ask for; `app.py` provides them by these parameters' names.
MyServices = NamedDependency[Services]
MaybeSession = NamedDependency[Session | None]
MySession = NamedDependency[Session]
MyForm = NamedDependency[Form]
Id = FromPath[UUID]


@cache
def environment() -> Environment:
    env = templates.environment("jinja2.ext.i18n", auto_reload=False)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        languages.gettext, languages.ngettext, newstyle=True, pgettext=languages.pgettext
    )
    env.globals |= {"asset": assets.url, "version": __version__}
    env.globals |= {"language": languages.current, "languages": languages.own_names}
    env.filters |= {"translated": languages.gettext, "beside": languages.beside, "italian": _italian}
    env.filters["time"] = lambda instant: f"{rome(instant):%H:%M}"
    env.filters["date_time"] = lambda instant: f"{rome(instant):%d/%m/%Y %H:%M}"
    return env


def _italian(text: str) -> str:
    """The name of a law, or what else stays Italian on every page, marked as Italian where the page is not."""
    if languages.current() == languages.ITALIAN:
        return text
    return languages.beside(text) or Markup('<span lang="it">{}</span>').format(text)


def render(template: str, **context: Any) -> str:
    return environment().get_template(template).render(context)


def html(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    session: Session | None = None,
    headers: dict[str, str] | None = None,
    cookies: list[Cookie] | None = None,
    lead_to: Iterable[str] = (),
    form: bool = False,
    media_type: str = "text/html",
    **context: Any,
) -> Page:
    """A page, or a fragment, compressed. `csrf` in the template is a token for its forms.

    *lead_to*: the origins to which its forms are redirected, besides those of signing out. *form*: it is the page of
    a draft's form, which has only its own rules of the stylesheet in it.
    """
    settings: Settings = request.app.state.services.settings
    part, cookies = is_fragment(request), list(cookies or ())
    fonts = not saves_data(request)
    kept = request.cookies.get(cookie_name(settings, assets.KEPT), "")
    style = assets.style(fonts=fonts, form=form, kept=kept)
    resumed = RESUMED.get(request.query_params.get("ripresa", ""), "")
    all_well = request.method == "GET" and status == 200 and not part
    done = request.cookies.get(cookie_name(settings, JUST_DONE), "") if all_well else ""
    if done:
        cookies.append(cookie(settings, JUST_DONE, "", max_age=0))
    if chosen := request.scope.get("omnia_lingua"):
        cookies.append(language_kept(settings, str(chosen)))
    text = render(
        template,
        settings=settings,
        session=session,
        csrf=session.csrf() if session else "",
        errors=context.pop("errors", ()),
        page_address=here(request),
        notice=resumed or DONE.get(done, ""),
        style=style,
        **context,
    )
    csp = policy([*lead_to, session.leaves_to if session else ""], style=style.source, fonts=fonts)
    enough = 0 if part else LARGE if style.inline else LARGE_AGAIN
    body, encoding = _compressed(text.encode(), request.headers.get("accept-encoding", ""), enough)
    about = _about(request, csp) | (headers or {}) | ({"Content-Encoding": encoding} if encoding != "identity" else {})
    return Response(body, status_code=status, media_type=media_type, headers=about, cookies=cookies)


def saves_data(request: Request[Any, Any, Any]) -> bool:
    """Whether the person asked their browser to spare the line: then the system's typeface does."""
    asked = request.headers
    return asked.get("save-data", "").lower() == "on" or asked.get("sec-ch-prefers-reduced-data") == "reduce"


def _about(request: Request[Any, Any, Any], csp: str) -> dict[str, str]:
    """A part of a page says less of itself: its headers would be half of it."""
    if is_fragment(request):
        return {"Cache-Control": "no-store", "Vary": "HX-Request"}
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": csp,
        "Vary": "HX-Request",  # never stored: no cache asks for more
    }


def here(request: Request[Any, Any, Any]) -> str:
    """The page to come back to; a form's address that is no page leads to the nearest that is one."""
    path, route = request.url.path, request.scope.get("path_template", "")
    if request.method == "GET":
        return f"{path}?{request.url.query}" if request.url.query else path
    pages = {r.path_format for r in request.app.routes if isinstance(r, HTTPRoute) and "GET" in r.methods}
    while path and route not in pages:
        path, route = path.rpartition("/")[0], route.rpartition("/")[0]
    return path or "/"


def _compressed(body: bytes, accepted: str, enough: int) -> tuple[bytes, str]:
    """By the best encoding that is *accepted*, and its name; see `_brotli`."""
    encoding = assets.best_encoding(accepted) if len(body) > TINY else "identity"
    if encoding == "br":
        return _brotli(body, enough), encoding
    if encoding == "gzip":
        return gzip.compress(body, 6, mtime=0), encoding
    return body, encoding


def _brotli(body: bytes, enough: int) -> bytes:
    """Quality 5 takes 0.4 ms; what is not small *enough* then is worth the 11 ms of quality 10 (8 % less), or the 28 of
    11 (10 % less), as is what comes while somebody waits in the middle of a form."""
    for quality in (5, 10) if enough else ():
        if len(packed := bytes(brotli.compress(body, quality=quality))) < enough:
            return packed
    return bytes(brotli.compress(body, quality=11))


SPEAK = ("start_draft", "save_draft", "take_comune", "send", "annul", "save_contacts")  # the routes that ask:


def speaks(request: Request[Any, Any, Any], form: Form) -> bool:
    """Whether a button that chooses a language sent the *form*: its page is the answer, and is in that language."""
    if (code := form.get("lingua", "")) not in languages.catalogues():
        return False
    languages.use(code)
    request.scope["omnia_lingua"] = code  # type: ignore[typeddict-unknown-key]
    return True


def language_kept(settings: Settings, code: str) -> Cookie:
    return cookie(settings, "lingua", code, max_age=YEAR)


def see_other(path: str, **kwargs: Any) -> Redirect:
    """303: what was posted is done, here is its page."""
    return Redirect(path, status_code=303, headers={"Cache-Control": "no-store"}, **kwargs)


def just_done(request: Request[Any, Any, Any], what: str, path: str) -> Redirect:
    """303 to a page that says, once, *what* (a key of `DONE`) was done: the address stays the page's own."""
    said = cookie(request.app.state.services.settings, JUST_DONE, what, max_age=60)
    return see_other(path, cookies=[said])


def pdf(body: bytes, name: str) -> Page:
    """A PDF to keep; *name* is ours and plain ASCII."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(body, media_type="application/pdf", headers=headers)


def to_print(request: Request[Any, Any, Any], session: Session, sheet: Sheet, back: str, back_words: str) -> Page:
    """A document as a page, for whoever cannot or will not wait for its PDF."""
    return html(request, "stampa.html", session=session, sheet=sheet, back=back, back_words=back_words)


def is_fragment(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx asked, so that only the part that it swaps is answered."""
    return request.headers.get("hx-request") == "true"


def origin(request: Request[Any, Any, Any]) -> str:
    """The origin by which the browser reached us, if it is one of ours; else the configured one."""
    settings: Settings = request.app.state.services.settings
    asked = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return asked if asked in settings.origins else settings.base_url
