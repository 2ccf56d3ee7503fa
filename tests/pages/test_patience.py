"""Clients that write or read slowly, on purpose: they are let go, and nobody else waits for them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import uvicorn

from omnia_com.app import SERVER
from omnia_com.pages.http import patience
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor

MANY = 200
HEAD = b"POST /accesso/saml/acs HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n"


async def trickling(port: int, first: bytes, stack: AsyncExitStack) -> bytes:
    """What comes back on a connection that sends *first*, and then a byte now and then, until it is ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stack.callback(writer.close)

    async def drip() -> None:
        while True:
            writer.write(first[-1:])
            await asyncio.sleep(0.05)

    writer.write(first)
    dripping = asyncio.create_task(drip())
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        dripping.cancel()


@pytest.mark.parametrize(
    ("first", "time"), [(b"GET / HTTP/1.1\r\nX: y", "HEAD"), (HEAD + b"x", "BODY"), (b"\r\n", "HEAD")]
)
async def test_two_hundred_slow_clients_are_let_go_and_keep_nobody_waiting(
    first: bytes, time: str, visitor: Callable[[], Visitor], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, time, 1.0)
    ours = f"Host: 127.0.0.1:{settings.port}".encode()  # a foreign name is refused before the body is read
    first = first.replace(b"Host: x", ours)
    async with AsyncExitStack() as stack:
        slow = [asyncio.create_task(trickling(settings.port, first, stack)) for _ in range(MANY)]
        await visitor().get("/")
        answers = await asyncio.gather(*slow)
    assert {answer.partition(b"\r\n")[0] for answer in answers} <= {b"HTTP/1.1 408 Request Timeout", b""}


@pytest.mark.parametrize(("first", "time"), [(b"GET / HTTP/1.1\r\nX: y", "HEAD"), (HEAD + b"x", "BODY")])
async def test_who_is_let_go_and_has_stopped_writing_reads_why(
    first: bytes, time: str, web: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who goes on writing to a connection that is closed may lose the answer: that is TCP's."""
    monkeypatch.setattr(patience, time, 1.0)
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
    writer.write(first.replace(b"Host: x", f"Host: 127.0.0.1:{settings.port}".encode()))
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout")
    assert b"troppo adagio" in answer


async def test_a_head_without_end_is_refused(web: str, settings: Settings) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * (patience.HEAD_BYTES + 1))
    assert (await reader.read()).startswith(b"HTTP/1.1 431 ")
    writer.close()


async def test_who_writes_slowly_but_surely_is_waited_for(connection: patience.Patient) -> None:
    connection.data_received(HEAD)
    for _ in range(2):
        connection.data_received(b"x" * patience.BODY_BYTES)
        connection._too_slow()
        assert not connection.transport.is_closing()
    connection._too_slow()
    assert connection.transport.is_closing()


async def test_what_we_do_not_read_is_not_the_clients_slowness(connection: patience.Patient) -> None:
    connection.data_received(HEAD)
    connection.flow.read_paused = True
    connection._too_slow()
    assert not connection.transport.is_closing()


async def test_an_answer_that_nobody_takes_is_given_up(connection: patience.Patient) -> None:
    connection.pause_writing()
    connection.resume_writing()
    assert connection._writing is not None
    assert connection._writing.cancelled()
    connection.pause_writing()
    assert connection._writing is not None
    connection._writing._run()
    assert connection.transport.is_closing()


@pytest.fixture
async def connection() -> AsyncIterator[patience.Patient]:
    """The server's end of one, to an application that never answers."""
    async with _connected() as there:
        yield there


@asynccontextmanager
async def _connected() -> AsyncIterator[patience.Patient]:
    ours = asyncio.get_running_loop().create_future()

    class Noted(patience.Patient):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            ours.set_result(self)

    async def app(scope: object, receive: Callable[..., object], send: object) -> None:
        await asyncio.Event().wait()

    config = uvicorn.Config(app, lifespan="off", **(SERVER | {"http": Noted}))
    state = uvicorn.Server(config).server_state
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Noted(config, state, {}), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    yield await ours
    writer.close()
    server.close()
    for task in state.tasks:
        task.cancel()
