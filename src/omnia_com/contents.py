"""Where the bytes of attachments are: a folder, or an S3-compatible store so that several machines can serve.

Bytes go in and out in pieces; names are ours (`contenuto.id`), never a person's.
"""

from collections.abc import AsyncIterator
from typing import Any, BinaryIO
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from .settings import Settings

PIECE = 256 * 1024  # bytes
S3_PART = 5 * 1024 * 1024  # bytes: the least that S3 takes as a part of an object
SECONDS = "20s"


class StoreAway(OSError):
    """The store does not answer, or does not have what it should."""


class Contents:
    """The store that the settings name. Every method raises `StoreAway`."""

    def __init__(self, settings: Settings) -> None:
        url = settings.allegati_url
        self._store: Any
        if url.startswith("s3:"):
            self._part = S3_PART
            # plain http only if the deployer's own AWS_ENDPOINT_URL says so
            self._store = from_url(url, client_options={"timeout": SECONDS, "allow_http": True}, retry_config=_RETRY)
        else:
            self._part = PIECE
            folder = url.removeprefix("file://") or settings.data / "allegati"
            self._store = LocalStore(folder, mkdir=True)

    async def put(self, id: UUID, file: BinaryIO) -> None:
        """Stores *file* from its beginning, whole or not at all."""
        file.seek(0)
        try:
            await obstore.put_async(self._store, id.hex, file, chunk_size=self._part, max_concurrency=1)
        except BaseError as e:
            raise StoreAway(type(e).__name__) from e

    async def open(self, id: UUID) -> AsyncIterator[bytes]:
        """The content in pieces; it is there once this returns."""
        try:
            found = await obstore.get_async(self._store, id.hex)
        except (BaseError, FileNotFoundError) as e:
            raise StoreAway(type(e).__name__) from e
        return _pieces(found.stream(min_chunk_size=PIECE))

    async def remove(self, id: UUID) -> None:
        """Also what is not there."""
        try:
            await obstore.delete_async(self._store, id.hex)
        except FileNotFoundError:
            pass
        except BaseError as e:
            raise StoreAway(type(e).__name__) from e


_RETRY: Any = {"max_retries": 2}


async def _pieces(stream: Any) -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)


async def pieces_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """A file of ours from its beginning."""
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
