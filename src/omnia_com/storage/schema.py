"""Whether the database has every migration that this release knows, and none that it does not."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from . import piccolo_app
from .database import AWAY, fetch

log = structlog.get_logger()
PAUSE, REMINDER = 1.0, 30  # seconds between two looks; looks between two lines in the log
_ID = re.compile(r'^ID = "([^"]+)"', re.MULTILINE)
# Those whose grants have been given too: a table that is there and may not be read yet is of no use.
_DONE = "SELECT name FROM migration JOIN regola ON name = ANY(passi) WHERE app_name = 'omnia_com'"

Query = Callable[[str], Awaitable[list[Any]]]


def known() -> frozenset[str]:
    """The ids of the migrations of this release."""
    files = Path(piccolo_app.APP_CONFIG.resolved_migrations_folder_path).glob("m*.py")
    return frozenset(id for file in files for id in _ID.findall(file.read_text()))


async def missing(query: Query = fetch) -> frozenset[str]:
    """The ids of those still to be done, by a *query* of the caller's own or the pool's."""
    try:
        return known() - {row["name"] for row in await query(_DONE)}
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return known()


class Schema:
    """Of one process: nothing is served before it is `complete`. A newer one is: what is added is in nobody's way."""

    def __init__(self) -> None:
        self.complete = False

    async def wait(self) -> None:
        """Until it is complete; says in the log that it is not."""
        looks = 0
        while not await self._looked(looks % REMINDER == 0):
            looks += 1
            await asyncio.sleep(PAUSE)
        if looks:
            log.info("schema_completo")

    @asynccontextmanager
    async def awaited(self) -> AsyncIterator[None]:
        """Waits while the block runs; at its beginning it has looked once."""
        if await self._looked(aloud=False):
            yield
            return
        task = asyncio.create_task(self.wait())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _looked(self, aloud: bool) -> bool:
        try:
            left = len(await missing())
        except AWAY as e:
            left = -1
            log.error("schema_non_letto", errore=type(e).__name__)
        if left > 0 and aloud:
            log.error("schema_incompleto", migrazioni_da_fare=left, rimedio="omnia-com migrate")
        self.complete = left == 0
        return self.complete
