"""A small clamd over TCP: speaks INSTREAM, finds a virus where a file says so, and can be away or out of sorts."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

VIRUS, TOO_MUCH = b"QUESTO-E-UN-VIRUS-DI-PROVA", b"QUI-SI-INTERROMPE"


class Clamd:
    """`answer` is said to every file that has no virus; at `TOO_MUCH` it hangs up. `seen` counts the files."""

    def __init__(self) -> None:
        self.port, self.answer, self.seen = 0, "stream: OK", 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = bytearray()
        while size := struct.unpack("!L", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
        self.seen += 1
        said = "stream: Prova.Virus FOUND" if VIRUS in content else self.answer
        writer.write(said.encode() + b"\0" if said and TOO_MUCH not in content else b"")
        await writer.drain()
        writer.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Clamd"]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()
