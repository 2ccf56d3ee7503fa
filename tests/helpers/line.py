"""A line between a browser and what it talks to, as bad as one wants: an HTTP proxy that only passes bytes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

Where = Literal["before", "after", "within"]


class Shape(NamedTuple):
    """`delay`: seconds of a round trip; `rate`: bytes a second each way, of all connections together, 0 for any."""

    delay: float = 0
    rate: int = 0


IDEAL, SLOW_3G = Shape(), Shape(delay=0.4, rate=50_000)
PIECE = 4096  # bytes: what is passed on at a time


class Line:
    """Its bytes take their time, and so does the opening of each connection.

    While `cut` is set every POST is lost: "before" it reaches the service, "after" that, without its answer, or
    "within" the answer, or the page that it leads to. `lost` counts them.
    """

    def __init__(self, shape: Shape = IDEAL) -> None:
        self.shape, self.cut, self.lost = shape, None, 0  # type: tuple[Shape, Where | None, int]
        self._free = {"up": 0.0, "down": 0.0}  # the loop's time at which each way has passed on all that it was given

    async def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """One connection: a browser has one for each host, which every request of it names."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the last when the loop ends
            first = await client.readuntil(b"\n")
            await asyncio.sleep(self.shape.delay)
            host = urlsplit(first.split()[1].decode())
            there, to_there = await asyncio.open_connection(host.hostname, host.port)
            await self._both(client, to_client, there, to_there, first)
            to_there.close()
        to_client.close()

    async def _both(
        self,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        to_there: asyncio.StreamWriter,
        first: bytes,
    ) -> None:
        ends = asyncio.create_task(self._up(client, to_there, first)), asyncio.create_task(self._down(there, to_client))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(self.shape.delay / 2)  # what is still on its way arrives
        finally:
            for end in ends:
                end.cancel()

    async def _up(self, client: asyncio.StreamReader, to_there: asyncio.StreamWriter, first: bytes) -> None:
        with suppress(OSError):
            data = first + await client.read(PIECE)
            while data:
                if self.cut and data.startswith(b"POST "):
                    self.lost += 1
                    if self.cut == "before":
                        return
                await self._pass("up", data, to_there)
                data = await client.read(PIECE)

    async def _down(self, there: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """After a cut is over, connections that were cut are gone: nothing is answered twice."""
        with suppress(OSError):
            while data := await there.read(PIECE):
                if self.cut == "after":
                    return
                within = self.cut == "within" and not data.startswith(b"HTTP/1.1 303")
                half = (
                    data.find(b"\r\n\r\n") + len(data)
                ) // 2  # of the body: a browser takes no half headers over TLS
                await self._pass("down", data[:half] if within else data, to_client)
                if within:
                    return

    async def _pass(self, way: Literal["up", "down"], data: bytes, on: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        if self.shape.rate:
            self._free[way] = max(self._free[way], loop.time()) + len(data) / self.shape.rate
            await asyncio.sleep(self._free[way] - loop.time())
        loop.call_later(self.shape.delay / 2, on.write, data)


@asynccontextmanager
async def line(shape: Shape = IDEAL) -> AsyncIterator[tuple[Line, str]]:
    """The line and its address."""
    made = Line(shape)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    async with server:
        yield made, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
