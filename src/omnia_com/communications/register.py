"""The register of each day: a tree over what was sent on it, whose root is published (docs/decisions/0021)."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

import msgspec
import structlog

from omnia_com.italy.clock import Clock, rome
from omnia_com.settings import ROME
from omnia_com.storage.database import fetch, transaction
from omnia_com.storage.tables import RegistroFoglia

from .merkle import leaf_hash, path, root, root_from
from .sent import Sent, sent_between

CLOSED_AFTER = timedelta(minutes=10)  # the database takes no sending that is five minutes off its clock
PER_PAGE = 31
Stamp = Callable[[bytes], Awaitable[bytes]]
What = Literal["radice", "tolta", "cambiata", "aggiunta"]
log = structlog.get_logger()


class Leaf(msgspec.Struct, frozen=True):
    """What a day's tree says of one communication."""

    protocollo: str
    inviata_il: datetime
    sha256: str

    def hash(self) -> bytes:
        sent_at = self.inviata_il.astimezone(UTC).isoformat(timespec="microseconds")
        return leaf_hash(f"{self.protocollo}\n{sent_at}\n{self.sha256}".encode())


class Day(msgspec.Struct, frozen=True):
    """A day that is over, and its root (hexadecimal)."""

    giorno: date
    foglie: int
    radice: str
    marca: bool


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """That a communication is in its day's tree, for whoever has it: it leads from the leaf to the root."""

    giorno: date
    protocollo: str
    inviata_il: datetime
    sha256: str
    posto: int
    foglie: int
    percorso: list[str]
    radice: str

    def holds(self) -> bool:
        leaf = Leaf(self.protocollo, self.inviata_il, self.sha256).hash()
        try:
            return (
                root_from(leaf, self.posto, self.foglie, list(map(bytes.fromhex, self.percorso))).hex() == self.radice
            )
        except ValueError:
            return False


class Finding(msgspec.Struct, frozen=True):
    """What does not agree, on which day; `protocollo` is '' where it is the day's root."""

    giorno: date
    protocollo: str
    what: What


async def close_days(clock: Clock, stamp: Stamp | None = None) -> None:
    """Writes the register of each day that is over and has none yet, oldest first. Raises what *stamp* raises."""
    today = rome(clock.now() - CLOSED_AFTER).date()
    rows = await fetch(
        "SELECT DISTINCT (inviata_il AT TIME ZONE 'Europe/Rome')::date AS giorno FROM comunicazione "
        "WHERE inviata_il > coalesce((SELECT max(inviata_il) FROM registro_foglia), '-infinity') ORDER BY giorno"
    )
    for row in rows:
        if row["giorno"] < today:
            await _close(row["giorno"], stamp)


async def _close(day: date, stamp: Stamp | None) -> None:
    leaves = [Leaf(sent.protocollo, sent.inviata_il, sent.sha256) for sent in await sent_between(*_bounds(day))]
    top = root([leaf.hash() for leaf in leaves])
    token = await stamp(top) if stamp else b""
    async with transaction():
        begun = await fetch(
            "INSERT INTO registro_giorno (giorno, foglie, radice, marca) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT DO NOTHING RETURNING giorno",
            *(day, len(leaves), top.hex(), token),
        )
        if not begun:  # another worker was sooner
            return
        await fetch(
            "INSERT INTO registro_foglia (giorno, posto, protocollo, inviata_il, sha256) "
            "SELECT $1, n - 1, p, i, s FROM unnest($2::text[], $3::timestamptz[], $4::text[]) "
            "WITH ORDINALITY AS foglia (p, i, s, n)",
            *(day, [f.protocollo for f in leaves], [f.inviata_il for f in leaves], [f.sha256 for f in leaves]),
        )
    log.info("registro_chiuso", giorno=day.isoformat(), foglie=len(leaves), radice=top.hex())


async def days(page: int = 1) -> list[Day]:
    """`PER_PAGE` of them, newest first, and one more if another page follows; pages count from 1."""
    rows = await fetch(
        "SELECT giorno, foglie, radice, marca <> '' AS marca FROM registro_giorno "
        "ORDER BY giorno DESC LIMIT $1 OFFSET $2",
        *(PER_PAGE + 1, PER_PAGE * (page - 1)),
    )
    return [Day(**row) for row in rows]


