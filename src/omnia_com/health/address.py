"""The address of the metrics (`OMNIA_METRICHE`): `/metrics` for Prometheus, `/stato` for people, `/vivo`.

It is served by a thread with connections of its own, so that it answers while the pages do not. Nothing that it says
is about a person; still it is nobody's but the network's of whoever runs the service.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET6
from threading import Thread
from typing import Any

import asyncpg
import msgspec
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from omnia_com.communications.attachments.contents import Contents
from omnia_com.documents.queue import AWAY as QUEUE_AWAY
from omnia_com.documents.queue import connect, leave, redis_settings
from omnia_com.settings import Settings, address
from omnia_com.storage.database import AWAY, WITHOUT_CACHE

from . import gauges
from .around import Around
from .state import State, look

WITHIN = 3.0  # seconds for a connection
JOBS = "arq:queue"
SHARED = "PROMETHEUS_MULTIPROC_DIR"


class _Once:
    """Metrics that were worked out already, as a collector."""

    def __init__(self, metrics: list[Any]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Any]:
        return iter(self._metrics)


async def _measured(settings: Settings) -> tuple[State, list[Any]]:
    around = Around(Contents(settings), settings.clamd)
    _, jobs = await asyncio.gather(around.look(), _jobs(settings.redis_url))
    beside = {"queue": jobs is not None, "store": around.store, "antivirus": around.antivirus}
    try:
        db = await asyncpg.connect(settings.database_url, timeout=WITHIN, **WITHOUT_CACHE)
    except AWAY:
        state = State(
            database=False, scrivibile=False, coda=jobs is not None, deposito=around.store, antivirus=around.antivirus
        )
        return state, list(gauges.gauges(settings, state, {}, jobs))
    try:
        state = await look(db.fetch, **beside)
        counts = await gauges.counted(db.fetch) if state.migrazioni_da_fare == 0 else {}
    except AWAY:
        counts = {}
    finally:
        db.terminate()
    return state, list(gauges.gauges(settings, state, counts, jobs))


async def _jobs(url: str) -> int | None:
    try:
        async with asyncio.timeout(WITHIN):
            pool = await connect(redis_settings(url))
            try:
                return int(await pool.zcard(JOBS))
            finally:
                await leave(pool)
    except QUEUE_AWAY:
        return None


def exposition(settings: Settings, shared: Path | None) -> bytes:
    """All that is counted and measured now; *shared*: where several processes write what they count."""
    registry = CollectorRegistry()
    registry.register(_Once(asyncio.run(_measured(settings))[1]))
    if shared is None:
        return generate_latest(registry) + generate_latest(REGISTRY)
    MultiProcessCollector(registry, path=str(shared))  # type: ignore[no-untyped-call]
    return generate_latest(registry)


@contextmanager
def served(settings: Settings, shared: Path | None = None) -> Iterator[None]:
    """While the block runs. Raises `OSError` where the address is taken; without a setting nothing is served."""
    if not settings.metriche:
        yield
        return

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path.partition("?")[0]:
                case "/metrics":
                    self._say(200, exposition(settings, shared), CONTENT_TYPE_LATEST)
                case "/stato":
                    state, _ = asyncio.run(_measured(settings))
                    said = {"stato": state.word, **msgspec.to_builtins(state)}
                    self._say(200 if state.serves else 503, msgspec.json.encode(said), "application/json")
                case "/vivo":
                    self._say(200, b'{"stato":"vivo"}', "application/json")
                case _:
                    self._say(404, b"", "text/plain")

        def _say(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """It is asked every few seconds."""

    host, port = address(settings.metriche)

    class Server(ThreadingHTTPServer):
        daemon_threads, block_on_close = True, False
        address_family = AF_INET6 if ":" in host else ThreadingHTTPServer.address_family

        def handle_error(self, *_: Any) -> None:
            """Whoever asked has gone."""

    server = Server((host, port), Asked)
    Thread(target=server.serve_forever, name="metriche", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def share(folder: Path) -> Path:
    """Where the processes to be started write what they count; emptied of what an earlier run left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        with suppress(OSError):
            old.unlink()
    os.environ[SHARED] = str(folder)
    return folder
