"""What a person does with one press of a button: where, with what typed, and how to know that it was done once."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from tests.browser.window import Window
from tests.helpers.browsing import Visitor
from tests.helpers.files import image
from tests.helpers.people import BOTH_TICKS, SUBORDINATO
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import until


class Gesture(NamedTuple):
    """`once`: SQL that is true when it was done, and once; `shown`: what the page after it has."""

    at: Callable[[Visitor], Awaitable[str]]
    button: str
    typed: dict[str, str]
    once: str
    shown: str

    async def fill(self, w: Window) -> None:
        texts = {name: text for name, text in self.typed.items() if name != "allegato"}
        await w.fill(texts)
        if len(texts) < len(self.typed):
            await w.page.set_input_files("#allegato", self.typed["allegato"])


async def _draft(anna: Visitor) -> str:
    return await posted_draft(anna, SUBORDINATO)


async def _attached(anna: Visitor) -> str:
    path = await _draft(anna)
    await anna.get(path)
    await anna.choose_file("prova.png", image("PNG")).press("Carica il file")
    return path


async def _sent(anna: Visitor) -> str:
    await send(anna, await _draft(anna))
    return anna.page.path


def _below(page: Callable[[Visitor], Awaitable[str]], name: str) -> Callable[[Visitor], Awaitable[str]]:
    async def at(anna: Visitor) -> str:
        return f"{await page(anna)}/{name}"

    return at


async def _home(_: Visitor) -> str:
    return "/comunicazioni"


async def _contacts(_: Visitor) -> str:
    return "/contatti"


BETA = {"datore_lavoro": "Beta"}
SAVED = "SELECT count(*) = 1 AND min(digitato ->> 'datore_lavoro') = 'Beta' FROM bozza"
HERE = "#datore_lavoro[value=Beta]"
NOTHING_SAVED = """SELECT (SELECT count(contatti) FROM dichiarante) = 0
  AND NOT EXISTS (SELECT FROM comunicazione WHERE genere = 'annullamento')"""
NUMBER = "[data-protocollo='OMNIACOM.2026.000000{}']"
GESTURES = {
    "new": Gesture(_home, "Nuova Comunicazione", {}, "SELECT count(*) = 1 FROM bozza", "#modulo"),
    "save": Gesture(_draft, "Salva", BETA, SAVED, HERE),
    "change": Gesture(
        _draft,
        "Aggiorna i campi",
        BETA | {"tipologia_rioccupazione": "autonomo"},
        f"{SAVED} WHERE digitato ->> 'tipologia_rioccupazione' = 'autonomo'",
        "#tipologia_autonomo",
    ),
    "go on": Gesture(_draft, "Continua", BETA, SAVED, "text=Invia la comunicazione"),
    "language": Gesture(_draft, "Deutsch", BETA, SAVED, f"html[lang=de] {HERE}"),
    "upload": Gesture(
        _draft,
        "Carica il file",
        BETA | {"allegato": "docs/img/errori-360.png"},
        f"{SAVED} WHERE (SELECT count(*) FROM allegato) = 1",
        "text=Togli errori-360.png",
    ),
    "take away": Gesture(
        _attached,
        "Togli prova.png",
        BETA,
        f"{SAVED} WHERE (SELECT count(*) FROM allegato) = 0",
        HERE,
    ),
    "comune": Gesture(
        _below(_draft, "comune"),
        "Usa questo comune",
        {"sede_citta": "Ivrea"},
        "SELECT count(*) = 1 AND min(digitato ->> 'sede_citta') = 'Ivrea' FROM bozza",
        "#sede_citta[value=Ivrea]",
    ),
    "delete": Gesture(
        _below(_draft, "elimina"),
        "Elimina definitivamente",
        {},
        "SELECT count(*) = 0 FROM bozza",
        "h1:has-text('Le tue comunicazioni')",
    ),
    "send": Gesture(
        _below(_draft, "riepilogo"),
        "Invia la comunicazione",
        BOTH_TICKS,
        "SELECT count(*) = 1 FROM comunicazione",
        NUMBER.format(1),
    ),
    "amend": Gesture(_sent, "Rettifica", {}, "SELECT count(rettifica) = 1 FROM bozza", "text=Stai correggendo"),
    "annul": Gesture(
        _below(_sent, "annulla"),
        "Annulla la comunicazione",
        {"motivo": "per_errore"},
        "SELECT count(*) = 2 AND count(sostituisce) = 1 FROM comunicazione",
        NUMBER.format(2),
    ),
    "contacts": Gesture(
        _contacts,
        "Salva i contatti",
        {"email": "nuova@example.org"},
        "SELECT coalesce(contatti ->> 'email', '') = 'nuova@example.org' FROM dichiarante",
        "h1:has-text('Le tue comunicazioni')",
    ),
    "sign out": Gesture(
        _home, "Esci", {}, "SELECT count(*) = 0 FROM sessione", "h1:has-text('Sei in cassa integrazione')"
    ),
}
# What is written on a page that saves nothing when its language is chosen.
LANGUAGES = {
    "language of the contacts": Gesture(
        _contacts, "Deutsch", {"email": "nuova@"}, NOTHING_SAVED, "html[lang=de] #email[value='nuova@']"
    ),
    "language of the check page": Gesture(
        _below(_draft, "riepilogo"),
        "Deutsch",
        {"dichiarazione_veridicita": "si"},
        NOTHING_SAVED,
        "html[lang=de] #dichiarazione_veridicita-si[checked]",
    ),
    "language of the annulment": Gesture(
        _below(_sent, "annulla"),
        "Deutsch",
        {"motivo": "per_errore"},
        NOTHING_SAVED,
        "html[lang=de] #motivo-per_errore[checked]",
    ),
}


QUIET = 2000  # ms without writing, and the page saves


def content(file: Path) -> bytes:
    return file.read_bytes()


async def receipt(w: Window) -> Path:
    async def ready() -> bool:
        if not (there := await w.page.locator("[data-ricevuta=pronta]").count()):
            await w.follow("Aggiorna lo stato")
        return bool(there)

    await until(ready, lambda: w.page.url)
    async with w.page.expect_download() as download:
        await w.follow("Scarica ricevuta")
    file = await download.value
    assert file.suggested_filename == "ricevuta-OMNIACOM.2026.0000001.pdf"
    return await file.path()
