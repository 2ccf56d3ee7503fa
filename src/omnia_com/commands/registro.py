"""`omnia-com registro`: reads the register of authentication exchanges, and looks after its keys.

Whoever reads says why, and that is written down, under the name by which the operating system knows them.
"""

import argparse
import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import asyncpg
import msgspec

from omnia_com.identity import exchange_keys, exchanges
from omnia_com.settings import Settings, SettingsError
from omnia_com.storage.database import close_pool, open_pool

from .operator import asked_person, who

NOT_OWNER = (
    "Questo utente della base dati non può ({}). Il registro si cifra di nuovo con l'utente proprietario: scrivilo in "
    "OMNIA_DATABASE_OWNER_URL"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("id", nargs="?", help="ID della AuthnRequest, o state: stampa lo scambio in JSON")
    what.add_argument("--persona", action="store_true", help="elenca gli scambi del codice fiscale dato in ingresso")
    what.add_argument("--chiave", action="store_true", help="aggiunge una chiave nuova in cima al file delle chiavi")
    what.add_argument("--ruota", action="store_true", help="cifra tutto di nuovo con la prima chiave")
    parser.add_argument("--motivo", default="", help="perché si legge: resta scritto, con chi e quando")


def run(settings: Settings, given: argparse.Namespace) -> int:
    """0 done, 1 nothing found. Raises `SettingsError`."""
    if not settings.registro_chiavi:
        raise SettingsError("OMNIA_REGISTRO_CHIAVI manca: scrivi il file con le chiavi del registro")
    if given.chiave:
        _say(f"Scrive la chiave {exchange_keys.add(settings).id}. Ora: omnia-com registro --ruota")
        return 0
    if not settings.database_url:
        raise SettingsError("OMNIA_DATABASE_URL manca: il registro sta nella base dati")
    if not given.ruota and not given.motivo.strip():
        raise SettingsError('Scrivi perché leggi il registro: --motivo "…"')
    url = settings.owner_url if given.ruota else settings.database_url
    return asyncio.run(_connected(url, _act(settings, given)))


async def _connected(url: str, act: Coroutine[Any, Any, int]) -> int:
    await open_pool(url, size=1)
    try:
        return await act
    except asyncpg.InsufficientPrivilegeError as e:
        raise SettingsError(NOT_OWNER.format(e)) from e
    finally:
        await close_pool()


async def _act(settings: Settings, given: argparse.Namespace) -> int:
    if given.ruota:
        _say(f"Cifrati con la chiave nuova: {await exchanges.rotate(settings)}. Le altre chiavi si possono togliere.")
        return 0
    found: list[Any]
    if given.persona:
        rows = await exchanges.find(asked_person(), who(), given.motivo.strip(), settings)
        found = [{"quando": when, "id": id, "esito": outcome} for when, id, outcome in rows]
    else:
        found = list(await exchanges.read(given.id, who(), given.motivo.strip(), settings))
    _say(msgspec.json.format(msgspec.json.encode(found)).decode())
    return 0 if found else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
