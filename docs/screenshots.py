"""Makes the README's images: `make screenshots`. The service runs as `make run` runs it, on data of its own."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from omnia_com import settings as setup
from omnia_com.documents.find_chromium import HOW_TO, find
from tests.helpers.people import BOTH_TICKS, SUBORDINATO

IMAGES = Path(__file__).with_name("img")
PERSON = "Anna Prova (PRVNNA85E49H501L)"
PHONE, DESK, A4 = 360, 800, 794  # CSS pixels; the last is the width of the paper at 96 to the inch
BROKEN = {"data_inizio": "31/11/2026", "reddito_presunto_annuale": "circa mille", "sede_cap": ""}


def answers() -> dict[str, str]:
    """A job that begins in two weeks: nothing stops the clock here, so that page and session show one day."""
    begins = date.today() + timedelta(14)
    ends = begins + timedelta(180)
    return SUBORDINATO | {"data_inizio": f"{begins:%d/%m/%Y}", "data_fine": f"{ends:%d/%m/%Y}"}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def service() -> Iterator[str]:
    """The whole service on free ports; its address, once it is ready."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        ports = {"OMNIA_PORT": str(free_port()), "OMNIA_IDP_PORT": str(free_port())}
        given = {k: v for k, v in os.environ.items() if not k.startswith("OMNIA_") or k == "OMNIA_CHROMIUM"}
        command = [sys.executable, "-m", "omnia_com", "up"]
        up = subprocess.Popen(
            command, env=given | ports | {"OMNIA_ENV": "demo", "OMNIA_DATA": data}, stdout=subprocess.PIPE, text=True
        )
        try:
            assert up.stdout
            yield next(line.split()[1] for line in up.stdout if line.startswith("Pronto: "))
        finally:
            up.terminate()
            up.communicate(timeout=20)


async def keep(page: Page, name: str, width: int, **what: Any) -> None:
    """The page as wide as said: whole, or what *what* says of it."""
    path = IMAGES / f"{name}-{width}.png"
    await page.set_viewport_size({"width": width, "height": 900})
    await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    await page.screenshot(path=path, **(what or {"full_page": True}))
    print(f"{path}: {path.stat().st_size} byte")


async def press(page: Page, words: str) -> None:
    await page.get_by_role("button", name=words, exact=True).click()


async def fill(page: Page, typed: dict[str, str]) -> None:
    for name, text in typed.items():
        control = page.locator(f"[name={name}]").first
        kind = await control.evaluate("c => c.type")
        if kind in ("radio", "checkbox"):
            await page.check(f"#{name}-{text}")
        else:
            await (control.select_option(text) if kind == "select-one" else control.fill(text))


async def sign_in(page: Page) -> None:
    await press(page, "Entra con SPID")
    await press(page, PERSON)


async def new_form(page: Page) -> None:
    await press(page, "Nuova Comunicazione")
    await page.check("#tipologia_rioccupazione-subordinato")
    await page.wait_for_selector("#datore_lavoro")
    await fill(page, answers())
    await press(page, "Salva")
    await page.get_by_text("La bozza è salvata").wait_for()


async def break_it(page: Page) -> None:
    await fill(page, BROKEN)
    await press(page, "Continua")
    await page.wait_for_selector("#errori")


async def part(page: Page, name: str, width: int, first: str, height: int) -> None:
    """As high as said, from a little above the first thing that *first* selects."""
    await page.set_viewport_size({"width": width, "height": 900})
    top = await page.locator(first).first.evaluate("e => e.getBoundingClientRect().top + scrollY")
    await keep(page, name, width, full_page=True, clip={"x": 0, "y": top - 20, "width": width, "height": height})


async def correct_and_send(page: Page) -> None:
    await fill(page, {name: answers()[name] for name in BROKEN})
    await press(page, "Continua")
    await fill(page, BOTH_TICKS)
    await press(page, "Invia la comunicazione")
    while not await page.locator("[data-ricevuta=pronta]").count():
        await page.reload()


async def open_receipt(page: Page) -> None:
    """The sheet that is printed, as it is on paper."""
    await page.get_by_role("link", name="Apri la ricevuta come pagina da stampare").click()
    await page.emulate_media(media="print")


async def take(page: Page) -> None:
    await sign_in(page)
    await new_form(page)
    await part(page, "modulo", DESK, "h2:has-text('nuovo lavoro')", 1480)
    await break_it(page)
    await part(page, "errori", PHONE, "#errore-data_inizio >> xpath=..", 865)
    await correct_and_send(page)
    await keep(page, "comunicazione", DESK)
    await open_receipt(page)
    await keep(page, "ricevuta", A4)


async def make(address: str) -> None:
    program = find(setup.read()[0])
    if program is None:
        sys.exit(HOW_TO)
    async with async_playwright() as playwright:
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=str(program), args=args)
        page = await browser.new_page(viewport={"width": PHONE, "height": 900}, locale="it-IT")
        await page.goto(address)
        await take(page)
        await browser.close()


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with service() as address:
        asyncio.run(make(address))
