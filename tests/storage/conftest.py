"""A database of a test's own."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest


@pytest.fixture
async def empty(database: asyncpg.Connection, environment: dict[str, str]) -> AsyncIterator[str]:
    """The address of a database that has nothing, for its owner."""
    await database.execute("CREATE DATABASE vuota")
    yield urlunsplit(urlsplit(environment["OMNIA_DATABASE_OWNER_URL"])._replace(path="/vuota"))
    await database.execute("DROP DATABASE vuota WITH (FORCE)")
