"""What stands before every route: address check, limits, assets, security headers, one line in the log.

It wraps the whole application, so that an answer to no route at all has the same headers as a page.
"""

import secrets
import time
from urllib.parse import urlsplit

import structlog
from litestar import Litestar
from litestar.types import Message, Receive, Scope, Send

from .pages import assets
from .settings import Settings

log = structlog.get_logger()
PROBES = ("/salute",)  # asked for by machines under any name
SILENT = ("/salute", assets.PREFIX)
YEAR = 31_536_000  # seconds


def security_headers(settings: Settings) -> dict[str, str]:
    """The same on every answer. `form-action` lists the provider: sign-in and sign-out end there by a redirect."""
    issuer = urlsplit(settings.oidc_issuer)
    provider = f" {issuer.scheme}://{issuer.netloc}" if issuer.netloc else ""
    headers = {
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"style-src '{assets.stylesheet_hash()}'; script-src 'self'; connect-src 'self'; font-src 'self'; "
        f"img-src 'self' data:; form-action 'self'{provider}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR * 2}; includeSubDomains"
    return headers


class Limit:
    """How many requests an address makes in a minute, in this process; forgets everything as a minute ends."""

    def __init__(self, most: int) -> None:
        self._most, self._minute, self._seen = most, 0, dict[str, int]()

    def exceeded(self, address: str) -> bool:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._seen = minute, {}
        self._seen[address] = self._seen.get(address, 0) + 1
        return self._seen[address] > self._most


class Front:
    """The outermost ASGI application."""

    def __init__(self, app: Litestar, settings: Settings) -> None:
        self.litestar = self._app = app
        self._hosts = {urlsplit(o).netloc.encode() for o in settings.origins}
        self._headers = [(k.lower().encode(), v.encode()) for k, v in security_headers(settings).items()]
        self._requests, self._sign_ins = Limit(settings.limite_richieste), Limit(settings.limite_accessi)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, began, status = secrets.token_hex(4), time.perf_counter(), 0
        head = scope["method"] == "HEAD"
        inner = {**scope, "method": "GET" if head else scope["method"], "omnia": number}

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._missing(message["headers"])]
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._respond(inner, receive, answer)
        if not scope["path"].startswith(SILENT):
            ms = round((time.perf_counter() - began) * 1000, 1)
            log.info("richiesta", numero=number, metodo=scope["method"], percorso=scope["path"], stato=status, ms=ms)

    def _missing(self, headers: object) -> list[tuple[bytes, bytes]]:
        given = {name.lower() for name, _ in headers}  # type: ignore[attr-defined]
        return [h for h in self._headers if h[0] not in given]

    async def _respond(self, scope: dict[str, object], receive: Receive, send: Send) -> None:
        path, headers = str(scope["path"]), dict(scope["headers"])  # type: ignore[call-overload]
        if path.startswith(assets.PREFIX) and (asset := assets.find(path)):
            await _serve(asset, headers, send)
            return
        address = str((scope["client"] or ("",))[0])  # type: ignore[index]
        if path not in PROBES and headers.get(b"host") not in self._hosts:
            scope["omnia_refused"] = 400
        elif self._requests.exceeded(address) or (path.endswith("/entra") and self._sign_ins.exceeded(address)):
            scope["omnia_refused"] = 429
        await self._app(scope, receive, send)  # type: ignore[arg-type]


async def _serve(asset: assets.Asset, headers: dict[bytes, bytes], send: Send) -> None:
    encoding = assets.best_encoding(headers.get(b"accept-encoding", b"").decode("latin-1"))
    body = asset.encoded[encoding]
    sent = [
        (b"content-type", asset.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"public, max-age=31536000, immutable"),
        (b"vary", b"Accept-Encoding"),
    ]
    if encoding != "identity":
        sent.append((b"content-encoding", encoding.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": sent})
    await send({"type": "http.response.body", "body": body, "more_body": False})
