"""The one place that talks to the queue: a hint that a document waits. The row in the database is the truth."""

import asyncio
import time
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

log = structlog.get_logger()
RENDER = "render"
SAME_HINT = 5  # seconds
PATIENCE = 0.5  # seconds that a page may wait for the queue
AWAY = (RedisError, OSError, TimeoutError)  # what the queue raises that does not answer
SENTINEL, SENTINEL_PORT = "+sentinel", 26379
# arq's own default is pickle. A job whose worker died twice ends as an exception that arq writes down: as its text.
serialize = msgspec.json.Encoder(enc_hook=repr).encode


class _Job(msgspec.Struct):
    """A job as arq writes it: function, its arguments, tries, milliseconds since 1970."""

    f: str
    a: list[str]
    k: dict[str, str]
    et: int
    t: int | None = None


UNREADABLE: dict[str, Any] = {"f": "illeggibile", "a": [], "k": {}, "t": None, "et": 0}  # arq has no such function


def deserialize(raw: bytes) -> dict[str, Any]:
    """What arq makes of a job; of one that is none, one that it throws away."""
    try:
        return msgspec.structs.asdict(msgspec.json.decode(raw, type=_Job))
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        log.error("lavoro_illeggibile", errore=type(e).__name__)
        return UNREADABLE


def redis_settings(url: str) -> RedisSettings:
    """For arq, of `redis://`, `rediss://`, `unix://`, or, by way of Redis Sentinel,
    `redis+sentinel://[user:password@]host[:port][,host…]/name[/database]`. With none the queue is away for good.

    Other addresses are refused by the settings.
    """
    sentinel = SENTINEL in url.partition(":")[0]
    found = _by_sentinel(url) if sentinel else RedisSettings.from_dsn(url or "redis://127.0.0.1:0")
    found.conn_timeout, found.conn_retries = 1, 0
    return found


def _by_sentinel(url: str) -> RedisSettings:
    """`urlsplit` knows one host only: several are taken apart here."""
    parts = urlsplit(url)
    user, _, hosts = parts.netloc.rpartition("@")
    name, _, database = parts.path.strip("/").partition("/")
    username, _, password = user.partition(":")
    return RedisSettings(
        host=[_host(host) for host in hosts.split(",")],
        sentinel=True,
        sentinel_master=unquote(name),
        ssl=parts.scheme.startswith("rediss"),
        username=unquote(username) or None,
        password=unquote(password) or None,
        database=int(database or 0),
    )


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    return parts.hostname or "", parts.port or SENTINEL_PORT


async def connect(settings: RedisSettings) -> ArqRedis:
    """Raises one of `AWAY`."""
    return await create_pool(settings, job_serializer=serialize, job_deserializer=deserialize)


async def leave(pool: ArqRedis) -> None:
    """Closes *pool*, and what it keeps open to the Sentinels, which it forgets."""
    await pool.aclose()
    manager = getattr(pool.connection_pool, "sentinel_manager", None)
    for sentinel in manager.sentinels if manager else ():
        await sentinel.aclose()


class Queue:
    """Hints to the worker. It never raises and never keeps a page waiting for more than `PATIENCE`."""

    def __init__(self, url: str) -> None:
        """*url* as in `redis_settings`; with none the worker's sweep does all."""
        self._settings = redis_settings(url)
        self._pool: ArqRedis | None = None

    async def hint(self, document: str) -> bool:
        """Says that *document* waits to be made; False when the queue is away (the worker looks by itself).

        Hints at one document count as one job for `SAME_HINT` seconds; later ones as another, for a job that
        was taken by a worker that died is not offered again for a while.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                pool = await self._connected()
                await pool.enqueue_job(
                    RENDER, document, _job_id=f"{document}:{int(time.time()) // SAME_HINT}", _expires=60
                )
        except AWAY as e:
            log.warning("coda_assente", errore=type(e).__name__)
            return False
        return True

    async def alive(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return bool(await (await self._connected()).ping())
        except AWAY:
            return False

    async def close(self) -> None:
        if self._pool is not None:
            await leave(self._pool)

    async def _connected(self) -> ArqRedis:
        if self._pool is None:
            self._pool = await connect(self._settings)
        return self._pool
