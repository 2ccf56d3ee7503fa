"""How a form arrives: what a browser may send, as texts, once its CSRF token is known to be this session's."""

from urllib.parse import parse_qsl

from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import SerializationException

from omnia_com.people import csrf
from omnia_com.people.sessions import Session
from omnia_com.settings import Settings

from .asked import Asked
from .hosts import plain

MOST_FIELDS = 200


class UnreadableRequest(Exception):
    """The request is not one that a browser sends for our forms."""


class CsrfRefused(Exception):
    """A form without a token of this session. `again` holds what may be offered for sending again: the texts
    of a form of ours whose token is stale; a foreign page's are never given back."""

    def __init__(self, session: Session, again: dict[str, str] | None) -> None:
        super().__init__("csrf")
        self.session, self.again = session, again


class Form(dict[str, str]):
    """What was posted, name -> text: the first of texts posted under one name."""


MyForm = NamedDependency[Form]  # provided by `app.py` to a handler's parameter `form`


def number(text: str) -> int | None:
    """A number that a form of ours carries; None for what is none, or larger than any of ours."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def page_number(text: str) -> int:
    """Which page of a list an address asks for; pages count from 1."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else 1


async def read_form(request: Asked, session: Session) -> Form:
    """The posted form, once its CSRF token is known to be this session's. Raises `UnreadableRequest`, `CsrfRefused`."""
    return verify(request, session, await read_fields(request))


def verify(request: Asked, session: Session, form: Form) -> Form:
    """The *form* without its CSRF token, if that is this session's and no other site sent it. Raises `CsrfRefused`."""
    ours, token = from_our_page(request), form.pop("csrf", "")
    if not session.accepts(token) or ours is False:
        own = csrf.whose(token) in (b"", csrf.tag(session.owner))  # not of somebody else's page in the same browser
        raise CsrfRefused(session, form if ours and own else None)
    return form


def from_our_page(request: Asked) -> bool | None:
    """Whether the browser says that a page of ours sent the form; None if it says nothing."""
    settings: Settings = request.services.settings
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site in ("same-origin", "none")
    if (sender := request.headers.get("origin")) is not None:
        return plain(sender) in settings.origins
    return None


async def read_fields(request: Asked) -> Form:
    """The posted form, whoever sent it. Raises `UnreadableRequest`."""
    kind = request.content_type[0]
    if kind == "multipart/form-data":
        pairs = await _multipart(request)
    elif kind in ("application/x-www-form-urlencoded", ""):
        pairs = urlencoded(await request.body())
    else:
        raise UnreadableRequest(kind)
    return first_of_each(pairs)


def first_of_each(pairs: list[tuple[str, str]]) -> Form:
    """The first of texts under one name; lines end as the script of the form page ends them, whoever sends them."""
    return Form((name, text.replace("\0", "").replace("\r\n", "\n")) for name, text in reversed(pairs))


def urlencoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as e:
        raise UnreadableRequest("urlencoded") from e


async def _multipart(request: Asked) -> list[tuple[str, str]]:
    try:
        form = await request.form()
    except (SerializationException, ValueError, LookupError) as e:
        raise UnreadableRequest("multipart") from e
    if any(isinstance(value, UploadFile) for value in form.values()):
        raise UnreadableRequest("un file dove non se ne aspettano")
    return [(str(name), str(value)) for name, value in form.multi_items()]
