"""The only file that knows all: routes, dependencies, what is opened when the web process starts."""

import argparse
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, cast

import uvicorn
from litestar import Litestar, Request
from litestar.di import Provide
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from omnia_com import __version__, logs
from omnia_com import settings as setup
from omnia_com.communications.attachments.contents import Contents
from omnia_com.communications.kept_forms import MINUTES
from omnia_com.documents.queue import Queue
from omnia_com.health import address as watched
from omnia_com.health.around import Around
from omnia_com.identity import Door, exchange_keys
from omnia_com.identity.cns.card import CardReader
from omnia_com.identity.oidc.relying_parties import RelyingParties
from omnia_com.identity.saml.service import ServiceProvider
from omnia_com.italy.clock import Clock
from omnia_com.pages import (
    accesses,
    amendments,
    attachments,
    check,
    communication,
    comune,
    consequences,
    contacts,
    draft,
    export,
    failures,
    health,
    home,
    info,
    language,
    letter,
    own_data,
    patterns,
    possible,
    registry,
    verify,
)
from omnia_com.pages.http.asked import Asked, MaybeSession, MyServices, MySession, NotSignedIn, Services, visit_of
from omnia_com.pages.http.cookies import cookie_name
from omnia_com.pages.http.forms import Form, read_form
from omnia_com.pages.http.front import PROBES, Front
from omnia_com.pages.http.limits import HOUR, MINUTE, Limit
from omnia_com.pages.http.patience import Patient
from omnia_com.pages.http.ready import Ready
from omnia_com.pages.sign_in import access, cns, oidc, resume, saml, session
from omnia_com.people.access_log import Notebook
from omnia_com.people.sessions import Session, find_session
from omnia_com.settings import Settings
from omnia_com.storage.database import close_pool, open_pool
from omnia_com.storage.schema import Schema

FORM_BYTES = 1024 * 1024  # all that a draft may hold, of four bytes a sign, each written as %XX
KEPT_A_MINUTE, KEPT_OF_ONE = 60, 40  # forms whose session is gone: of an address; of a person, in the time of keeping
REFUSED_AN_HOUR = (60, 1000)  # sign-ins of one address, and of all, that are written down though they were refused
HANDLERS = [
    home.start,
    home.home,
    home.start_draft,
    draft.show,
    draft.save,
    export.download,
    export.printable,
    draft.confirm_deletion,
    draft.delete,
    attachments.show,
    attachments.attach,
    attachments.of_draft,
    attachments.of_sent,
    comune.choose,
    comune.take,
    check.check,
    check.come_back,
    check.send,
    communication.show,
    communication.download,
    communication.retry,
    communication.printable,
    amendments.amend,
    amendments.confirm,
    amendments.annul,
    access.enter,
    access.sign_out,
    session.show,
    session.stay,
    resume.show,
    cns.enter,
    cns.card,
    cns.arrive,
    oidc.sign_in,
    oidc.answer,
    oidc.jwks,
    oidc.federation,
    saml.metadata,
    saml.cie_metadata,
    saml.sign_in,
    saml.answer,
    saml.come_back,
    saml.logout_by_redirect,
    saml.logout_by_post,
    consequences.after,
    consequences.before,
    letter.ask,
    letter.download,
    letter.printable,
    own_data.download,
    accesses.show,
    contacts.show,
    contacts.save,
    health.health,
    health.alive,
    possible.show,
    verify.show,
    verify.ask,
    registry.show,
    registry.proof,
    info.accessibility,
    info.privacy,
    info.legal_notes,
    patterns.index,
    patterns.how_to_test,
    patterns.pattern,
    language.choose,
]


def provide_services(request: Asked) -> Services:
    services: Services = request.services
    return services


async def provide_maybe_session(request: Asked, services: MyServices) -> Session | None:
    token = request.cookies.get(cookie_name(services.settings, "sid"), "")
    session = await find_session(token, services.settings) if token else None
    request.visit.session = session
    return session


async def provide_session(request: Asked, maybe_session: MaybeSession, services: MyServices) -> Session:
    """Without one, what was posted is kept for its person."""
    if maybe_session is None:
        kept, cookies = await resume.keep(request, services) if request.method == "POST" else (None, [])
        raise NotSignedIn(kept, cookies)
    return maybe_session


async def provide_form(request: Asked, session: MySession) -> Form:
    return await read_form(request, session)


