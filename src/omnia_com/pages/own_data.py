"""Everything that the service holds on the person who asks, to take away."""

import msgspec
from litestar import Response, get

from omnia_com.people import own_data

from .http.answer import Page
from .http.asked import MySession


@get("/dati", name="own_data")
async def download(session: MySession) -> Page:
    body = msgspec.json.format(msgspec.json.encode(await own_data.everything(session.owner)), indent=2)
    headers = {"Content-Disposition": 'attachment; filename="i-miei-dati.json"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/json", headers=headers)
