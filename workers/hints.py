"""The queue, as the worker hears it: each job says that a document waits, and nothing more. Whose turn it is, only the
database knows; so the queue may be away, emptied or full of rubbish, and nobody waits for it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from arq import func
from arq.connections import ArqRedis
from arq.constants import default_queue_name
from arq.worker import Worker
from redis.exceptions import ResponseError

from omnia_com.documents.queue import AWAY, RENDER, connect, deserialize, leave, redis_settings, serialize

log = structlog.get_logger()
POLL_SECONDS = 1.0  # who sends does not wait for it: the database tells at once
JOB_SECONDS, AGAIN = 5, 1.0


async def heed(url: str, wake: Callable[[], None]) -> None:
    """Calls *wake* for each job in the queue at *url*, for ever. What cannot be read is thrown away."""
    said = False
    while True:
        try:
            pool = await connect(redis_settings(url))
            said = False
            try:
                await _heed(pool, wake)
            finally:
                await leave(pool)
        except AWAY as e:
            if not said:
                log.warning("coda_assente", errore=type(e).__name__)
            said = True
        await asyncio.sleep(AGAIN)


async def _heed(pool: ArqRedis, wake: Callable[[], None]) -> None:
    async def render(ctx: dict[Any, Any], *_args: Any, **_kwargs: Any) -> None:  # noqa: ARG001 – arq's signature
        wake()

    worker = Worker(
        [func(render, name=RENDER, timeout=JOB_SECONDS, max_tries=1)],
        redis_pool=pool,
        handle_signals=False,
        job_timeout=JOB_SECONDS,
        keep_result=0,  # a kept result would refuse the same hint for an hour
        poll_delay=POLL_SECONDS,
        job_serializer=serialize,
        job_deserializer=deserialize,
        log_results=False,
    )
    try:
        await worker.main()
    except Exception as e:
        if isinstance(e, AWAY) and not isinstance(e, ResponseError):
            raise
        log.error("coda_illeggibile", errore=type(e).__name__)
        await pool.unlink(default_queue_name)  # hints, all of them: what they were for is found without
    finally:
        for task in worker.tasks.values():
            task.cancel()
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
