"""HTTP written by hand, through nginx and Caddy as `deploy/` sets them up: what reaches the program, and as what."""

import asyncio
import ssl
import time
from contextlib import suppress

import pytest

from tests.helpers.raw import BROKEN, LENGTHS, ODD, Answered, send
from tests.peers.listeners import listening
from tests.peers.proxies import CARDS, MAIN, Proxy, running

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
    began, signs, written = time.monotonic(), b"GET / HTTP/1.1\r\nHost: " + b"x" * 200, 0
    with suppress(OSError):
        while written < len(signs) and not reader.at_eof():
            writer.write(signs[written : written + 1])
            await writer.drain()
            written += 1
            await asyncio.sleep(0.5)
    writer.transport.abort()
    assert written < len(signs)
    assert time.monotonic() - began > 8, "seconds that everybody has"


@pytest.mark.parametrize("bytes_sent", [300_000, 6_000_000])
async def test_too_large_a_body_is_answered_in_words(bytes_sent: int, proxy: Proxy) -> None:
    head = f"POST /esci HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\nContent-Length: {bytes_sent}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    answered = await through(proxy, (head + kind).encode() + b"a" * bytes_sent)
    if answered.statuses != [303]:  # nobody is signed in: the program may say that first
        assert answered.statuses == [413]
        assert "Troppo grande" in answered.text


async def test_an_attachment_of_4_mb_passes(proxy: Proxy) -> None:
    """Nobody is signed in: what counts is that the program, not the proxy, has answered."""
    body = b"--b\r\nContent-Disposition: form-data; name=allegato; filename=a.pdf\r\n\r\n"
    body += b"a" * 4 * 1024 * 1024 + b"\r\n--b--\r\n"
    path = "/bozze/00000000-0000-4000-8000-000000000000/allegati"
    head = f"POST {path} HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    answered = await through(proxy, f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode() + body)
    assert answered.statuses == [303]
    assert "/entra" in answered.text


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
