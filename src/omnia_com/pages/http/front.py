"""What stands before every route: address check, limits, assets, security headers, one line in the log.

It wraps the whole application, so that an answer to no route at all has the same headers as a page.
"""

import re
import secrets
import time
from typing import cast

import structlog
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import HTTPScope, Message, Receive, Scope, Send

from omnia_com import languages, metrics
from omnia_com.identity import LONGEST_PATH
from omnia_com.people import access_log
from omnia_com.settings import Settings

from ..sign_in import cns
from . import assets
from .asked import VISIT, Visit
from .cookies import YEAR, cookie, cookie_name
from .csp import policy
from .hosts import Hosts
from .limits import Limit, neighbourhood

log = structlog.get_logger()
PROBES = ("/salute", "/vivo")  # asked for by machines under any name
SILENT = (*PROBES, assets.PREFIX)
GIVEN = re.compile(rb"[0-9A-Za-z-]{8,64}")
SIGN_IN = "/accesso/"


# What only a page of ours asks for is no document: nobody can be led to it, so it needs less, and is small on the line.
LOADED = {"X-Content-Type-Options": "nosniff"}
FETCHED = {**LOADED, "Content-Security-Policy": "default-src 'none'"}


def security_headers() -> dict[str, str]:
    """On every answer that has none of its own."""
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


class Front:
    """The outermost ASGI application."""

    def __init__(self, litestar: Litestar, settings: Settings) -> None:
        self.litestar = litestar
        self._hosts, self._home, self._settings = Hosts(settings), settings.base_url, settings
        https = {"Strict-Transport-Security": f"max-age={YEAR * 2}; includeSubDomains"} if settings.secure else {}
        self._document = _raw(security_headers() | https)
        self._loaded, self._fetched = _raw(LOADED | https), _raw(FETCHED | https)
        self._language = f"{cookie_name(settings, 'lingua')}=".encode()
        self._requests, self._sign_ins = Limit(settings.limite_richieste), Limit(settings.limite_accessi)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._http(scope, receive, send)
        else:
            await self.litestar(scope, receive, send)

    async def _http(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        number, began, status = _number(scope), time.perf_counter(), 0
        ours = [*self._headers_for(scope), (b"x-request-id", number.encode())]

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in ours if h[0] not in given)]
            await send(message)

        sends = _without_body(answer) if scope["method"] == "HEAD" else answer
        route = await self._respond(scope, number, receive, sends)
        seconds = time.perf_counter() - began
        metrics.asked(route, scope["method"], status, seconds)
        if not scope["path"].startswith(SILENT):
            ms, path = round(seconds * 1000, 1), scope["path"][:LONGEST_PATH]
            log.info("richiesta", numero=number, metodo=scope["method"], percorso=path, stato=status, ms=ms)

    def _headers_for(self, scope: HTTPScope) -> list[tuple[bytes, bytes]]:
        """A navigation or a foreign page cannot send `HX-Request`: only the script of a page of ours can."""
        if scope["path"].startswith(assets.PREFIX) and assets.find(scope["path"]):
            return self._loaded
        return self._fetched if (b"hx-request", b"true") in scope["headers"] else self._document

    async def _respond(self, scope: HTTPScope, number: str, receive: Receive, send: Send) -> str:
        """The template of the route that answered; '' if none did."""
        headers = dict(scope["headers"])
        if scope["path"].startswith(assets.PREFIX) and (asset := assets.find(scope["path"])):
            await _serve(asset, headers, self._kept(scope["path"]), send)
            return assets.PREFIX
        languages.use(self._wanted(headers))
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        access_log.FROM.set(access_log.network(_address(scope)))
        cards = self._hosts.is_for_cards(scope)
        if cards and scope["path"] != cns.CARD:
            await _lead(f"{self._home}/", send)
            return ""
        if scope["path"].startswith(SIGN_IN) and method == "GET" and self._hosts.ends_in_a_dot(scope):
            await _lead(self._home + _as_asked(scope), send)
            return ""
        inner = {**scope, "method": method, VISIT: Visit(number, cards, self._refusal(scope))}
        inner["headers"] = self._hosts.mended(scope)
        await self.litestar(cast(HTTPScope, inner), receive, send)
        return str(inner.get("path_template", ""))

    def _kept(self, path: str) -> list[tuple[bytes, bytes]]:
        """With the stylesheet goes a cookie that says that the browser has it: its next pages come without."""
        name = path.removeprefix(assets.PREFIX)
        if not name.endswith(".css"):
            return []
        said = cookie(self._settings, assets.KEPT, name, max_age=YEAR).to_header(header="")
        return [(b"set-cookie", said.strip().encode())]

    def _wanted(self, headers: dict[bytes, bytes]) -> str:
        """The language of the pages for this browser."""
        cookies = (c.strip() for c in headers.get(b"cookie", b"").split(b";"))
        chosen = next((c.removeprefix(self._language) for c in cookies if c.startswith(self._language)), b"")
        return languages.best(chosen.decode("latin-1"), headers.get(b"accept-language", b"").decode("latin-1"))

    def _refusal(self, scope: HTTPScope) -> int | None:
        """The status with which a request is refused before anything else looks at it."""
        path, address = scope["path"], neighbourhood(_address(scope))
        if path not in PROBES and not self._hosts.knows(scope):
            return 400
        signs_in = path.startswith(SIGN_IN) and path.endswith(("/entra", cns.ENTER, cns.CARD))
        too_many = self._requests.exceeded(address) or (signs_in and self._sign_ins.exceeded(address))
        return 429 if too_many else None


def _number(scope: HTTPScope) -> str:
    """Of a request: the one that a proxy which we trust gave it, so that both logs have the same; else a new one.

    uvicorn puts port 0 beside the address that such a proxy tells.
    """
    if scope["client"] and scope["client"][1] == 0:
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        if GIVEN.fullmatch(given):
            return given.decode()
    return secrets.token_hex(4)


def _address(scope: HTTPScope) -> str:
    return str((scope["client"] or ("",))[0])


async def _lead(to: str, send: Send) -> None:
    """303 to our own name: at the port for cards there is nothing else to see, and under a name with a last dot the
    cookies of a sign-in would not be there when the person comes back."""
    headers = [(b"location", to.encode()), (b"content-length", b"0"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _as_asked(scope: HTTPScope) -> str:
    """Path and query as they came, percent signs and all: no line end can be among them."""
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _without_body(send: Send) -> Send:
    """HEAD: the headers of GET, and no body."""

    async def bare(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return bare


async def _serve(
    asset: assets.Asset, headers: dict[bytes, bytes], cookies: list[tuple[bytes, bytes]], send: Send
) -> None:
    encoding = assets.best_encoding(headers.get(b"accept-encoding", b"").decode("latin-1"))
    if encoding not in asset.encoded:
        encoding = "identity"
    body = asset.encoded[encoding]
    sent = [
        (b"content-type", asset.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"%smax-age=31536000, immutable" % (b"private, " if cookies else b"")),
        (b"vary", b"Accept-Encoding"),
        *cookies,
    ]
    if encoding != "identity":
        sent.append((b"content-encoding", encoding.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": sent})
    await send({"type": "http.response.body", "body": body, "more_body": False})
