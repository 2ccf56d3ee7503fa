"""The form page on a slow line, as a phone sees it the first time: nothing in the cache, no connection open."""

import os
from statistics import median
from urllib.parse import urljoin

from playwright.async_api import ProxySettings, async_playwright

from omnia_com import settings as setup
from omnia_com.documents.find_chromium import HOW_TO, find
from tests.helpers.line import SLOW_3G, line

TIMES = """() => [
  performance.getEntriesByName("first-contentful-paint")[0].startTime,
  performance.timing.domInteractive - performance.timing.navigationStart,
  performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart,
]"""
ROUNDS = 5


async def form_page(url: str, sid: str) -> tuple[list[float], list[int]]:
    """Seconds to first paint, to the whole page, to its script at work; bytes of a first view, and of one after
    another page."""
    program = find(setup.read()[0])
    assert program, HOW_TO
    async with async_playwright() as playwright, line(SLOW_3G) as (_, address):
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=str(program), args=args)
        proxy: ProxySettings = {"server": address, "bypass": "<-loopback>"}
        seen, sizes = [], [0, 0]
        for _ in range(ROUNDS):
            context = await browser.new_context(viewport={"width": 360, "height": 800}, proxy=proxy)
            await context.add_cookies([{"name": "sid", "value": sid, "url": url}])
            page = await context.new_page()
            network, bytes_ = await context.new_cdp_session(page), list[int]()
            network.on("Network.loadingFinished", lambda e, got=bytes_: got.append(int(e["encodedDataLength"])))
            await network.send("Network.enable")
            await page.goto(url, wait_until="networkidle")
            seen.append(await page.evaluate(TIMES))
            first = sum(bytes_)
            await page.goto(urljoin(url, "/comunicazioni"), wait_until="networkidle")
            between = sum(bytes_)
            await page.goto(url, wait_until="networkidle")
            sizes = [first, sum(bytes_) - between]
            await context.close()
        await browser.close()
    return [median(column) / 1000 for column in zip(*seen, strict=True)], sizes
