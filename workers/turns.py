"""Whose turn it is to be made: two documents beside each other, of which one may be the export of a draft."""

import asyncio
import os
from typing import NoReturn

import structlog

from omnia_com.documents import receipts
from omnia_com.documents.receipts import Waiting, Work
from omnia_com.documents.sealing import Seal, StampAway
from omnia_com.storage.database import AWAY

from .browser import PAGES, Browser, BrowserBroke, BrowserUnavailable, DriverGone
from .documents import print_pdf

log = structlog.get_logger()
LOOK_SECONDS = 1.0  # between two looks of who was not told
DOCUMENT_SECONDS = 13  # a document that is not printed by then has failed; less than its lease


class Turn:
    """One document in the making; `beside` another, if there was one at any moment."""

    def __init__(self, waiting: Waiting, beside: bool) -> None:
        self.waiting, self.beside = waiting, beside


class Turns:
    """Takes documents as there is room for them, whoever tells it that some wait, or nobody."""

    def __init__(self, browser: Browser, seal: Seal | None = None) -> None:
        self._browser, self._seal = browser, seal
        self._running: dict[asyncio.Task[str], Turn] = {}
        self._woken = asyncio.Event()

    def wake(self, _told: str = "") -> None:
        self._woken.set()

    async def run(self) -> None:
        """For ever; when it is cancelled, what is in the making is given back."""
        try:
            while True:
                self._woken.clear()
                await self._look()
                await self._pause()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _look(self) -> None:
        try:
            while waiting := await self._next():
                self._begin(waiting)
        except Exception as e:
            log.error("giro_non_riuscito", giro="documenti", errore=type(e).__name__)

    async def _next(self) -> Waiting | None:
        turns = [turn.waiting for turn in self._running.values()]
        if not self._browser.available or len(turns) == PAGES or any(w.alone for w in turns):
            return None
        return await receipts.next_waiting(
            exports=not any(w.export for w in turns), alone=not turns, besides=[w.id for w in turns]
        )

    def _begin(self, waiting: Waiting) -> None:
        for other in self._running.values():
            other.beside = True
        turn = Turn(waiting, beside=bool(self._running))
        task = asyncio.create_task(make(self._browser, turn, self._seal))
        self._running[task] = turn
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[str]) -> None:
        del self._running[task]
        if task.cancelled() or (task.exception() is None and task.result() != "non preso"):
            self.wake()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            pass


async def make(browser: Browser, turn: Turn, seal: Seal | None = None) -> str:
    """Makes one document, if it still waits and nobody else has it."""
    id = turn.waiting.id
    try:
        work = await receipts.claim(id)
    except Exception as e:
        log.error("documento_non_preso", documento=str(id), errore=type(e).__name__)
        return "non preso"
    return "già fatto" if work is None else await _made(browser, turn, work, seal)


async def _made(browser: Browser, turn: Turn, work: Work, seal: Seal | None) -> str:
    failed = alone = False
    try:
        try:
            async with asyncio.timeout(DOCUMENT_SECONDS):
                pdf = await print_pdf(browser, work, seal)
        except (Exception, DriverGone) as e:
            failed, alone = whose_fault(e, browser, turn)
            raise
        return "fatto" if await receipts.keep(work, pdf) else "preso da altri"
    except DriverGone as e:
        await _given_back(work, failed, alone)
        end(e)
    except Exception as e:
        log.error("documento_non_fatto", documento=str(work.id), errore=type(e).__name__, da_solo=not turn.beside)
        return "non fatto"
    finally:
        await asyncio.shield(_given_back(work, failed, alone))  # nothing, if it was kept


def whose_fault(e: BaseException, browser: Browser, turn: Turn) -> tuple[bool, bool]:
    """Whether the document has *failed*, and whether it is to be made alone, so that it shows whose fault it is.

    What breaks the browser breaks it for all who print with it, and a browser that hangs takes everybody's time.
    """
    if isinstance(e, DriverGone | BrowserBroke) or (isinstance(e, TimeoutError) and browser.available):
        return not turn.beside, turn.beside
    return browser.available and not isinstance(e, BrowserUnavailable | StampAway), False


async def _given_back(work: Work, failed: bool, alone: bool) -> None:
    try:
        await receipts.give_back(work, failed=failed, alone=alone)
    except AWAY as e:
        log.error("documento_non_reso", documento=str(work.id), errore=type(e).__name__)  # its lease runs out


def end(gone: DriverGone) -> NoReturn:
    """Only a new process mends it: the supervisor starts one, and the leases run out."""
    log.error("playwright_perso", motivo=str(gone))
    os._exit(1)
