"""Where the bytes of attachments are: a folder, or an S3-compatible store so that several machines can serve.

Bytes go in and out in pieces; names are ours (`contenuto.id`), never a person's.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import httpx
import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from omnia_com.settings import Settings

PIECE = 256 * 1024  # bytes
SECONDS = 20
TRIED = "prova"  # a name that no content has
PAUSES = (0.2, 1.0)  # seconds before each new attempt


class StoreAway(OSError):
    """The store does not answer, or does not have what it should."""


class Contents:
    """The store that the settings name. Every method raises `StoreAway`."""

    def __init__(self, settings: Settings) -> None:
        url = settings.allegati_url
        self._store: Any
        self._is_s3 = url.startswith("s3:")
        if self._is_s3:
            # plain http only if the deployer's own AWS_ENDPOINT_URL says so
            options: Any = {"timeout": f"{SECONDS}s", "allow_http": True}
            retries: Any = {"max_retries": len(PAUSES)}
            self._store = from_url(url, client_options=options, retry_config=retries)
        else:
            self._folder = Path(url.removeprefix("file://") or settings.data / "allegati")
            _own(self._folder)
            self._store = LocalStore(self._folder)

    async def put(self, id: UUID, file: BinaryIO) -> None:
        """Stores *file* from its beginning, whole or not at all, and never has it whole in memory.

        Once this returns a loss of power does not lose it.
        """
        file.seek(0)
        try:
            if self._is_s3:
                await self._send(id.hex, file)
            else:
                await obstore.put_async(self._store, id.hex, file, chunk_size=PIECE, max_concurrency=1)
                await asyncio.to_thread(_settle, self._folder / id.hex)
        except (BaseError, httpx.HTTPError) as e:
            raise StoreAway(type(e).__name__) from e

    async def _send(self, name: str, file: BinaryIO) -> None:
        """In one request of known length, to an address that obstore signs: by itself it sends parts out of memory,
        and S3 takes none under 5 MiB."""
        url = await obstore.sign_async(self._store, "PUT", name, timedelta(minutes=5))
        length = {"Content-Length": str(file.seek(0, os.SEEK_END))}
        async with httpx.AsyncClient(timeout=SECONDS) as http:
            for pause in (*PAUSES, 0):
                try:
                    (await http.put(url, content=pieces_of(file), headers=length)).raise_for_status()
                    return
                except httpx.HTTPError as e:
                    refused = isinstance(e, httpx.HTTPStatusError) and e.response.is_client_error
                    if refused or not pause:
                        raise
                    await asyncio.sleep(pause)

    async def open(self, id: UUID) -> AsyncIterator[bytes]:
        """The content in pieces; it is there once this returns."""
        try:
            found = await obstore.get_async(self._store, id.hex)
        except (BaseError, FileNotFoundError) as e:
            raise StoreAway(type(e).__name__) from e
        return _pieces(found.stream(min_chunk_size=PIECE))

    async def try_out(self) -> None:
        """Whether it would take something: a folder is written to, a store that is elsewhere answers."""
        try:
            if self._is_s3:
                await obstore.head_async(self._store, TRIED)
            else:
                await asyncio.to_thread(_write_and_remove, self._folder)
        except FileNotFoundError:
            if not self._is_s3:
                raise StoreAway("FileNotFoundError") from None
        except BaseError as e:
            raise StoreAway(type(e).__name__) from e

    async def remove(self, id: UUID) -> None:
        """Also what is not there."""
        try:
            await obstore.delete_async(self._store, id.hex)
        except FileNotFoundError:
            pass
        except BaseError as e:
            raise StoreAway(type(e).__name__) from e


def _own(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o700)


def _write_and_remove(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(os.urandom(PIECE))
        file.flush()
        os.fsync(file.fileno())


def _settle(path: Path) -> None:
    """On the disk, named there, and of our user alone: obstore leaves all three to the system."""
    path.chmod(0o600)
    for place in (path, path.parent):
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


async def _pieces(stream: Any) -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)


async def pieces_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """A file of ours from its beginning."""
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
