"""Which workers live, and which have a browser to print with."""

import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from omnia_com.storage.database import fetch
from omnia_com.storage.tables import Battito

FRESH, KEPT = 15, 3600  # seconds for which a beat counts, and after which its row goes
NAME = f"{socket.gethostname()[-24:]}-{os.getpid()}-{secrets.token_hex(2)}"  # of this process, among all machines


async def beat(browser: str) -> None:
    """This worker's heartbeat: it is alive, and has *browser* ('' for none). Rows that are long out of date go."""
    await fetch(
        "INSERT INTO battito (nome, visto, browser) VALUES ($1, now(), $2) "
        "ON CONFLICT (nome) DO UPDATE SET visto = now(), browser = excluded.browser",
        NAME,
        browser,
    )
    await fetch("DELETE FROM battito WHERE visto < now() - interval '1 second' * $1", KEPT)


async def leave() -> None:
    """This worker ends, and is counted no more."""
    await Battito.delete().where(Battito.nome == NAME)


async def with_browser(query: Callable[..., Awaitable[list[Any]]] = fetch) -> int:
    """How many workers were alive within `FRESH`, and had a browser; by the pool, or a connection's own *query*."""
    healthy = "SELECT count(*) AS healthy FROM battito WHERE browser <> '' AND visto > now() - interval '1 second' * $1"
    (row,) = await query(healthy, FRESH)
    return int(row["healthy"])
