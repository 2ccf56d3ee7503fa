"""Requests that no browser sends, byte by byte, and what is answered to each."""

import asyncio
import re
import ssl
from dataclasses import dataclass

from tests.helpers.waiting import PATIENCE

QUIET = 3.0  # seconds without a word after an answer that does not end the connection
HIDDEN = b"GET /nascosta HTTP/1.1\r\nHost: {host}\r\n\r\n"
HEAD = b"Host: {host}\r\nConnection: close\r\n"
POST, GET = b"POST / HTTP/1.1\r\n" + HEAD, b"GET / HTTP/1.1\r\n" + HEAD
CHUNKED, END = b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"


def _post(headers: bytes, body: bytes) -> bytes:
    return POST + headers + b"\r\n" + body


# Where a message ends: whoever disagrees with a proxy about it takes what is hidden for a request (request smuggling).
LENGTHS = {
    "length and chunks": _post(b"Content-Length: 6\r\n" + CHUNKED, END + b"G"),
    "chunks and length": _post(CHUNKED + b"Content-Length: 4\r\n", b"1\r\nZ\r\n" + END + HIDDEN),
    "chunks and no length": _post(CHUNKED + b"Content-Length: 0\r\n", END + HIDDEN),
    "two lengths": _post(b"Content-Length: 0\r\nContent-Length: 44\r\n", HIDDEN),
    "two lengths the other way round": _post(b"Content-Length: 44\r\nContent-Length: 0\r\n", HIDDEN),
    "a list of lengths": _post(b"Content-Length: 3, 44\r\n", b"abc"),
    "a length with a sign": _post(b"Content-Length: +3\r\n", b"abc"),
    "a negative length": _post(b"Content-Length: -1\r\n", b"abc"),
    "a length in hex": _post(b"Content-Length: 0x3\r\n", b"abc"),
    "a length beyond all": _post(b"Content-Length: 99999999999999999999999\r\n", b"abc"),
    "a length with a blank": _post(b"Content-Length: 0 3\r\n", b"abc"),
    "a blank before the colon": _post(b"Transfer-Encoding : chunked\r\nContent-Length: 3\r\n", b"abc"),
    "an unknown coding": _post(b"Transfer-Encoding: xchunked\r\n", END),
    "chunked is not last": _post(b"Transfer-Encoding: chunked, identity\r\n", END),
    "chunked twice": _post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", END),
    "a folded coding": _post(b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", END),
    "a coding after a control sign": _post(b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 5\r\n", END),
    "a coding with a NUL": _post(b"Transfer-Encoding: chunked\0\r\n", END),
    "a negative chunk": _post(CHUNKED, b"-1\r\n\r\n" + END),
    "a chunk of no number": _post(CHUNKED, b"3z\r\nabc\r\n" + END),
    "a chunk beyond all": _post(CHUNKED, b"FFFFFFFFFFFFFFFFF\r\nabc\r\n" + END),
    "a chunk without its end": _post(CHUNKED, b"3\r\nabcX" + END),
}
# What is no request at all.
BROKEN = {
    "line feeds alone": b"GET / HTTP/1.1\nHost: {host}\n\n",
    "carriage returns alone": b"GET / HTTP/1.1\rHost: {host}\r\r",
    "a folded header": GET + b"X-A: a\r\n b\r\n\r\n",
    "a header with a NUL": GET + b"X-A: a\0b\r\n\r\n",
    "a header without a colon": GET + b"X\r\n\r\n",
    "a header name with a blank": GET + b"X A: b\r\n\r\n",
    "a method with a NUL": b"G\0T / HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a tunnel": b"CONNECT male.example:443 HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a version that is none": b"GET / HTTP/1.9\r\n" + HEAD + b"\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 50,
    "no name": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two names, ours first": b"GET / HTTP/1.1\r\n" + HEAD + b"Host: male.example\r\n\r\n",
    "two names, ours last": b"GET / HTTP/1.1\r\nHost: male.example\r\n" + HEAD + b"\r\n",
    "an empty name": b"GET / HTTP/1.1\r\nConnection: close\r\nHost:\r\n\r\n",
    "another's name": b"GET / HTTP/1.1\r\nConnection: close\r\nHost: male.example\r\n\r\n",
    "a name with somebody before it": b"GET / HTTP/1.1\r\nConnection: close\r\nHost: {host}@male.example\r\n\r\n",
    "a name with words after it": b"GET / HTTP/1.1\r\nConnection: close\r\nHost: {host} male\r\n\r\n",
    "a name with a path": b"GET / HTTP/1.1\r\nConnection: close\r\nHost: {host}/male\r\n\r\n",
    "a port that is none": b"GET / HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1:99999999\r\n\r\n",
    "a bracket": b"GET / HTTP/1.1\r\nConnection: close\r\nHost: [::1\r\n\r\n",
}
# Odd, and answered like any other.
ODD = {
    "a body of a GET": (GET + b"Content-Length: 3\r\n\r\nabc", {200, 400}),
    "another's address in the line": (b"GET http://male.example/ HTTP/1.1\r\n" + HEAD + b"\r\n", {200, 400, 421}),
    "an upgrade": (
        b"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
        {200, 400},
    ),
    "bad percents": (b"GET /%zz%00%ff HTTP/1.1\r\n" + HEAD + b"\r\n", {400, 404}),
    "a way up": (b"GET /static/../../etc/passwd HTTP/1.1\r\n" + HEAD + b"\r\n", {400, 404}),
    "a hidden way up": (b"GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + HEAD + b"\r\n", {400, 404}),
    "a name in the trailer": (_post(CHUNKED, b"0\r\nHost: male.example\r\n\r\n"), {400, 405}),
    "the probe under a name that is none": (
        b"GET /salute HTTP/1.1\r\nConnection: close\r\nHost: a:b:c\r\n\r\n",
        {200, 400},
    ),
    "everything at once": (b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n", {400, 404, 405}),
}


@dataclass(frozen=True)
class Answered:
    statuses: list[int]
    text: str


async def send(port: int, raw: bytes, host: str, tls: ssl.SSLContext | None = None, name: str = "") -> Answered:
    """Sends *raw* on a connection of its own and reads until it ends, or nothing comes any more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name or None)
    answer = b""
    try:
        writer.write(raw.replace(b"{host}", host.encode()))
        while part := await asyncio.wait_for(reader.read(65536), QUIET if answer else PATIENCE):
            answer += part
    except (OSError, TimeoutError):
        pass
    finally:
        writer.transport.abort()
    statuses = [int(s) for s in re.findall(rb"HTTP/1\.[01] (\d{3})", answer)]
    return Answered(statuses, answer.decode(errors="replace"))
