"""What a handler may ask for: the request and what is known of it, the person's session, the process's services."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.routes import HTTPRoute

from omnia_com.communications.attachments.contents import Contents
from omnia_com.documents.queue import Queue
from omnia_com.health.around import Around
from omnia_com.identity import Door, local
from omnia_com.identity.cns.card import CardReader
from omnia_com.identity.oidc.relying_parties import RelyingParties
from omnia_com.identity.saml.service import ServiceProvider
from omnia_com.italy.clock import Clock
from omnia_com.people.access_log import Notebook
from omnia_com.people.sessions import Session
from omnia_com.settings import Settings
from omnia_com.storage.schema import Schema

from .limits import Limit
from .ready import Ready

CHECKED = "controlla"  # in the query of a page
VISIT = "omnia"  # its key in the scope


@dataclass(slots=True)
class Visit:
    """What is known of one request besides what it says: the front begins it, whoever finds out more adds to it."""

    number: str
    """In the log, and on the page of what went wrong."""
    for_cards: bool = False
    """It came to the name at which the proxy asks for a CNS."""
    refused: int | None = None
    """The status with which the front refuses it, before anything else looks at it."""
    session: Session | None = None
    language: str = ""
    """Chosen by a button of the form that was sent; '' if none was."""


def visit_of(scope: Mapping[str, Any]) -> Visit:
    return cast(Visit, scope[VISIT])


class Services(msgspec.Struct, frozen=True):
    """What the pages need of the process they run in; made once, when it starts."""

    settings: Settings
    clock: Clock
    queue: Queue
    ready: Ready
    notebook: Notebook
    contents: Contents
    around: Around
    oidc: RelyingParties
    cns: CardReader | None
    saml: ServiceProvider | None
    doors: Callable[[], tuple[Door, ...]]
    keeping: tuple[Limit, Limit]
    """Forms whose session is gone, of an address and of a person."""
    schema: Schema
    refusals: tuple[Limit, Limit]
    """Sign-ins of an address, and of all, that are refused and written down."""
    checks: Limit
    """Codes of receipts that an address asks about."""


class Asked(Request[Any, Any, Any]):
    """The request as our handlers see it."""

    @property
    def visit(self) -> Visit:
        return visit_of(self.scope)

    @property
    def services(self) -> Services:
        return cast(Services, self.app.state.services)

    @property
    def address(self) -> str:
        """Of whoever asks, as far as the proxies that we trust tell; '' if nobody does."""
        return self.client.host if self.client else ""

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asked, so that only the part that it swaps is answered."""
        return self.headers.get("hx-request") == "true"

    @property
    def shows_errors(self) -> bool:
        """Whether the page is asked to show all that keeps its form from going on: errors are the answer to a GET, so
        that Back, Forward and Reload never meet a question to send again."""
        return CHECKED in self.query_params

    @property
    def saves_data(self) -> bool:
        """Whether the person asked their browser to spare the line: then the system's typeface does."""
        save, reduced = self.headers.get("save-data", ""), self.headers.get("sec-ch-prefers-reduced-data")
        return save.lower() == "on" or reduced == "reduce"

    @property
    def origin(self) -> str:
        """The origin by which the browser reached us, if it is one of ours; else the configured one."""
        asked = f"{self.scope['scheme']}://{self.headers.get('host', '')}"
        settings = self.services.settings
        return asked if asked in settings.origins else settings.base_url

    @property
    def here(self) -> str:
        """The page to come back to; a form's address that is no page leads to the nearest that is one."""
        path, route = self.url.path, str(self.scope.get("path_template", ""))
        if self.method == "GET":
            return local(f"{path}?{self.url.query}" if self.url.query else path, otherwise=local(path, otherwise="/"))
        pages = {r.path_format for r in self.app.routes if isinstance(r, HTTPRoute) and "GET" in r.methods}
        while path and route not in pages:
            path, route = path.rpartition("/")[0], route.rpartition("/")[0]
        return path or "/"


class NotSignedIn(Exception):
    """The page is for a signed-in person. `kept`: whether what was posted was, None if nothing was."""

    def __init__(self, kept: bool | None = None, cookies: Iterable[Cookie] = ()) -> None:
        super().__init__()
        self.kept, self.cookies = kept, list(cookies)


# What `app.py` provides, by these parameters' names: services, maybe_session, session, id; `form` is in forms.py.
MyServices = NamedDependency[Services]
MaybeSession = NamedDependency[Session | None]
MySession = NamedDependency[Session]
Id = FromPath[UUID]