async def refuse_early(request: Request[Any, Any, Any]) -> Any:
    """What the front refused (unknown host, too many requests) is answered in words like all else, and so is whoever
    comes before the database is what this release needs."""
    asked = cast(Asked, request)
    status = visit_of(request.scope).refused
    if not status and not asked.services.schema.complete and request.url.path not in PROBES:
        status = 503
    return failures.of_status(asked, status) if status else None


def create_app(settings: Settings) -> Front:
    """The web application; it opens its connections when it starts. Raises `SettingsError`."""
    if settings.registro_chiavi:
        exchange_keys.load(settings)
    services = services_of(settings)
    app = Litestar(
        HANDLERS,
        dependencies={
            "services": Provide(provide_services, sync_to_thread=False),
            "maybe_session": Provide(provide_maybe_session),
            "session": Provide(provide_session),
            "form": Provide(provide_form),
        },
        exception_handlers=failures.HANDLERS,
        before_request=refuse_early,
        before_send=[accesses.note],
        lifespan=[opening(services)],
        request_class=Asked,
        openapi_config=None,
        request_max_body_size=FORM_BYTES,
        logging_config=None,
    )
    app.state.services = services
    return Front(app, settings)


def services_of(settings: Settings) -> Services:
    parties = RelyingParties(settings)
    saml_party = ServiceProvider(settings) if settings.saml_idp_metadata else None
    contents = Contents(settings)
    of_one, of_all = (Limit(most, HOUR) for most in REFUSED_AN_HOUR)

    def doors() -> tuple[Door, ...]:
        return (*parties.doors(), *(saml_party.doors() if saml_party else ()), *cns.doors(settings))

    return Services(
        settings=settings,
        clock=Clock(settings.adesso),
        queue=Queue(settings.redis_url),
        ready=Ready(),
        notebook=Notebook(),
        contents=contents,
        around=Around(contents, settings.clamd),
        oidc=parties,
        cns=CardReader(settings) if settings.cns_url else None,
        saml=saml_party,
        doors=doors,
        keeping=(Limit(KEPT_A_MINUTE), Limit(KEPT_OF_ONE, MINUTES * MINUTE)),
        schema=Schema(),
        refusals=(of_one, of_all),
        checks=Limit(settings.limite_verifiche),
    )


def opening(services: Services) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """What is open while the process serves."""
    settings = services.settings
    url = settings.database_url

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await open_pool(url, settings.database_pool, pgbouncer=settings.database_pgbouncer)
            stack.push_async_callback(close_pool)
            stack.push_async_callback(services.queue.close)
            stack.push_async_callback(services.oidc.aclose)
            await stack.enter_async_context(services.schema.awaited())
            await stack.enter_async_context(services.ready.open(settings.database_listen_url or url))
            await stack.enter_async_context(services.notebook.open())
            await stack.enter_async_context(services.around.watched())
            yield

    return lifespan


def from_environment() -> Front:
    settings, _ = setup.read()
    logs.configure()
    logs.started("web", __version__, settings.in_force)
    return create_app(settings)


SERVER: dict[str, Any] = {
    "http": Patient,
    "access_log": False,
    "log_level": "warning",
    "server_header": False,
    "limit_concurrency": 1000,
    "timeout_keep_alive": 15,
    "timeout_graceful_shutdown": 5,
}


def run(settings: Settings, _given: argparse.Namespace) -> int:
    """`omnia-com web`: serves until it is told to stop, the proxy of cards too where there is one.

    Raises `SettingsError` before it starts.
    """
    create_app(settings)
    config = uvicorn.Config(
        "omnia_com.app:from_environment",
        factory=True,
        workers=settings.web_processes,
        proxy_headers=bool(settings.proxy_fidati),
        forwarded_allow_ips=settings.proxy_fidati or None,
        **SERVER,
    )
    server, sockets = uvicorn.Server(config), [_listening(settings.host, settings.port)]
    if settings.cns_url:
        sockets.append(_listening(settings.cns_host, settings.cns_port))
    if settings.web_processes > 1:
        with watched.served(settings, watched.share(settings.data / "metriche")):
            Multiprocess(config, sockets).run()
        return 0
    with watched.served(settings):
        server.run(sockets)
    return 0 if server.started else STARTUP_FAILURE


def _listening(host: str, port: int) -> socket.socket:
    return uvicorn.Config(Front, host=host, port=port, log_level="warning").bind_socket()
