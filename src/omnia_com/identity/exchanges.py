"""The register of authentication exchanges: what passed between the service and a provider, kept for 24 months.

DPCM 24/10/2014 art. 13 asks for it. Contents are encrypted; a codice fiscale is inside them and, for finding a
person's exchanges, as an HMAC. What cannot be kept must not sign in (docs/decisions/0006): `keep` raises. Of a refused
exchange little is kept, for anybody can have one made: what we asked, and the beginning and digest of what came.
"""

import hashlib
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

import msgspec
import structlog

from omnia_com.settings import Settings, SettingsError
from omnia_com.storage.database import AWAY, fetch, transaction
from omnia_com.storage.tables import Scambio, ScambioLetto

from . import AccessRefused, exchange_keys
from .exchange_keys import Key

AT_ONCE = 200  # rows re-encrypted in one transaction
LONGEST_ID = 500  # what a provider answers may be anything
ENTERED, LEFT = "entrato", "uscito"  # the outcomes that are no refusal
OURS = ("AuthnRequest", "request")  # the parts that we wrote ourselves
MOST_OF_A_REFUSAL = 3072  # bytes of what others wrote
log = structlog.get_logger()


class Exchange(msgspec.Struct, frozen=True):
    """One authentication exchange, as the rules want it kept.

    `parts`: name -> text, for instance "AuthnRequest", "Response"; or "chain", "request", "response", "token",
    "userinfo", "revocation".
    """

    protocol: Literal["saml", "oidc", "cns"]
    issuer: str
    request_id: str  # AuthnRequest ID, or state; what `omnia-com registro` is asked for
    outcome: str  # `ENTERED`, `LEFT`, or the AccessRefused reason
    codice_fiscale: str  # '' when nobody was recognised
    parts: dict[str, str]

    @property
    def refused(self) -> bool:
        return self.outcome not in (ENTERED, LEFT)

    def worth_keeping(self) -> dict[str, str]:
        """All parts, or of a refused exchange as much of them as `MOST_OF_A_REFUSAL` allows."""
        if not self.refused:
            return self.parts
        share = MOST_OF_A_REFUSAL // max(1, len(self.parts.keys() - set(OURS)))
        return {name: part if name in OURS else _begun(part, share) for name, part in self.parts.items()}


def _begun(part: str, most: int) -> str:
    """*part* if it has *most* bytes at most; else its beginning, and what tells whether a whole one is this one."""
    whole = part.encode()
    if len(whole) <= most:
        return part
    rest = f" … {len(whole)} byte, SHA-256 {hashlib.sha256(whole).hexdigest()}"
    return whole[: most - len(rest.encode())].decode(errors="ignore") + rest


class KeptExchange(msgspec.Struct, frozen=True):
    when: datetime
    exchange: Exchange


async def keep(exchange: Exchange, settings: Settings) -> None:
    """Writes one exchange. Raises `AccessRefused` ("registro_assente") when it cannot be kept: then nobody enters."""
    try:
        key = exchange_keys.load(settings).newest
        await Scambio.insert(
            Scambio(
                id=uuid4(),
                protocollo=exchange.protocol,
                emittente=exchange.issuer[:LONGEST_ID],
                richiesta=exchange.request_id.replace("\0", "")[:LONGEST_ID],
                esito=exchange.outcome,
                **_sealed(key, exchange.codice_fiscale, exchange.worth_keeping()),
            )
        )
    except (SettingsError, *AWAY) as e:
        log.error("scambio_non_conservato", protocollo=exchange.protocol, errore=type(e).__name__)
        raise AccessRefused("registro_assente", type(e).__name__) from e


def _sealed(key: Key, codice_fiscale: str, parts: Mapping[str, str]) -> dict[str, Any]:
    plain = msgspec.json.encode({"codice_fiscale": codice_fiscale, "parts": parts})
    return {
        "chiave": key.id,
        "persona": key.index(codice_fiscale),
        "contenuto": key.seal(zlib.compress(plain)),
    }


def _opened(key: Key, sealed: bytes) -> dict[str, Any]:
    content: dict[str, Any] = msgspec.json.decode(zlib.decompress(key.open(sealed)))
    return content


async def read(request_id: str, who: str, why: str, settings: Settings) -> list[KeptExchange]:
    """The exchanges with that id, oldest first; that *who* read them and *why* is written down before.

    Raises `SettingsError` when a key is missing.
    """
    keys = exchange_keys.load(settings)
    rows = await fetch("SELECT * FROM scambio WHERE richiesta = $1 ORDER BY quando", request_id)
    await _note(who, why, request_id, len(rows))
    return [_kept(row, _opened(keys.of(row["chiave"]), row["contenuto"])) for row in rows]


async def find(codice_fiscale: str, who: str, why: str, settings: Settings) -> list[tuple[datetime, str, str]]:
    """(when, id, outcome) of a person's exchanges, oldest first; noted likewise, the person by their HMAC alone."""
    indices = [key.index(codice_fiscale) for key in exchange_keys.load(settings)]
    rows = await fetch(
        "SELECT quando, richiesta, esito FROM scambio WHERE persona = ANY($1) AND persona <> '' ORDER BY quando",
        indices,
    )
    await _note(who, why, f"persona {indices[0].hex()}", len(rows))
    return [(row["quando"], row["richiesta"], row["esito"]) for row in rows]


def _kept(row: Mapping[str, Any], content: Mapping[str, Any]) -> KeptExchange:
    about = {"protocol": row["protocollo"], "issuer": row["emittente"], "request_id": row["richiesta"]}
    return KeptExchange(row["quando"], msgspec.convert({**about, "outcome": row["esito"], **content}, Exchange))


async def _note(who: str, why: str, what: str, found: int) -> None:
    await ScambioLetto.insert(ScambioLetto(chi=who, motivo=why, richiesta=what, trovati=found))


async def rotate(settings: Settings) -> int:
    """Encrypts anew, under the newest key, what another key wrote; how many rows. May be broken off and repeated.

    For whoever owns the tables: the service only adds to them.
    """
    keys, done = exchange_keys.load(settings), 0
    while rows := await fetch("SELECT * FROM scambio WHERE chiave <> $1 ORDER BY id LIMIT $2", keys.newest.id, AT_ONCE):
        async with transaction():
            for row in rows:
                content = _opened(keys.of(row["chiave"]), row["contenuto"])
                await Scambio.update(**_sealed(keys.newest, **content)).where(Scambio.id == row["id"])
        done += len(rows)
    return done


async def forget_old_exchanges(settings: Settings) -> None:
    """Deletes what has been kept for long enough, by the database's own account too: exchanges, and who read one."""
    await fetch("SELECT dimentica_scambi($1)", settings.conserva_registro)
