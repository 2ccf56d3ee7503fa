"""A session that ends in the middle of a form loses nothing: what was posted is kept, and put back after sign-in.

Only for the same person, and never sent by itself: a form that was to send comes back as the check page.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from litestar import get
from litestar.datastructures import Cookie
from litestar.response import Redirect

from omnia_com.communications import drafts, kept_forms
from omnia_com.communications.drafts import AlreadySent, Stale, TooLong
from omnia_com.communications.kept_forms import KeptForm
from omnia_com.communications.sent import NotFound
from omnia_com.people import access_log, csrf, declarants
from omnia_com.people.declarants import Unusable
from omnia_com.people.sessions import Session
from omnia_com.storage.database import AWAY

from .. import conflicts, contacts, draft
from ..http.answer import Page, see_other
from ..http.asked import Asked, MyServices, MySession, Services
from ..http.cookies import cookie, cookie_name
from ..http.forms import Form, UnreadableRequest, from_our_page, read_fields
from ..http.incoming import FOLDER, texts
from ..http.limits import neighbourhood

log = structlog.get_logger()
COOKIE = "modulo"
NOT_YOURS = "/comunicazioni?ripresa=altri"
AT_ONCE = 4  # forms of one browser: one for each window in which somebody was writing


async def keep(request: Asked, services: Services) -> tuple[bool, list[Cookie]]:
    """Keeps what was posted without a session, if a page of ours was the sender; with the cookie that leads to it."""
    name, (of_address, of_person) = str(request.scope["route_handler"].name), services.keeping
    if name not in PUT_BACK or request.is_fragment or of_address.exceeded(neighbourhood(request.address)):
        return False, []
    try:
        form = await (texts(request, services.settings.data / FOLDER) if name == "attach" else read_fields(request))
    except UnreadableRequest:
        return False, []
    whose = _whose(request, services, form.pop("csrf", ""))
    kept = KeptForm(name, request.path_params.get("id"), whose, form)
    secret = await kept_forms.keep(kept) if whose and not of_person.exceeded(whose.hex()) else ""
    return bool(secret), [_cookie(services, [*_secrets(request, services), secret])] if secret else []


def _whose(request: Asked, services: Services, token: str) -> bytes:
    """The tag of the person whose page was posted; b'' when it is not certain that it was a page of ours.

    The browser says so; one that says nothing must have the dead session's cookie: no other site makes it send that.
    """
    ours = from_our_page(request)
    sid = request.cookies.get(cookie_name(services.settings, "sid"), "")
    ours = ours or (ours is None and bool(sid) and csrf.accepts(sid, token))
    return csrf.surely_whose(token, services.settings) if ours else b""


async def put_back(request: Asked, services: Services, owner: str, back: str) -> tuple[str, list[Cookie]]:
    """After *owner* has signed in: saves what this browser's cookie leads to; says where to go instead of *back*.

    What the database does not take now waits for `/ripresa`: nobody is kept from entering.
    """
    secrets, left = _secrets(request, services), list[str]()
    for n, secret in enumerate(secrets):
        try:
            where, done = await _put_back(owner, secret, back)
        except AWAY as e:
            log.error("modulo_non_ripreso", errore=type(e).__name__)
            return "/ripresa", [_cookie(services, left + secrets[n:])]
        back = back if left else where
        left += [] if done else [secret]
    return back, [_cookie(services, left)] if secrets else []


async def _put_back(owner: str, secret: str, back: str) -> tuple[str, bool]:
    """Where to go, and whether nothing is left to be decided: only then is the form gone. Another person's is, too.

    A form whose deleting breaks off may be put back again: the same texts change nothing.
    """
    form = await kept_forms.look(secret)
    if form is None:
        return back, True
    try:
        back = await PUT_BACK[form.page](owner, form) if form.whose == csrf.tag(owner) else NOT_YOURS
    except NotFound:
        if drafts.fields_of(form.fields):
            return "/ripresa", False
        back = NOT_YOURS
    except (Stale, TooLong, AlreadySent):
        return "/ripresa", False
    except Unusable:
        return "/ripresa?ripresa=correggi", False
    await kept_forms.drop(secret)
    return back, True


async def _save_draft(owner: str, form: KeptForm) -> str:
    await draft.store(owner, _id(form), Form(form.fields))
    return f"/bozze/{form.id}?ripresa=bozza"


async def _begin(_owner: str, form: KeptForm) -> str:
    """A draft begun with nothing is begun anew by its button; texts are those of one that is not there any more."""
    if drafts.fields_of(form.fields):
        raise NotFound
    return "/comunicazioni"


async def _save_texts(owner: str, form: KeptForm) -> str:
    await _save_draft(owner, form)
    return f"/bozze/{form.id}?ripresa=file#allegati"


async def _do_not_send(owner: str, form: KeptForm) -> str:
    try:
        await drafts.find_draft(owner, _id(form))
    except AlreadySent as e:
        return f"/comunicazioni/{e.sent.id}"
    return f"/bozze/{form.id}/riepilogo?ripresa=invio"


async def _save_contacts(owner: str, form: KeptForm) -> str:
    if "lingua" in form.fields:  # nobody had pressed "Salva"
        raise Unusable(())
    await declarants.save_contacts(owner, form.fields)
    await access_log.note(owner, "contatti")
    return "/contatti?ripresa=contatti"


PUT_BACK: dict[str, Callable[[str, KeptForm], Awaitable[str]]] = {
    "start_draft": _begin,
    "save_draft": _save_draft,
    "attach": _save_texts,
    "send": _do_not_send,
    "save_contacts": _save_contacts,
}


@get("/ripresa", name="resume")
async def show(request: Asked, session: MySession, services: MyServices) -> Page | Redirect:
    """What could not be saved by itself, for the person to decide; until its half hour is over. What the database did
    not take is put back now."""
    where = "/comunicazioni"
    for secret in _secrets(request, services):
        where, done = await _put_back(session.owner, secret, where)
        if not done and (form := await kept_forms.look(secret)):
            return await _decide(request, session, form)
    return see_other(where)


async def _decide(request: Asked, session: Session, form: KeptForm) -> Page:
    typed = Form(form.fields)
    if form.page == "save_contacts":
        return contacts.page(request, session, await declarants.contacts(session.owner), typed, "/comunicazioni")
    try:
        return await conflicts.both_versions(request, session, _id(form), typed)
    except NotFound:
        return conflicts.gone(request, session, typed)


def _id(form: KeptForm) -> UUID:
    if form.id is None:
        raise NotFound
    return form.id


def _secrets(request: Asked, services: Services) -> list[str]:
    text = request.cookies.get(cookie_name(services.settings, COOKIE), "")
    return [secret for secret in text.split(".") if secret][-AT_ONCE:]


def _cookie(services: Services, secrets: list[str]) -> Cookie:
    text = ".".join([secret for secret in secrets if secret][-AT_ONCE:])
    return cookie(services.settings, COOKIE, text, kept_forms.MINUTES * 60 if text else 0)
