"""One real Chromium for the run; each window is a browser profile of its own."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import NamedTuple

import pytest
from playwright.async_api import Browser, async_playwright

from omnia_com.documents.find_chromium import HOW_TO, find
from omnia_com.settings import Settings
from tests.browser.window import TELL_VIOLATIONS, Window
from tests.helpers.waiting import PATIENCE

Windows = Callable[..., Awaitable[Window]]


class Viewers(NamedTuple):
    """Two windows for all tests of a module."""

    script: Window
    bare: Window


@pytest.fixture(scope="session")
async def chromium(settings: Settings) -> AsyncIterator[Browser]:
    program = find(settings)
    assert program, HOW_TO
    async with async_playwright() as playwright:
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=str(program), args=args, timeout=PATIENCE * 1000)
        yield browser
        await browser.close()


@pytest.fixture
async def window(chromium: Browser, web: str, clean: None) -> AsyncIterator[Windows]:
    """Opens windows; when the test ends, none of them may have complained about a page."""
    async with AsyncExitStack() as stack:

        async def make(script: bool = True, width: int = 360, scheme: str = "light", proxy: str = "") -> Window:
            opened = await new_window(chromium, web, script, width, scheme, proxy)
            stack.push_async_callback(opened.close)
            return opened

        yield make


@pytest.fixture(scope="module")
async def kept_windows(chromium: Browser, web: str) -> AsyncIterator[Viewers]:
    kept = Viewers(await new_window(chromium, web), await new_window(chromium, web, script=False))
    yield kept
    for w in kept:
        await w.context.close()


@pytest.fixture
def viewers(kept_windows: Viewers) -> Iterator[Viewers]:
    """For tests that look at pages which are the same to everybody: to open a window takes longer than to look."""
    for w in kept_windows:
        w.complaints.clear()
    yield kept_windows
    for w in kept_windows:
        w.well()


async def new_window(
    chromium: Browser, web: str, script: bool = True, width: int = 360, scheme: str = "light", proxy: str = ""
) -> Window:
    context = await chromium.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=script,
        color_scheme="dark" if scheme == "dark" else "light",
        proxy={"server": proxy, "bypass": "<-loopback>"} if proxy else None,
    )
    context.set_default_timeout(PATIENCE * 1000)
    if htmx := os.environ.get("OMNIA_PROVA_HTMX"):  # another htmx in the place of ours: tests/peers/test_htmx_2.py
        await context.route("**/static/modulo*", lambda route: route.fulfill(path=htmx))
    await context.add_init_script(TELL_VIOLATIONS)
    return Window(context, await context.new_page(), web)
