"""What stands around the database: the store of attachments and the antivirus, asked now and then.

An answer of theirs may take seconds: whoever asks how the service is does not wait for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from omnia_com.communications.attachments import antivirus
from omnia_com.communications.attachments.contents import Contents, StoreAway

PAUSE, WITHIN = 10.0, 5.0  # seconds between two looks; that each may take


class Around:
    """As it was when somebody looked last; until then all is well."""

    def __init__(self, contents: Contents, clamd: str) -> None:
        self._contents, self._clamd = contents, clamd
        self.store = self.antivirus = True

    async def look(self) -> None:
        self.store, self.antivirus = await asyncio.gather(self._store_answers(), self._antivirus_answers())

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Looks while the block runs."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(PAUSE)

    async def _store_answers(self) -> bool:
        try:
            async with asyncio.timeout(WITHIN):
                await self._contents.try_out()
        except (StoreAway, OSError):
            return False
        return True

    async def _antivirus_answers(self) -> bool:
        return not self._clamd or await antivirus.alive(self._clamd, WITHIN)
