"""Every page in every state, each opened in a window as a person would come to see it."""

from collections.abc import Awaitable, Callable

from tests.browser.window import Window
from tests.browsing import Visitor
from tests.people import AUTONOMO, SUBORDINATO
from tests.steps import posted_draft, send

State = Callable[[Window], Awaitable[object]]
LONG = {"datore_lavoro": "Società Cooperativa Sociale Superlunghissimadenominazione " * 3, "annotazioni": "W" * 150}


def at(path: str, *buttons: str) -> State:
    async def show(w: Window) -> None:
        await w.open(path)
        for button in buttons:
            await w.press(button)

    return show


async def provider(w: Window) -> None:
    await at("/", "Entra con SPID")(w)


def conflict(draft: str, other: Visitor) -> State:
    async def show(w: Window) -> None:
        await w.open(draft)
        await other.get(draft)
        await other.fill(datore_lavoro=f"Beta {id(w)}").press("Salva")
        await w.fill(LONG)
        await w.press("Salva")

    return show


def sent_meanwhile(draft: str, other: Visitor) -> State:
    async def show(w: Window) -> None:
        if not other.page.path.startswith("/comunicazioni/"):
            await w.open(draft)
            await send(other, draft)
        await w.press("Salva")

    return show


async def states(anna: Visitor) -> dict[str, State]:
    """Name -> how to see it, in this order; some change what the next ones show."""
    empty = await posted_draft(anna, {"annotazioni": ""})
    subordinato = await posted_draft(anna, SUBORDINATO | LONG)
    autonomo = await posted_draft(anna, AUTONOMO)
    broken = await posted_draft(anna, {"tipologia_rioccupazione": "subordinato", "data_inizio": "30/02/2027"})
    warned = await posted_draft(anna, SUBORDINATO | {"data_inizio": "23/11/2026", "orario_settimanale": "50"})
    gone = await posted_draft(anna, SUBORDINATO | {"data_inizio": "01/02/2027"})
    sent = await posted_draft(anna, SUBORDINATO | LONG | {"data_inizio": "01/03/2027"})
    await send(anna, sent)
    communication = anna.page.path
    await anna.get("/")
    return {
        "home": at("/comunicazioni"),
        "draft, empty": at(empty),
        "draft, nothing chosen": at(empty, "Continua"),
        "draft, subordinato": at(subordinato),
        "draft, autonomo": at(autonomo),
        "draft, saved with errors": at(broken),
        "draft, all errors": at(broken, "Continua"),
        "check": at(f"{subordinato}/riepilogo"),
        "check, warnings": at(f"{warned}/riepilogo"),
        "check, errors": at(f"{broken}/riepilogo"),
        "check, no declarations": at(f"{subordinato}/riepilogo", "Invia la comunicazione"),
        "communication": at(communication),
        "receipt to print": at(f"{communication}/ricevuta/stampa"),
        "receipt": at(f"{communication}/ricevuta/stampa"),
        "conflict": conflict(subordinato, anna),
        "delete": at(f"{subordinato}/elimina"),
        "export": at(f"{subordinato}/pdf"),
        "already sent": sent_meanwhile(gone, anna),
        "not found": at("/bozze/niente"),
        "privacy": at("/privacy"),
        "legal notes": at("/note-legali"),
        "accessibility": at("/accessibilita"),
    }


STRANGER: dict[str, State] = {"start": at("/"), "sign in": at("/entra"), "provider": provider}
NEW: dict[str, State] = {"home, empty": at("/comunicazioni")}
