"""`GET /vivo` and `GET /salute`: whether this process lives, and whether the service can be used, for machines."""

from typing import Any

from litestar import Response, get

from omnia_com.health import state
from omnia_com.storage.database import fetch

from .http.asked import MyServices


@get("/vivo", name="alive")
async def alive() -> dict[str, str]:
    """200: this process answers. Nothing else is asked, so that nobody restarts it because something else is away."""
    return {"stato": "vivo"}


@get("/salute", name="health")
async def health(services: MyServices) -> Response[dict[str, Any]]:
    """200 `bene` or `degradato` (queue, browser, store or antivirus away, a document that failed: people can send).

    503 when nobody can: no database, or one that takes no writing (`fermo`), or one that is still `da migrare`. Why,
    is told at the address of the metrics and by `omnia-com doctor`.
    """
    if not services.schema.complete:
        return Response({"stato": "da migrare", "database": True}, status_code=503)
    around = services.around
    queue = await services.queue.alive()
    seen = await state.look(fetch, queue=queue, store=around.store, antivirus=around.antivirus)
    said: dict[str, Any] = {"stato": seen.word, "database": seen.database}
    if not seen.serves:
        return Response(said, status_code=503)
    return Response(said | {"coda": queue, "ricevuta_in_attesa_secondi": seen.piu_vecchio_in_attesa})
