"""A line between browser and service that can be cut: an HTTP proxy that only passes bytes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

Where = Literal["before", "after", "within"]


class Line:
    """While `cut` is set every POST is lost: "before" it reaches the service, "after" that, without its answer, or
    "within" the answer. `lost` counts them."""

    def __init__(self, service: int) -> None:
        self._service = service
        self.cut: Where | None = None
        self.lost = 0

    async def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection("127.0.0.1", self._service)
        ends = asyncio.create_task(self._up(client, to_there)), asyncio.create_task(self._down(there, to_client))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            to_there.close()
            to_client.close()

    async def _up(self, client: asyncio.StreamReader, to_there: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await client.read(65536):
                if self.cut and data.startswith(b"POST "):
                    self.lost += 1
                    if self.cut == "before":
                        return
                to_there.write(data)
                await to_there.drain()

    async def _down(self, there: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """After a cut is over, connections that were cut are gone: nothing is answered twice."""
        with suppress(OSError):
            while data := await there.read(65536):
                if self.cut == "after":
                    return
                to_client.write(data if self.cut is None else data[: len(data) // 2])
                await to_client.drain()
                if self.cut == "within":
                    return


@asynccontextmanager
async def line_to(service: int) -> AsyncIterator[tuple[Line, str]]:
    """The line and its address."""
    line = Line(service)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    async with server:
        yield line, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
