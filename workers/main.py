"""The worker: one Chromium, documents in their turn, and rounds that find what waits and what is over."""

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable

import structlog

from omnia_com import __version__, logs
from omnia_com.communications import register
from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments.contents import Contents
from omnia_com.communications.drafts import forget_old_drafts
from omnia_com.communications.kept_forms import forget_old_forms
from omnia_com.documents import heartbeat
from omnia_com.documents.exports import forget_old_exports
from omnia_com.documents.receipts import WAITING
from omnia_com.documents.sealing import seal_of, stamp_of
from omnia_com.health import address as watched
from omnia_com.identity.exchanges import forget_old_exchanges
from omnia_com.identity.saml.refresh import refresh
from omnia_com.italy.clock import Clock
from omnia_com.people.access_log import forget_old_accesses
from omnia_com.people.sessions import forget_expired
from omnia_com.settings import Settings
from omnia_com.storage.database import close_pool, listening, open_pool
from omnia_com.storage.schema import Schema

from .browser import Browser, DriverGone
from .hints import heed
from .turns import Turns, end

log = structlog.get_logger()
BEAT_SECONDS, FILES_SECONDS, TIDY_SECONDS = 5.0, 20.0, 600.0
ENDING_SECONDS = 2


async def beat(browser: Browser) -> None:
    """Says that this worker lives; looks for a browser, if there was none."""
    if not browser.available:
        await browser.start()
    await heartbeat.beat("chromium" if browser.available else "")


async def tidy(settings: Settings) -> None:
    """Each step by itself: one that fails stops no other."""
    await attempt("esportazioni", forget_old_exports)
    await attempt("sessioni", lambda: forget_expired(settings))
    await attempt("scambi", lambda: forget_old_exchanges(settings))
    await attempt("metadata", lambda: refresh(settings))
    await attempt("moduli", forget_old_forms)
    await attempt("bozze", lambda: forget_old_drafts(settings.conserva_bozze))
    await attempt("registro", lambda: register.close_days(Clock(settings.adesso), stamp_of(settings)))
    await attempt("accessi", lambda: forget_old_accesses(settings.conserva_accessi))


async def attempt(name: str, act: Callable[[], Awaitable[None]]) -> None:
    try:
        await act()
    except DriverGone as e:
        end(e)
    except Exception as e:
        log.error("giro_non_riuscito", giro=name, errore=type(e).__name__)


async def every(seconds: float, name: str, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await attempt(name, act)
        await asyncio.sleep(seconds)


async def end_all(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Told again until they have: a library that waits for something else may swallow it once."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=ENDING_SECONDS)


async def work(settings: Settings) -> None:
    """Works until a signal says to stop."""
    await open_pool(settings.database_url, size=4, pgbouncer=settings.database_pgbouncer)
    await Schema().wait()
    stopping, contents = asyncio.Event(), Contents(settings)
    for sig in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sig, stopping.set)
    async with Browser(settings) as browser:
        turns = Turns(browser, seal_of(settings))
        rounds = (
            turns.run(),
            heed(settings.redis_url, turns.wake),
            every(BEAT_SECONDS, "battito", lambda: beat(browser)),
            every(FILES_SECONDS, "antivirus", lambda: attachments.check_waiting(contents, settings.clamd)),
            every(FILES_SECONDS, "allegati", lambda: attachments.forget_unused(contents)),
            every(TIDY_SECONDS, "pulizia", lambda: tidy(settings)),
        )
        async with listening(settings.database_listen_url or settings.database_url, WAITING, turns.wake):
            tasks = [asyncio.create_task(r) for r in rounds]
            await stopping.wait()
            await end_all(tasks)
        await attempt("battito", heartbeat.leave)
    await close_pool()


def run(settings: Settings, _given: argparse.Namespace) -> None:
    """`omnia-com worker`."""
    logs.configure()
    logs.started("worker", __version__, settings.in_force)
    with watched.served(settings):
        asyncio.run(work(settings))
