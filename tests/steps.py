"""Steps of a journey that many tests take."""

from uuid import uuid4

from tests.browsing import Visitor
from tests.people import BOTH_TICKS


async def new_draft(person: Visitor, answers: dict[str, str]) -> str:
    """A saved draft with these answers, typed into the form as it is drawn; returns its path."""
    await person.get("/comunicazioni")
    await person.press("Nuova Comunicazione")
    path = person.page.path
    if tipologia := answers.get("tipologia_rioccupazione"):
        await person.fill(tipologia_rioccupazione=tipologia).press("Aggiorna i campi")
    await person.fill(**answers).press("Salva")
    return path


async def posted_draft(person: Visitor, answers: dict[str, str]) -> str:
    """A draft made without the pages' help, all in one request; returns its path."""
    await person.get("/comunicazioni")
    await person.post("/bozze", {"id": str(uuid4())})
    path = person.page.path
    shown = answers.get("tipologia_rioccupazione", "")
    await person.post(path, {"gruppo_mostrato": shown, "azione": "salva", "versione": "1", **answers})
    return path


async def send(person: Visitor, draft: str, expect: int = 200, ticks: dict[str, str] = BOTH_TICKS) -> None:
    await person.get(f"{draft}/riepilogo")
    await person.fill(**ticks).press("Invia la comunicazione", expect=expect)
