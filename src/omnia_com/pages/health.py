"""`GET /salute`: whether the service can be used, for machines."""

import asyncio
from typing import Any

from litestar import Response, get

from omnia_com.documents import heartbeat, receipts
from omnia_com.storage.database import AWAY

from .http.asked import MyServices

WITHIN = 2.0  # seconds


@get("/salute", name="health")
async def health(services: MyServices) -> Response[dict[str, Any]]:
    """200 `bene` or `degradato` (queue or browser away: the service goes on).

    503 only without the database (`fermo`), or with one that is still `da migrare`.
    """
    if not services.schema.complete:
        return Response({"stato": "da migrare", "database": True}, status_code=503)
    try:
        async with asyncio.timeout(WITHIN):
            oldest = await receipts.oldest_waiting()
            browsers = await heartbeat.with_browser()
    except AWAY:
        return Response({"stato": "fermo", "database": False}, status_code=503)
    queue = await services.queue.alive()
    return Response(
        {
            "stato": "bene" if queue and browsers else "degradato",
            "database": True,
            "coda": queue,
            "ricevuta_in_attesa_secondi": round(oldest, 1),
        }
    )
