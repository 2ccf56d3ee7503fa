"""A browser window that notes what no page of the service may do, and the things that a person does in it."""

import contextlib
import re
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Error, Page, Request

from omnia_com.pages.http import assets
from tests.helpers.browsing import Visitor
from tests.helpers.people import PERSONE
from tests.helpers.waiting import until

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (e) => console.error("CSP: " + e.violatedDirective + e.blockedURI))
"""
WAITS = "window.leaving = !!document.querySelector('#modulo p[hidden] > #aggiorna')"
STATUS = re.compile(r"Failed to load resource: the server responded with a status of 4(09|13|22)")


class Window:
    """`faults` is set where a test breaks the connection or the session, so that the browser will complain.

    What has a word of `forgiven` in it is no complaint, however late it comes.
    """

    def __init__(self, context: BrowserContext, page: Page, web: str) -> None:
        self.context, self.page, self.web, self.faults = context, page, web, False
        self.complaints: list[str] = []
        self.forgiven: list[str] = []
        self.requests: list[Request] = []
        context.on("console", self._said)
        context.on("request", self._asked)
        page.on("pageerror", lambda e: self.complaints.append(f"{e.message} on {page.url}: {e.stack}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not STATUS.match(message.text):
            where = message.location
            self.complaints.append(f"{message.text} ({where['url']}:{where['lineNumber']}, on {self.page.url})")

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        if urlsplit(request.url).hostname != "127.0.0.1" and not request.url.startswith("data:"):
            self.complaints.append(f"asked for {request.url} on {self.page.url}")

    async def close(self) -> None:
        await self.context.close()
        self.well()

    def well(self) -> None:
        """Fails with what the browser complained about."""
        complaints = [c for c in self.complaints if not (self.faults and "CSP" not in c)]
        complaints = [c for c in complaints if not any(word in c for word in self.forgiven)]
        assert complaints == []

    async def be(self, person: Visitor) -> "Window":
        """Takes over the session of somebody who signed in."""
        jar = person.client.cookies.jar
        await self.context.add_cookies([{"name": c.name, "value": c.value or "", "url": self.web} for c in jar])
        return self

    async def whole(self, path: str) -> str:
        """What a page came to be, as HTML that needs no other file: the stylesheet stands in it."""
        await self.context.clear_cookies(name=assets.KEPT)
        await self.open(path)
        return await self.page.content()

    async def open(self, path: str) -> "Window":
        await self.page.goto(self.web + path)
        return self

    async def sign_in(self, person: str) -> None:
        p = PERSONE[person]
        await self.open("/")
        await self.press("Entra con SPID")
        await self.press(f"{p['nome']} {p['cognome']} ({p['codice_fiscale']})")

    async def reload(self) -> None:
        """Pressed again while the browser is between two pages."""

        async def again() -> bool:
            try:
                await self.page.reload()
            except Error as e:
                if "Not attached to an active page" not in e.message:
                    raise
                return False
            return True

        await until(again, lambda: f"the browser between two pages, at {self.page.url}")

    async def press(self, button: str) -> None:
        """On the form page, whose script saves first, until another page is there or the status line says why not."""
        pressed = self.page.get_by_role("button", name=button, exact=True)
        await pressed.wait_for()
        waits = await self.page.evaluate(WAITS)
        await pressed.click()

        async def over() -> bool:
            with contextlib.suppress(Error):  # the page is being left
                return not await self.page.evaluate("window.leaving && document.activeElement.id != 'salvato'")
            return False

        if waits:
            await until(over, lambda: f"the same page, {self.page.url}")

    async def follow(self, words: str) -> None:
        await self.page.get_by_role("link", name=words).first.click()

    async def choose(self, tipologia: str) -> None:
        """Only picks the radio button."""
        await self.page.check(f"#tipologia_rioccupazione-{tipologia}")

    async def swapped(self, tipologia: str) -> None:
        """Once the fields of *tipologia* are there and the announcement is made."""
        await self.page.wait_for_selector(f"[name=gruppo_mostrato][value={tipologia}]", state="attached")
        await self.stato("Ora compila")

    async def fill(self, answers: dict[str, str]) -> None:
        for name, text in answers.items():
            control = self.page.locator(f"[name={name}]").first
            kind = await control.evaluate("c => c.type")
            if kind == "select-one":
                await control.select_option(text)
            elif kind in ("radio", "checkbox"):
                await self.page.check(f"#{name}-{text}")
            else:
                await control.fill(text)

    async def value(self, name: str) -> str:
        """What the form would post."""
        return str(await self.page.locator("#modulo").evaluate("(f, n) => new FormData(f).get(n) ?? ''", name))

    async def stato(self, words: str) -> str:
        """What the status line says, once it says *words*."""
        await self.page.locator("#stato", has_text=words).wait_for(state="attached")
        return await self.page.inner_text("#stato")

    async def focus_comes_to(self, id: str) -> None:
        """The browser gives the focus once it has drawn the page."""
        focused = ""

        async def there() -> bool:
            nonlocal focused
            with contextlib.suppress(Error):  # one page is being left, or the next has no body yet
                focused = await self.focused()
            return focused == id

        await until(there, lambda: f"the focus on «{focused}» of {self.page.url}")

    async def focused(self) -> str:
        return str(await self.page.evaluate("document.activeElement.id"))
