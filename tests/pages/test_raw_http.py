"""What the service answers, without a proxy in front, to whoever writes HTTP by hand."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import structlog
import uvicorn

from omnia_com.app import SERVER
from omnia_com.settings import Settings
from tests.conftest import InThisLoop, free_port
from tests.helpers.browsing import unstarted
from tests.helpers.raw import BROKEN, HEAD, LENGTHS, ODD, send


@pytest.mark.parametrize("what", [*LENGTHS, *BROKEN])
async def test_what_is_not_one_clear_request_is_refused_once(what: str, web: str, settings: Settings) -> None:
    raw = (LENGTHS | BROKEN)[what]
    with structlog.testing.capture_logs() as lines:
        answered = await send(settings.port, raw, urlsplit(web).netloc)
    assert answered.statuses == [400], answered.text[:300]
    assert not [line for line in lines if line.get("percorso") == "/nascosta"]


@pytest.mark.parametrize("what", ODD)
async def test_what_is_odd_is_no_fault(what: str, web: str, settings: Settings) -> None:
    raw, expected = ODD[what]
    answered = await send(settings.port, raw, urlsplit(web).netloc)
    assert len(answered.statuses) == 1
    assert set(answered.statuses) <= expected, answered.text[:300]
    assert "root:" not in answered.text


FORGED = [
    b"X-Forwarded-Host: male.example",
    b"X-Forwarded-Proto: https",
    b"X-Forwarded-Port: 1",
    b"Forwarded: for=1.2.3.4;host=male.example;proto=https",
    b"X-Original-URL: /comunicazioni",
    b"X-Rewrite-URL: /comunicazioni",
    b"X-HTTP-Method-Override: DELETE",
    b"X-Real-IP: 1.2.3.4",
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
async def test_what_only_a_proxy_may_say_is_not_believed(forged: bytes, web: str, settings: Settings) -> None:
    netloc = urlsplit(web).netloc
    plain = await send(settings.port, b"GET /accesso/oidc/entra HTTP/1.1\r\n" + HEAD + b"\r\n", netloc)
    answered = await send(settings.port, b"GET /accesso/oidc/entra HTTP/1.1\r\n" + HEAD + forged + b"\r\n\r\n", netloc)
    assert answered.statuses == plain.statuses == [303]
    assert "male.example" not in answered.text
    assert netloc.replace(":", "%3A") in answered.text, "where the provider sends the browser back to"
    assert "Secure" not in answered.text


async def test_an_address_that_the_browser_wrote_itself_does_not_get_around_the_limit(
    settings: Settings, one_minute: None
) -> None:
    async with trusting(settings, "", limit=2) as port:
        statuses = [await forwarded(port, f"10.0.0.{n}") for n in range(4)]
    assert statuses == [200, 200, 429, 429]


async def test_behind_a_trusted_proxy_each_address_has_its_own_limit(settings: Settings, one_minute: None) -> None:
    async with trusting(settings, "127.0.0.1", limit=2) as port:
        statuses = [await forwarded(port, f"10.0.0.{n % 2}") for n in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]


JUNK = [
    "",
    ",",
    "' OR 1=1 --",
    "<b>",
    "::1",
    "[::1]:80",
    "fe80::1%eth0",
    "1.2.3.4:99999",
    "unknown",
    "a" * 8000,
    "1,2,3",
]


async def test_junk_from_a_trusted_proxy_is_no_fault(settings: Settings) -> None:
    async with trusting(settings, "127.0.0.1") as port:
        assert {await forwarded(port, junk) for junk in JUNK} == {200}


@asynccontextmanager
async def trusting(settings: Settings, proxies: str, limit: int = 1000) -> AsyncIterator[int]:
    """The service on a port of its own, with the *proxies* whose X-Forwarded-For it reads."""
    port = free_port()
    changed = dataclasses.replace(settings, base_url=f"http://127.0.0.1:{port}", limite_richieste=limit)
    trust: dict[str, Any] = {"proxy_headers": bool(proxies), "forwarded_allow_ips": proxies or None}
    server = InThisLoop(uvicorn.Config(unstarted(changed), port=port, lifespan="off", **trust, **SERVER))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield port
    server.should_exit = True
    await task


async def forwarded(port: int, address: str) -> int:
    raw = b"GET /accesso/oidc/jwks HTTP/1.1\r\n" + HEAD + f"X-Forwarded-For: {address}\r\n\r\n".encode()
    return (await send(port, raw, f"127.0.0.1:{port}")).statuses[0]
