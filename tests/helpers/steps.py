"""Steps of a journey that many tests take."""

from uuid import uuid4

from tests.helpers.browsing import Visitor, words
from tests.helpers.people import BOTH_TICKS
from tests.helpers.waiting import until


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


async def until_receipt(person: Visitor) -> None:
    """Looks at the shown communication again, until the worker has made its receipt."""
    path = person.page.path

    async def ready() -> bool:
        return person.page.hook("ricevuta") == "pronta" or (await person.get(path)).hook("ricevuta") == "pronta"

    await until(ready, lambda: words(person.page.response))


async def until_pdf(person: Visitor, path: str) -> bytes:
    """The document that is asked for at *path*, once the page that says to wait is over."""

    async def there() -> bool:
        return not person.page.html or not (await person.get(path)).html

    await until(there, lambda: words(person.page.response))
    return person.page.response.content
