"""`omnia-com registro`: reads the register of authentication exchanges, and looks after its keys.

Whoever reads says why, and that is written down, under the name by which the operating system knows them.
"""

import argparse
import asyncio
import os
import pwd
import sys
from collections.abc import Coroutine
from typing import Any

import msgspec

from . import codice_fiscale
from .identity import register, register_keys
from .settings import Settings, SettingsError
from .storage.database import close_pool, open_pool


def run(settings: Settings, given: argparse.Namespace) -> int:
    """0 done, 1 nothing found. Raises `SettingsError`."""
    if not settings.registro_chiavi:
        raise SettingsError("OMNIA_REGISTRO_CHIAVI manca: scrivi il file con le chiavi del registro")
    if given.chiave:
        _say(f"Scrive la chiave {register_keys.add(settings).id}. Ora: omnia-com registro --ruota")
        return 0
    if not given.ruota and not given.motivo.strip():
        raise SettingsError('Scrivi perché leggi il registro: --motivo "…"')
    return asyncio.run(_connected(settings, _act(settings, given)))


async def _connected(settings: Settings, act: Coroutine[Any, Any, int]) -> int:
    await open_pool(settings.database_url, size=1)
    try:
        return await act
    finally:
        await close_pool()


async def _act(settings: Settings, given: argparse.Namespace) -> int:
    if given.ruota:
        _say(f"Cifrati con la chiave nuova: {await register.rotate(settings)}. Le altre chiavi si possono togliere.")
        return 0
    found: list[Any]
    if given.persona:
        rows = await register.find(asked_person(), who(), given.motivo.strip(), settings)
        found = [{"quando": when, "id": id, "esito": outcome} for when, id, outcome in rows]
    else:
        found = list(await register.read(given.id, who(), given.motivo.strip(), settings))
    _say(msgspec.json.format(msgspec.json.encode(found)).decode())
    return 0 if found else 1


def asked_person() -> str:
    """From the standard input: among a command's arguments everybody on the machine could read it."""
    typed = sys.stdin.readline().strip().upper()
    if not codice_fiscale.is_valid(typed):
        raise SettingsError("Scrivi sullo standard input un codice fiscale")
    return typed


def who() -> str:
    """The operating system's name for whoever runs this; with sudo, for whoever asked too."""
    name = pwd.getpwuid(os.getuid()).pw_name
    return f"{name} (sudo: {os.environ['SUDO_USER']})" if os.getuid() == 0 and "SUDO_USER" in os.environ else name


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
