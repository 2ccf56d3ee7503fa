"""The whole way, from the first page to the protocol, in a browser that knows neither script nor style."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from tests.helpers.browsing import Visitor
from tests.helpers.people import AUTONOMO, BOTH_TICKS, PERSONE, SUBORDINATO
from tests.peers.conftest import Judged
from tests.peers.lynx import Lynx

pytestmark = pytest.mark.peers
ANSWERS = {"autonomo": AUTONOMO, "subordinato": {k: v for k, v in SUBORDINATO.items() if k != "annotazioni"}}


@pytest.mark.parametrize("tipologia", list(ANSWERS))
async def test_with_lynx(
    tipologia: str,
    visitor: Callable[[], Visitor],
    web: str,
    database: asyncpg.Connection,
    tmp_path: Path,
    judged: Judged,
) -> None:
    answers = ANSWERS[tipologia]
    lynx, anna, luca = Lynx(f"{web}/"), PERSONE["P01"], visitor()
    lynx.use(await luca.get("/"), {}, "Entra con SPID")
    lynx.use(await luca.press("Entra con SPID"), {}, f"{anna['nome']} {anna['cognome']} ({anna['codice_fiscale']})")
    await luca.sign_in("P02")
    lynx.use(luca.page, {}, "Nuova Comunicazione")
    await luca.press("Nuova Comunicazione")
    chosen = {"tipologia_rioccupazione": tipologia}
    lynx.use(luca.page, chosen, "Aggiorna i campi")
    await luca.fill(**chosen).press("Aggiorna i campi")
    lynx.use(luca.page, answers, "Continua")
    await luca.fill(**answers).press("Continua")
    lynx.use(luca.page, BOTH_TICKS, "Invia la comunicazione")
    shown = await asyncio.to_thread(lynx.go, tmp_path)
    sent = await database.fetchrow("SELECT dichiarante, protocollo, tipologia FROM comunicazione")
    assert sent, shown[-3000:]
    assert (sent["dichiarante"], sent["tipologia"]) == (anna["codice_fiscale"], tipologia)
    assert sent["protocollo"] in shown
    judged("lynx, dalla prima pagina al protocollo", "it", 0)
