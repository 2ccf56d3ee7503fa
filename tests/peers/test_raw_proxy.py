"""HTTP written by hand, through nginx and Caddy as `deploy/` sets them up: what reaches the program, and as what."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.peers.proxies import CARDS, MAIN, Proxy, running
from tests.raw import BROKEN, LENGTHS, ODD, Answered, send

pytestmark = pytest.mark.peers
REFUSED = {400, 404, 405, 411, 413, 421, 501, 503}  # 503: Caddy, of a body that breaks off
# What a proxy may put right, for the program to see a clean request.
TIDIED = {"line feeds alone", "a folded header", "a header without a colon", "a header name with a blank"}
TIDIED |= {"a version that is none", "everything at once"}


async def through(proxy: Proxy, raw: bytes, name: str = MAIN) -> Answered:
    tls = ssl.create_default_context(cafile=str(proxy.trusted))
    tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return await send(proxy.port, raw, f"{name}:{proxy.port}", tls, name)


@pytest.mark.parametrize("what", [*LENGTHS, *BROKEN, *ODD])
async def test_nobody_takes_a_hidden_request_for_one(what: str, proxy: Proxy) -> None:
    """A proxy may refuse, or pass on in clear words; never two answers, never what is hidden in a body."""
    raw, expected = ({k: (v, set[int]()) for k, v in (LENGTHS | BROKEN).items()} | ODD)[what]
    allowed = REFUSED | expected | ({200} if what in TIDIED else set())
    answered = await through(proxy, raw)
    assert len(answered.statuses) <= 1, answered.text[:500]
    assert set(answered.statuses) <= allowed, answered.text[:300]
    assert "/nascosta" not in (proxy.trusted.parent / "web.log").read_text()


async def test_who_writes_too_slowly_is_cut_off(proxy: Proxy) -> None:
    tls = ssl.create_default_context(cafile=str(proxy.trusted))
    tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port, ssl=tls, server_hostname=MAIN)
    began = time.monotonic()
    try:
        async with asyncio.timeout(25):
            for sign in b"GET / HTTP/1.1\r\nHost: " + b"x" * 1000:
                writer.write(bytes([sign]))
                await writer.drain()
                if reader.at_eof():
                    break
                await asyncio.sleep(0.5)
    except OSError:
        pass
    finally:
        writer.transport.abort()
    assert 8 < time.monotonic() - began < 20


@pytest.mark.parametrize("bytes_sent", [300_000, 6_000_000])
async def test_too_large_a_body_is_answered_in_words(bytes_sent: int, proxy: Proxy) -> None:
    head = f"POST /esci HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\nContent-Length: {bytes_sent}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    answered = await through(proxy, (head + kind).encode() + b"a" * bytes_sent)
    if answered.statuses != [303]:  # nobody is signed in: the program may say that first
        assert answered.statuses == [413]
        assert "Troppo grande" in answered.text


FORGED = {
    "X-Forwarded-For": "1.2.3.4",
    "X-Forwarded-Host": "male.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1",
    "X-Real-IP": "1.2.3.4",
    "Forwarded": "for=1.2.3.4",
    "Client-Cert": ":AAAA:",
    "Client-Cert-Chain": ":AAAA:",
    "Omnia-Segreto": "indovinato",
}
PASSED_ON = {"x-forwarded-for": ["127.0.0.1"], "x-forwarded-proto": ["https"]}


@pytest.mark.parametrize("name", ["nginx", "caddy"])
async def test_what_the_browser_writes_in_the_proxys_place_does_not_pass(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with listening() as (ports, seen), running(name, tmp_path_factory.mktemp(name), ports) as proxy:
        forged = "".join(f"{key}: {value}\r\n{key.lower()}: {value}\r\n" for key, value in FORGED.items())
        for host, more in ((MAIN, set[str]()), (CARDS, {"omnia-segreto"})):
            seen.clear()
            raw = f"GET /accesso/cns/carta HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n{forged}\r\n"
            assert (await through(proxy, raw.encode(), host)).statuses == [200]
            told = {key: values for key, values in seen[-1].items() if key in {k.lower() for k in FORGED}}
            assert told.pop("client-cert", [""])[0] in ("", ":{http.request.tls.client.certificate_der_base64}:")
            assert {key: told.pop(key) for key in PASSED_ON} == PASSED_ON
            assert set(told) == more
            assert "indovinato" not in str(told)


@pytest.mark.parametrize("name", ["nginx", "caddy"])
async def test_with_the_program_away_there_are_words(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with listening() as (ports, _), running(name, tmp_path_factory.mktemp(name), ports) as proxy:
        ports.stop()
        for host in (MAIN, CARDS):
            answered = await through(proxy, b"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", host)
            assert answered.statuses == [503]
            assert "Servizio non disponibile" in answered.text


class Listeners:
    """In the program's place: answers 200 and writes down the headers of each request."""

    def __init__(self) -> None:
        self.seen: list[dict[str, list[str]]] = []
        self.servers: list[ThreadingHTTPServer] = []

    def __call__(self, own: dict[str, str]) -> None:
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append({key.lower(): self.headers.get_all(key, []) for key in self.headers})
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        for name in ("OMNIA_PORT", "OMNIA_CNS_PORT"):
            self.servers.append(ThreadingHTTPServer(("127.0.0.1", int(own[name])), Handler))
            threading.Thread(target=self.servers[-1].serve_forever, daemon=True).start()

    def stop(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.servers.clear()


@contextmanager
def listening() -> Iterator[tuple[Listeners, list[dict[str, list[str]]]]]:
    listeners = Listeners()
    try:
        yield listeners, listeners.seen
    finally:
        listeners.stop()
