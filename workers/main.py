"""The arq worker: one Chromium, jobs that call a domain verb, and a sweep that finds what the queue forgot."""

import argparse
import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn
from uuid import UUID

import structlog
from arq import func
from arq.connections import RedisSettings
from arq.worker import Worker
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from omnia_com import logs
from omnia_com.communications import register
from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments.contents import Contents
from omnia_com.communications.drafts import forget_old_drafts
from omnia_com.communications.kept_forms import forget_old_forms
from omnia_com.documents import heartbeat, receipts
from omnia_com.documents.queue import RENDER, Queue, deserialize, serialize
from omnia_com.documents.sealing import StampAway, seal_of, stamp_of
from omnia_com.identity.exchanges import forget_old_exchanges
from omnia_com.identity.saml.refresh import refresh
from omnia_com.italy.clock import Clock
from omnia_com.people.access_log import forget_old_accesses
from omnia_com.people.sessions import forget_expired
from omnia_com.settings import Settings
from omnia_com.storage.database import close_pool, open_pool
from omnia_com.storage.schema import Schema

from .browser import Browser, BrowserUnavailable, DriverGone
from .documents import print_pdf

log = structlog.get_logger()
SWEEP_SECONDS, BEAT_SECONDS, FILES_SECONDS, TIDY_SECONDS = 1.0, 5.0, 20.0, 600.0
DOCUMENT_SECONDS = 13  # a document that is not printed by then has failed
JOB_SECONDS = 14  # more, so that it can say so; less than the lease: a job that hangs gives its document back itself
POLL_SECONDS = 0.02  # arq's own half second would be most of the time to a receipt


async def render(ctx: dict[str, Any], document: str) -> str:
    """Makes one document, if it still waits and nobody else has it."""
    browser: Browser = ctx["browser"]
    if not browser.available:
        return "nessun browser"
    try:
        work = await receipts.claim(UUID(document))
    except Exception as e:
        log.error("documento_non_preso", documento=document, errore=type(e).__name__)
        return "non preso"
    if work is None:
        return "già fatto"
    failed = False
    try:
        try:
            async with asyncio.timeout(DOCUMENT_SECONDS):
                pdf = await print_pdf(browser, work, ctx.get("seal"))
        except Exception as e:  # the time may have gone into starting a browser
            failed = browser.available and not isinstance(e, BrowserUnavailable | StampAway)
            raise
        return "fatto" if await receipts.keep(work, pdf) else "preso da altri"
    except DriverGone as e:
        end(e)
    except Exception as e:
        log.error("documento_non_fatto", documento=document, errore=type(e).__name__)
        return "non fatto"
    finally:
        await asyncio.shield(receipts.give_back(work, failed=failed))  # nothing, if it was kept


async def sweep(queue: Queue, browser: Browser) -> None:
    """Hints again at every document that nobody holds."""
    if browser.available:
        for id in await receipts.waiting():
            await queue.hint(str(id))


async def beat(browser: Browser) -> None:
    """Says that this worker lives; looks for a browser, if there was none."""
    if not browser.available:
        await browser.start()
    await heartbeat.beat("chromium" if browser.available else "")


async def tidy(settings: Settings) -> None:
    """Each step by itself: one that fails stops no other."""
    await attempt("esportazioni", receipts.forget_old_exports)
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


def end(gone: DriverGone) -> NoReturn:
    """Only a new process mends it: the supervisor starts one, and the leases run out."""
    log.error("playwright_perso", motivo=str(gone))
    os._exit(1)


async def every(seconds: float, name: str, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await attempt(name, act)
        await asyncio.sleep(seconds)


async def work(settings: Settings) -> None:
    """Works until a signal says to stop, or until the queue is away for too long."""
    await open_pool(settings.database_url, size=4)
    await Schema().wait()
    seal = seal_of(settings)
    queue, contents = Queue(settings.redis_url), Contents(settings)
    async with Browser(settings) as browser:
        worker = Worker(
            [func(render, name=RENDER, timeout=JOB_SECONDS, max_tries=1)],
            redis_settings=patient(settings.redis_url),
            ctx={"browser": browser, "seal": seal},
            max_jobs=2,
            job_timeout=JOB_SECONDS,
            keep_result=0,  # a kept result would refuse the same hint for an hour
            poll_delay=POLL_SECONDS,
            job_serializer=serialize,
            job_deserializer=deserialize,
            log_results=False,
        )
        rounds = (
            every(BEAT_SECONDS, "battito", lambda: beat(browser)),
            every(SWEEP_SECONDS, "documenti", lambda: sweep(queue, browser)),
            every(FILES_SECONDS, "antivirus", lambda: attachments.check_waiting(contents, settings.clamd)),
            every(FILES_SECONDS, "allegati", lambda: attachments.forget_unused(contents)),
            every(TIDY_SECONDS, "pulizia", lambda: tidy(settings)),
        )
        tasks = [asyncio.create_task(r) for r in rounds]
        with contextlib.suppress(asyncio.CancelledError):
            await worker.async_run()
        for task in tasks:
            task.cancel()
        await worker.close()
    await queue.close()
    await close_pool()


def patient(url: str) -> RedisSettings:
    """A queue that is away for some seconds does not end the worker: OSError too must be tried again."""
    redis = RedisSettings.from_dsn(url)
    redis.conn_retries, redis.conn_retry_delay = 60, 1
    redis.retry = Retry(ExponentialBackoff(cap=1, base=0.05), 60)
    redis.retry_on_error = [RedisConnectionError, RedisTimeoutError, OSError]
    return redis


def run(settings: Settings, _given: argparse.Namespace) -> None:
    """`omnia-com worker`."""
    logs.configure()
    asyncio.run(work(settings))
