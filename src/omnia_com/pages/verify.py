"""The public check of a receipt: by protocol and code, or by the file itself (docs/decisions/0019).

What was asked goes to the answer in a cookie that is read once: no address and no log has it, Reload asks nothing
again, and the answer is of the moment at which it is shown.
"""

import asyncio

from litestar import get, post
from litestar.response import Redirect

from omnia_com.communications.codes import read_code, read_protocol
from omnia_com.documents import genuine
from omnia_com.documents.genuine import Genuine

from .controls import Mistake
from .failures import of_status
from .http.answer import Page, html, see_other
from .http.asked import Asked, MaybeSession, MyServices
from .http.cookies import cookie, cookie_name
from .http.forms import Form
from .http.incoming import FOLDER, MOST_BYTES, Incoming, receive
from .http.limits import neighbourhood

ASKED = "verifica"  # the cookie: `c.<protocol>.<code>` or `f.<digest>`
SECONDS = 60
PAUSE = 0.3  # seconds, at least, to any answer: guessing is slow, and no answer is sooner than another
MISSING = "manca"  # in the query: the fields, or the file, that were left empty
QUESTIONS = {
    "protocollo": "Scrivi il protocollo.",
    "codice": "Scrivi il codice di verifica.",
    "allegato": "Scegli il file della ricevuta.",
}


@get("/verifica", name="verify")
async def show(request: Asked, maybe_session: MaybeSession, services: MyServices) -> Page:  # noqa: ARG001 – signed in or not
    name = cookie_name(services.settings, ASKED)
    if not (asked := request.cookies.get(name, "")):
        missing = [field for field in request.query_params.getall(MISSING, []) if field in QUESTIONS]
        return page(request, missing=missing)
    if asked.startswith("c") and services.checks.exceeded(neighbourhood(request.address)):
        answer = of_status(request, 429)
    else:
        found, _ = await asyncio.gather(_found(asked), asyncio.sleep(PAUSE))
        answer = page(request, asked=True, found=found)
    answer.set_cookie(cookie(services.settings, ASKED, "", max_age=0))
    return answer


@post("/verifica", name="ask_verify", status_code=303, request_max_body_size=MOST_BYTES)
async def ask(request: Asked, services: MyServices) -> Redirect:
    """Needs no token: it changes nothing, and whoever sends the form knows no more than they typed."""

    async def before_file(_form: Form) -> None:
        """There is nothing to say of the texts before the file."""

    incoming = await receive(request, services.settings.data / FOLDER, before_file)
    incoming.file.close()
    of_file = incoming.name is not None or "allegato" in incoming.form
    asked, missing = _asked_of_file(incoming) if of_file else _asked_of_code(incoming.form)
    if missing:
        return see_other("/verifica?" + "&".join(f"{MISSING}={name}" for name in missing))
    return see_other("/verifica", cookies=[cookie(services.settings, ASKED, asked, max_age=SECONDS)])


def _asked_of_file(incoming: Incoming) -> tuple[str, list[str]]:
    """What the cookie says, and what is missing."""
    return f"f.{incoming.sha256}", [] if incoming.size else ["allegato"]


def _asked_of_code(form: Form) -> tuple[str, list[str]]:
    typed = {name: form.get(name, "").strip() for name in ("protocollo", "codice")}
    asked = f"c.{read_protocol(typed['protocollo'])}/{read_code(typed['codice'])}"
    return asked, [name for name, text in typed.items() if not text]


async def _found(asked: str) -> Genuine | None:
    kind, _, what = asked.partition(".")
    if kind == "f":
        return await genuine.by_file(what) if len(what) == 64 and set(what) <= set("0123456789abcdef") else None
    protocol, _, code = what.partition("/")
    return await genuine.by_code(read_protocol(protocol), read_code(code))


def page(
    request: Asked, *, asked: bool = False, found: Genuine | None = None, missing: list[str] | None = None
) -> Page:
    """The two forms; above them the answer to what was *asked*, or what is *missing* (keys of `QUESTIONS`)."""
    errors = [Mistake(name, "obbligatorio", QUESTIONS[name], f"#{name}") for name in missing or ()]
    return html(
        request,
        "verifica.html",
        session=request.visit.session,
        asked=asked,
        found=found,
        errors=errors,
        wrong={mistake.field: mistake.text for mistake in errors},
    )
