"""The register, public: each day and its root; and the proof that one's own communication is in it."""

from collections.abc import Sequence

import msgspec
from litestar import Response, get

from omnia_com.communications import register
from omnia_com.communications.register import Day
from omnia_com.communications.sent import NotFound, find_sent

from .http.answer import NO_STORE, Page, html
from .http.asked import Asked, Id, MaybeSession, MySession
from .http.forms import page_number


@get("/registro", name="registry")
async def show(request: Asked, maybe_session: MaybeSession) -> Page:  # noqa: ARG001 – signed in or not
    number = page_number(request.query_params.get("pagina", ""))
    return page(request, await register.days(number), number)


def page(request: Asked, days: Sequence[Day], number: int = 1) -> Page:
    return html(
        request,
        "registro.html",
        session=request.visit.session,
        days=days[: register.PER_PAGE],
        page=number,
        more=len(days) > register.PER_PAGE,
    )


@get("/comunicazioni/{id:uuid}/prova", name="proof")
async def proof(session: MySession, id: Id) -> Page:
    """A small file for `omnia-com verifica-ricevuta --prova`. Raises `NotFound` until the day is over."""
    sent = await find_sent(session.owner, id)
    if (found := await register.proof_of(sent.protocollo)) is None:
        raise NotFound
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="prova-{sent.protocollo}.json"'}
    body = msgspec.json.format(msgspec.json.encode(found), indent=2)
    return Response(body, media_type="application/json", headers=headers)
