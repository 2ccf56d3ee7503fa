"""Whether a receipt is genuine, for whoever holds it: by its protocol and code, or by its file. Nobody is named."""

from datetime import datetime
from hmac import compare_digest
from typing import Any

import msgspec

from omnia_com.communications.sent import State
from omnia_com.storage.database import fetch

_OF = """
    SELECT c.protocollo, c.codice, c.inviata_il, dopo.genere AS dopo_genere
    FROM comunicazione c LEFT JOIN comunicazione dopo ON dopo.sostituisce = c.id
"""
_STATES: dict[str | None, State] = {None: "inviata", "comunicazione": "sostituita", "annullamento": "annullata"}


class Genuine(msgspec.Struct, frozen=True):
    """A receipt that is true: when its communication was sent, and how that stands now."""

    sent_at: datetime
    state: State


async def by_code(protocol: str, code: str) -> Genuine | None:
    """None for a wrong code as for a protocol that nobody has; one that has no code is found by none."""
    rows = await fetch(f"{_OF} WHERE c.protocollo = $1", protocol)
    true = rows[0]["codice"] if rows else ""
    return _genuine(rows) if compare_digest(true.encode(), code.encode()) and true else None


async def by_file(sha256: str) -> Genuine | None:
    """The receipt whose stored file has this digest (hexadecimal): every byte of it as we gave it."""
    query = (
        f"{_OF} JOIN documento d ON d.id = c.id AND d.tipo = 'ricevuta' AND d.stato = 'pronta' WHERE sha256(d.pdf) = $1"
    )
    return _genuine(await fetch(query, bytes.fromhex(sha256)))


def _genuine(rows: list[Any]) -> Genuine | None:
    return Genuine(rows[0]["inviata_il"], _STATES[rows[0]["dopo_genere"]]) if rows else None
