"""Providers that tell the truth until a test has them lie, on a real socket."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import Litestar

ACR = "https://www.spid.gov.it/SpidL"
EID = "https://attributes.eid.gov.it/"


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[None]:
    lifespan: Any = "on" if isinstance(app, Litestar) else "off"
    server = Server(
        uvicorn.Config(app, port=port, log_level="critical", lifespan=lifespan, timeout_graceful_shutdown=1)
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await running


@dataclass
class Liar:
    """A provider that answers rightly, until a test changes what it says."""

    port: int
    client_id: str
    key: RSAKey
    nonce: str = ""
    about: dict[str, Any] = field(default_factory=dict)  # changes to the discovery document
    claims: dict[str, Any] = field(default_factory=dict)  # changes to the id_token; None leaves out
    facts: dict[str, Any] = field(default_factory=dict)  # changes to userinfo
    header: dict[str, Any] = field(default_factory=dict)
    sign: Callable[["Liar", dict[str, Any]], str] | None = None
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)  # path → the whole answer
    delay: dict[str, float] = field(default_factory=dict)
    drip: float = 0
    published: list[dict[str, Any]] | None = None
    seen: list[str] = field(default_factory=list)
    asked: dict[str, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)  # path → headers and form

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def discovery(self) -> dict[str, Any]:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "revocation": "revoke"}
        endpoints = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()}
        return without_none({"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **endpoints, **self.about})

    def id_token(self) -> str:
        now = int(time.time())
        right = {"iss": self.issuer, "sub": "s-1", "aud": self.client_id, "exp": now + 60, "iat": now}
        said = without_none({**right, "nonce": self.nonce, "acr": f"{ACR}2", **self.claims})
        if self.sign:
            return self.sign(self, said)
        return jwt.encode({"alg": "RS256", "kid": "k1", **self.header}, said, self.key)

    def tokens(self) -> dict[str, Any]:
        return {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token()}

    def userinfo(self) -> dict[str, Any]:
        right = {"sub": "s-1", "given_name": "Anna", "family_name": "Prova", f"{EID}fiscal_number": "PRVNNA85E49H501L"}
        return without_none({**right, **self.facts})

    def keys(self) -> dict[str, Any]:
        return {"keys": self.published if self.published is not None else [public(self.key)]}

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if path in self.answers:
            return self.answers[path]
        bodies: dict[str, Callable[[], Any]] = {
            "/.well-known/openid-configuration": self.discovery,
            "/jwks": self.keys,
            "/token": self.tokens,
            "/token2": self.tokens,
            "/userinfo": self.userinfo,
            "/userinfo2": self.userinfo,
            "/revoke": dict,
        }
        return (200, {}, json.dumps(bodies[path]()).encode()) if path in bodies else (404, {}, b"")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope["path"])
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = (await receive())["body"] if scope["method"] == "POST" else b""
        self.asked[scope["path"]] = headers, dict(parse_qsl(body.decode()))
        await asyncio.sleep(self.delay.get(scope["path"], 0))
        status, headers, body = self.answer(scope["path"])
        pairs = [(k.encode(), v.encode()) for k, v in ({"content-type": "application/json"} | headers).items()]
        with contextlib.suppress(OSError):
            await send({"type": "http.response.start", "status": status, "headers": pairs})
            for octet in body if self.drip else b"":
                await send({"type": "http.response.body", "body": bytes([octet]), "more_body": True})
                await asyncio.sleep(self.drip)
            await send({"type": "http.response.body", "body": b"" if self.drip else body})


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def public(key: Any, **change: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": "k1", "use": "sig", **change}


class Stage:
    """One server; every test puts a new liar on it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.liar: Liar | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.liar
        await self.liar(scope, receive, send)
