"""Makes the README's images: `make screenshots`. The service runs as `make run` runs it, on data of its own."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.async_api import Page, async_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from omnia_com import settings as setup
from omnia_com.documents.find_chromium import HOW_TO, find
from tests.people import BOTH_TICKS, SUBORDINATO

IMAGES = Path(__file__).with_name("img")
PERSON = "Anna Prova (PRVNNA85E49H501L)"
BROKEN = {"data_inizio": "31/11/2026", "reddito_presunto_annuale": "circa mille", "sede_cap": ""}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def service() -> Iterator[str]:
    """The whole service on free ports; its address, once it is ready."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        ports = {"OMNIA_PORT": str(free_port()), "OMNIA_IDP_PORT": str(free_port()), "OMNIA_ADESSO": "2026-11-23T10:00"}
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


async def keep(page: Page, name: str, width: int, height: int) -> None:
    """The top of the page, as wide and as high as said."""
    path = IMAGES / f"{name}-{width}.png"
    await page.set_viewport_size({"width": width, "height": height})
    await page.evaluate("scrollTo(0, 0)")
    await page.screenshot(path=path)
    print(f"{path}: {path.stat().st_size} byte")


async def press(page: Page, words: str) -> None:
    await page.get_by_role("button", name=words, exact=True).click()


async def form_with_errors(page: Page) -> None:
    await press(page, "Entra con SPID")
    await press(page, PERSON)
    await press(page, "Nuova Comunicazione")
    await page.check("#tipologia_rioccupazione-subordinato")
    await page.wait_for_selector("#datore_lavoro")
    await fill(page, SUBORDINATO | BROKEN)
    await press(page, "Continua")
    await page.wait_for_selector("#errori")


async def fill(page: Page, answers: dict[str, str]) -> None:
    for name, text in answers.items():
        control = page.locator(f"[name={name}]").first
        kind = await control.evaluate("c => c.type")
        if kind in ("radio", "checkbox"):
            await page.check(f"#{name}-{text}")
        else:
            await (control.select_option(text) if kind == "select-one" else control.fill(text))


async def correct_and_send(page: Page) -> None:
    await fill(page, {name: SUBORDINATO[name] for name in BROKEN})
    await press(page, "Continua")
    await fill(page, BOTH_TICKS)
    await press(page, "Invia la comunicazione")
    while not await page.locator("[data-ricevuta=pronta]").count():
        await page.reload()


async def make(address: str) -> None:
    program = find(setup.read()[0])
    if program is None:
        sys.exit(HOW_TO)
    async with async_playwright() as playwright:
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=str(program), args=args)
        page = await browser.new_page(viewport={"width": 360, "height": 900}, locale="it-IT")
        await page.goto(address)
        await keep(page, "inizio", 360, 900)
        await form_with_errors(page)
        await keep(page, "modulo", 360, 1600)
        await correct_and_send(page)
        await keep(page, "comunicazione", 1280, 1000)
        await browser.close()


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with service() as address:
        asyncio.run(make(address))
