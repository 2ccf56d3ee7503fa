"""The one place that talks to the queue: a hint that a document waits. The row in the database is the truth."""

import asyncio
import time

import msgspec
import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

log = structlog.get_logger()
RENDER = "render"
SAME_HINT = 5  # seconds
PATIENCE = 0.5  # seconds that a page may wait for the queue
# arq's own default is pickle. A job whose worker died twice ends as an exception that arq writes down: as its text.
serialize, deserialize = msgspec.json.Encoder(enc_hook=repr).encode, msgspec.json.decode


class Queue:
    """Hints to the worker. It never raises and never keeps a page waiting for more than `PATIENCE`."""

    def __init__(self, url: str) -> None:
        """*url* of Redis or Valkey; with none the queue is away for good, and the sweep does all."""
        self._settings = RedisSettings.from_dsn(url or "redis://127.0.0.1:0")
        self._settings.conn_timeout, self._settings.conn_retries = 1, 0
        self._pool: ArqRedis | None = None

    async def hint(self, document: str) -> bool:
        """Asks for *document* to be rendered; False when the queue is away (the worker's sweep will find it).

        Hints at one document count as one job for `SAME_HINT` seconds; later ones as another, for a job that
        was taken by a worker that died is not offered again for a while.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                pool = await self._connected()
                await pool.enqueue_job(
                    RENDER, document, _job_id=f"{document}:{int(time.time()) // SAME_HINT}", _expires=60
                )
        except (RedisError, OSError, TimeoutError) as e:
            log.warning("coda_assente", errore=type(e).__name__)
            return False
        return True

    async def alive(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return bool(await (await self._connected()).ping())
        except (RedisError, OSError, TimeoutError):
            return False

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def _connected(self) -> ArqRedis:
        if self._pool is None:
            self._pool = await create_pool(self._settings, job_serializer=serialize)
        return self._pool
