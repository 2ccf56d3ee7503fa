"""Waiting for a document: a page that was just sent for holds its answer until the PDF is there, for a moment."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from uuid import UUID

from omnia_com.documents import receipts
from omnia_com.storage.database import listening

T = TypeVar("T")
PATIENCE = 1.5  # seconds: p95 from sending to receipt is a tenth of it


class Ready:
    """Who waits for which document, in this process."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @asynccontextmanager
    async def open(self, url: str) -> AsyncIterator[None]:
        """Listens for documents that become ready while the block runs."""
        async with listening(url, receipts.CHANNEL, self._heard):
            yield

    def _heard(self, id: str) -> None:
        for event in self._waiting.get(id, ()):
            event.set()

    async def document(self, owner: str, id: UUID) -> receipts.Document | None:
        """With its PDF, if that is there or comes in time; None if nobody asked for it."""

        async def look() -> receipts.Document | None:
            return await receipts.find(owner, id, with_pdf=True)

        return await self.wait(id, look, lambda d: d is None or d.state != "attesa")

    async def wait(self, id: UUID, look: Callable[[], Awaitable[T]], done: Callable[[T], bool]) -> T:
        """What *look* sees once it is *done*, or after `PATIENCE` whatever it sees then."""
        event, key = asyncio.Event(), str(id)
        self._waiting[key].add(event)
        try:
            seen = await look()
            if done(seen):
                return seen
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), PATIENCE)
            return await look()
        finally:
            self._waiting[key].discard(event)
            if not self._waiting[key]:
                del self._waiting[key]
