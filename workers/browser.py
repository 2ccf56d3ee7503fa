"""One Chromium that prints HTML to PDF: two pages used again and again, that reach neither network nor files."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Iterator

from playwright.async_api import Browser as Program
from playwright.async_api import BrowserContext, Page, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from omnia_com.documents.find_chromium import HOW_TO, find
from omnia_com.settings import Settings

from .own_folder import OwnFolder

PAGES = 2
RENDERS_PER_CONTEXT = 100
RENDER_LIMIT, SHORT_LIMIT, LAUNCH_LIMIT = 6, 3, 15  # seconds
TYPEFACES_LOADED = "() => Promise.all([...document.fonts].map(face => face.load())).then(() => null)"
log = logging.getLogger(__name__)


class BrowserUnavailable(Exception):
    """No PDF can be printed now: no Chromium, or it fails. Worth another try later."""


class NotPrinted(Exception):
    """A browser there is, but this page breaks it or takes too long."""


class BrowserBroke(Exception):
    """While this page was printed the browser ended, or hung and was ended: by this page, or by another beside it."""


class DriverGone(BaseException):
    """Playwright's own process is dead or deaf: only a new worker process mends that. `except Exception` lets it by."""


class Tab:
    """One page in its own context; good for a hundred renders."""

    def __init__(self, program: Program, context: BrowserContext, page: Page) -> None:
        self.program, self.context, self.page, self.renders = program, context, page, 0

    @classmethod
    async def of(cls, program: Program) -> "Tab":
        context = await program.new_context(offline=True, java_script_enabled=False, accept_downloads=False)
        await context.route("**/*", lambda route: route.abort())
        return cls(program, context, await context.new_page())

    async def pdf(self, html: str) -> bytes:
        """Raises `NotPrinted` after `RENDER_LIMIT`: a second try would take as long."""
        self.renders += 1
        try:
            async with asyncio.timeout(RENDER_LIMIT):
                await self.page.set_content(html)
                await self.page.evaluate(TYPEFACES_LOADED)
                return await self.page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
        except TimeoutError as e:
            raise NotPrinted(f"Chromium non ha stampato in {RENDER_LIMIT} secondi") from e

    @property
    def usable(self) -> bool:
        return self.renders < RENDERS_PER_CONTEXT and not self.page.is_closed()


class Browser:
    """`async with Browser(settings) as browser: pdf = await browser.pdf(html)`; started again whenever it dies."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(PAGES)
        self._starting = asyncio.Lock()
        self._idle: list[Tab] = []
        self._sandbox = settings.chromium_sandbox != "off"
        self._playwright: Playwright | None = None
        self._program: Program | None = None
        self._folder: OwnFolder | None = None
        self.available = False

    async def __aenter__(self) -> "Browser":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(SHORT_LIMIT):
                if self._program:
                    await self._program.close()
                if self._playwright:
                    await self._playwright.stop()
        if self._folder:
            self._folder.release()
        self._playwright = self._program = self._folder = None
        self.available = False

    async def start(self) -> None:
        """Start Chromium if it does not run; without one, only say so."""
        try:
            await self._running()
        except BrowserUnavailable as e:
            log.warning("%s", e)

    async def pdf(self, html: str) -> bytes:
        """*html* printed as a tagged PDF.

        Raises `NotPrinted`, `BrowserBroke`, `BrowserUnavailable`, or `DriverGone` when the process should end.
        """
        async with self._slots:
            for _ in range(2):  # a browser that died while idle costs no receipt its turn
                tab: Tab | None = None
                try:
                    async with asyncio.timeout(LAUNCH_LIMIT + RENDER_LIMIT), self._tab() as tab:
                        return await tab.pdf(html)
                except NotPrinted as e:
                    raise _told(e, tab) from e
                except (PlaywrightError, TimeoutError) as e:
                    failure = e
                    await self._after(e)
            raise _told(failure, tab) from failure

    @contextlib.asynccontextmanager
    async def _tab(self) -> AsyncIterator[Tab]:
        program = await self._running()
        async with asyncio.timeout(SHORT_LIMIT):
            tab = self._idle.pop() if self._idle else await Tab.of(program)
        try:
            yield tab
        except BaseException:
            tab.renders = RENDERS_PER_CONTEXT
            raise
        finally:
            await self._put_back(tab)

    async def _put_back(self, tab: Tab) -> None:
        if tab.usable:
            self._idle.append(tab)
            return
        try:
            async with asyncio.timeout(SHORT_LIMIT):
                await tab.context.close()
        except PlaywrightError:
            pass
        except TimeoutError as e:
            await self._after(e)

    async def _running(self) -> Program:
        async with self._starting:
            if self._program is None or not self._program.is_connected():
                self._idle.clear()
                self.available = False
                self._program = await self._launched()
                self.available = True
            return self._program

    async def _launched(self) -> Program:
        path = find(self._settings)
        if path is None:
            raise BrowserUnavailable(HOW_TO)
        if self._playwright is None:
            self._playwright = await self._driver()
        if self._sandbox and os.geteuid() == 0:
            self._without_sandbox("root non può usarla")
        try:
            return await self._playwright.chromium.launch(
                executable_path=path, chromium_sandbox=self._sandbox, timeout=LAUNCH_LIMIT * 1000
            )
        except PlaywrightError as e:
            await self._driver_alive()
            if not self._sandbox:
                raise BrowserUnavailable(f"{path} non si avvia: {e}") from e
            self._without_sandbox(str(e).partition("\n")[0])
        return await self._launched()

    def _without_sandbox(self, why: str) -> None:
        if self._settings.chromium_sandbox == "require":
            raise BrowserUnavailable(f"La sandbox di Chromium è richiesta (OMNIA_CHROMIUM_SANDBOX=require), ma {why}")
        log.warning("Chromium parte senza la sua sandbox: %s", why)
        self._sandbox = False

    async def _driver(self) -> Playwright:
        self._folder = self._folder or OwnFolder.in_(self._settings.data / "tmp")
        try:
            with self._folder.as_environment():
                return await async_playwright().start()
        except Exception as e:  # Playwright says no more than that
            raise BrowserUnavailable(f"Playwright non si avvia: {e}") from e

    async def _after(self, failure: Exception) -> None:
        """A deaf browser is closed, so that the next try starts another one; a dead driver ends the process."""
        if isinstance(failure, TimeoutError) and self._program:
            with _ends_if_it_fails("Chromium non si chiude"):
                async with asyncio.timeout(SHORT_LIMIT):
                    await self._program.close()
        await self._driver_alive()

    async def _driver_alive(self) -> None:
        """Ask Playwright's process something that needs no browser."""
        if self._playwright is None:
            return
        with _ends_if_it_fails("Il processo di Playwright non risponde più"):
            async with asyncio.timeout(SHORT_LIMIT):
                await (await self._playwright.request.new_context()).dispose()


def _told(failure: Exception, tab: Tab | None) -> Exception:
    """*failure* as what it says of the page that was to be printed in *tab*."""
    if tab is None:
        return BrowserUnavailable(f"Chromium non ha stampato: {failure}")
    kind = NotPrinted if tab.program.is_connected() else BrowserBroke
    return kind(f"Chromium non ha stampato: {failure}")


@contextlib.contextmanager
def _ends_if_it_fails(words: str) -> Iterator[None]:
    try:
        yield
    except (PlaywrightError, TimeoutError) as e:
        raise DriverGone(words) from e
