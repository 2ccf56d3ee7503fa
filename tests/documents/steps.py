"""What the tests of documents do and wait for."""

import subprocess
from collections.abc import Callable

import asyncpg

from tests.helpers.browsing import Visitor
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import until

Start = Callable[..., subprocess.Popen[bytes]]


async def documents_are(condition: str, database: asyncpg.Connection) -> None:
    """Waits until *condition* holds for every document that waits or waited."""
    seen = list[asyncpg.Record]()

    async def they_are() -> bool:
        seen[:] = await database.fetch("SELECT id, tipo, stato, tentativi, presa_fino FROM documento")
        return bool(await database.fetchval(f"SELECT bool_and({condition}) FROM documento"))

    await until(they_are, lambda: seen)


async def sent_many(person: Visitor, n: int) -> None:
    for _ in range(n):
        await send(person, await posted_draft(person, AUTONOMO))