async def is_closed(protocol: str) -> bool:
    """Whether there is a proof of it."""
    return bool(await RegistroFoglia.exists().where(RegistroFoglia.protocollo == protocol))


async def proof_of(protocol: str) -> Proof | None:
    """None until the day of the communication is closed."""
    columns = RegistroFoglia.giorno, RegistroFoglia.posto
    rows = await RegistroFoglia.select(*columns).where(RegistroFoglia.protocollo == protocol)
    if not rows:
        return None
    day, place = rows[0]["giorno"], rows[0]["posto"]
    leaves = await _leaves(day)
    hashes = [leaf.hash() for leaf in leaves]
    return Proof(
        giorno=day,
        posto=place,
        foglie=len(leaves),
        percorso=[beside.hex() for beside in path(hashes, place)],
        radice=root(hashes).hex(),
        **msgspec.structs.asdict(leaves[place]),
    )


async def check() -> list[Finding]:
    """All that does not agree between what was sent and the register, recomputed from every row, by day.

    A communication that was removed when its years were over keeps its leaf, and is no finding.
    """
    found = list[Finding]()
    for row in await fetch("SELECT giorno, radice FROM registro_giorno ORDER BY giorno"):
        found += await _findings(row["giorno"], row["radice"])
    return found + await _unregistered()


async def _findings(day: date, top: str) -> list[Finding]:
    leaves, sent = await _leaves(day), {s.protocollo: s for s in await sent_between(*_bounds(day))}
    found = [Finding(day, "", "radice")] if root([leaf.hash() for leaf in leaves]).hex() != top else []
    removed = await _removed([leaf.protocollo for leaf in leaves if leaf.protocollo not in sent])
    for leaf in leaves:
        if (now := sent.pop(leaf.protocollo, None)) is None:
            found += [Finding(day, leaf.protocollo, "tolta")] * (leaf not in removed)
        elif not _agrees(leaf, now):
            found.append(Finding(day, leaf.protocollo, "cambiata"))
    return found + [Finding(day, protocol, "aggiunta") for protocol in sent]


def _agrees(leaf: Leaf, sent: Sent) -> bool:
    digest = hashlib.sha256(sent.canonical()).hexdigest()
    return leaf == Leaf(sent.protocollo, sent.inviata_il, sent.sha256) and digest == leaf.sha256


async def _unregistered() -> list[Finding]:
    """Of a day before the last that is closed, which has no register: somebody put them there, or took that away."""
    rows = await fetch(
        "SELECT (inviata_il AT TIME ZONE 'Europe/Rome')::date AS giorno, protocollo FROM comunicazione "
        "WHERE (inviata_il AT TIME ZONE 'Europe/Rome')::date < (SELECT max(giorno) FROM registro_giorno) "
        "AND (inviata_il AT TIME ZONE 'Europe/Rome')::date NOT IN (SELECT giorno FROM registro_giorno) ORDER BY 1, 2"
    )
    return [Finding(row["giorno"], row["protocollo"], "aggiunta") for row in rows]


async def _removed(protocols: list[str]) -> set[Leaf]:
    query = "SELECT protocollo, inviata_il, sha256 FROM eliminata WHERE protocollo = ANY($1)"
    return {_leaf(row) for row in await fetch(query, protocols)}


async def _leaves(day: date) -> list[Leaf]:
    query = "SELECT protocollo, inviata_il, sha256 FROM registro_foglia WHERE giorno = $1 ORDER BY posto"
    return [_leaf(row) for row in await fetch(query, day)]


def _leaf(row: Any) -> Leaf:
    return Leaf(row["protocollo"], row["inviata_il"], row["sha256"])


def _bounds(day: date) -> tuple[datetime, datetime]:
    """The day's first instant in Rome, and the next day's."""
    begin, end = (datetime.combine(d, time(), ROME) for d in (day, day + timedelta(days=1)))
    return begin, end
