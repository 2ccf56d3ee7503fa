"""clamd's INSTREAM: a file goes through a socket in pieces, one line comes back (man clamd)."""

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import Literal

Verdict = Literal["ammesso", "infetto", "attesa"]
SECONDS = 60


async def check(pieces: AsyncIterator[bytes], clamd: str, seconds: float = SECONDS) -> Verdict:
    """What *clamd* (`host:port`, the path of a socket, or '' for none) says of a file that comes in *pieces*.

    `attesa` when it is away or does not answer in *seconds*. What it could not look through (ERROR) is refused like a
    virus.
    """
    if not clamd:
        return "ammesso"
    try:
        async with asyncio.timeout(seconds):
            said = await _ask(pieces, clamd)
    except (OSError, TimeoutError):
        return "attesa"
    if not said:
        return "attesa"  # it went away in the middle
    return "ammesso" if said == "stream: OK" else "infetto"


async def alive(clamd: str, seconds: float) -> bool:
    """Whether it says PONG in *seconds*."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await _connect(clamd)
            try:
                writer.write(b"zPING\0")
                return (await reader.read(16)).startswith(b"PONG")
            finally:
                writer.close()
    except OSError:
        return False


async def _ask(pieces: AsyncIterator[bytes], clamd: str) -> str:
    reader, writer = await _connect(clamd)
    try:
        writer.write(b"zINSTREAM\0")
        async for piece in pieces:
            writer.write(struct.pack("!L", len(piece)) + piece)
            await writer.drain()
        writer.write(struct.pack("!L", 0))
        await writer.drain()
        return (await reader.read(4096)).decode(errors="replace").strip("\0\n ")
    finally:
        writer.close()


async def _connect(clamd: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if clamd.startswith("/"):
        return await asyncio.open_unix_connection(clamd)
    host, _, port = clamd.rpartition(":")
    return await asyncio.open_connection(host, int(port))
