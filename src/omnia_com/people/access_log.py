"""The access log: who saw, sent or took away what, when, from which network (docs/decisions/0007-access-log.md).

What changes something is noted in the transaction that changes it. What only reads is noted behind the answer, by a
`Notebook`, so that nobody waits for it. Entries are the person's own to read, and go after a year.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from uuid import UUID

import msgspec
import structlog

from omnia_com.storage.database import AWAY, fetch
from omnia_com.storage.tables import RegistroAccessi

log = structlog.get_logger()
FROM: ContextVar[str] = ContextVar("network", default="")  # of the request that runs
PER_PAGE = 30
GATHER, PAUSE = 0.2, 1.0  # seconds: entries of so long are written together; between two tries
CLOSING = 3.0  # seconds: the last try
MOST_WAITING = 50_000  # entries, some 10 MB
AZIONI = {
    "entrata": "Accesso con l’identità digitale",
    "uscita": "Uscita",
    "comunicazione": "Comunicazione aperta",
    "bozza": "Bozza aperta",
    "ricevuta": "Ricevuta aperta o scaricata",
    "lettera": "Lettera per il datore di lavoro aperta o scaricata",
    "bozza_pdf": "Bozza scaricata in PDF",
    "allegato": "Allegato scaricato",
    "dati": "Tutti i tuoi dati scaricati",
    "inviata": "Comunicazione inviata",
    "rettificata": "Rettifica inviata",
    "annullata": "Comunicazione annullata",
    "bozza_eliminata": "Bozza eliminata",
    "contatti": "Contatti cambiati",
    "rifiutata": "Richiesta di una pagina che non c’è o non è tua",
    "consegnata": "Comunicazione consegnata all’ufficio",
    "ufficio": "L’ufficio ha letto questo elenco",
}


class Entry(msgspec.Struct, frozen=True):
    """`azione` is one of `AZIONI`; `oggetto` the id of a draft or communication, `rete` as `network` gives it."""

    quando: datetime
    dichiarante: str
    azione: str
    oggetto: UUID | None
    rete: str


class Access(msgspec.Struct, frozen=True):
    """An entry as it is read; `protocollo` is there when the thing was a communication."""

    quando: datetime
    azione: str
    rete: str
    motivo: str
    oggetto: UUID | None
    protocollo: str | None


def network(address: str) -> str:
    """The /24 (IPv4) or /48 (IPv6) of an address: enough to see that it was somebody else's, not whose."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    ip = (isinstance(ip, IPv6Address) and ip.ipv4_mapped) or ip
    return str(ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


async def note(owner: str, azione: str, oggetto: UUID | None = None, *, motivo: str = "", operatore: str = "") -> None:
    """Writes an entry, in the transaction that runs if there is one. *motivo* the person reads, *operatore* not."""
    await RegistroAccessi.insert(
        RegistroAccessi(
            dichiarante=owner, azione=azione, oggetto=oggetto, rete=FROM.get(), motivo=motivo, operatore=operatore
        )
    )


async def noted(owner: str, azione: str, oggetto: UUID) -> bool:
    """Whether there is such an entry already."""
    query = "SELECT FROM registro_accessi WHERE dichiarante = $1 AND azione = $2 AND oggetto = $3 LIMIT 1"
    return bool(await fetch(query, owner, azione, oggetto))


async def note_read_by_office(communications: Iterable[tuple[str, UUID]], operatore: str) -> None:
    """Writes an entry for each (dichiarante, communication) that the office takes out."""
    owners, ids = zip(*communications, strict=True)
    await fetch(
        "INSERT INTO registro_accessi (dichiarante, oggetto, azione, rete, operatore) "
        "SELECT owner, id, 'consegnata', '', $3 FROM unnest($1::text[], $2::uuid[]) AS taken (owner, id)",
        list(owners),
        list(ids),
        operatore,
    )


class Notebook:
    """Entries that wait a moment to be written together, in one process."""

    def __init__(self) -> None:
        self._waiting: list[Entry] = []
        self._something, self._writing, self._closing = asyncio.Event(), asyncio.Lock(), False

    def add(self, owner: str, azione: str, oggetto: UUID | None) -> None:
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(Entry(datetime.now(UTC), owner, azione, oggetto, FROM.get()))
            self._something.set()
        else:
            log.error("registro_accessi_pieno", in_attesa=MOST_WAITING)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Writes while the block runs; what still waits at its end is written then."""
        self._closing = False
        task = asyncio.create_task(self._write_on())
        try:
            yield
        finally:
            self._closing = True
            self._something.set()
            try:
                async with asyncio.timeout(CLOSING):
                    await task
                    await self.write()
            except TimeoutError:
                log.error("registro_accessi_non_scritto", in_attesa=len(self._waiting), errore="TimeoutError")

    async def _write_on(self) -> None:
        while not self._closing:
            await self._something.wait()
            self._something.clear()
            await asyncio.sleep(GATHER)
            if not await self.write() and not self._closing:
                await asyncio.sleep(PAUSE)
                self._something.set()

    async def write(self) -> bool:
        """Whether what waited is written. While the database is away it waits on."""
        async with self._writing:
            entries = list(self._waiting)
            try:
                await _write(entries)
            except AWAY as e:
                log.error("registro_accessi_non_scritto", in_attesa=len(entries), errore=type(e).__name__)
                return False
            del self._waiting[: len(entries)]
            return True


async def _write(entries: list[Entry]) -> None:
    columns = [list(column) for column in zip(*map(msgspec.structs.astuple, entries), strict=True)]
    if columns:
        await fetch(_INSERT, *columns)


_INSERT = """
    INSERT INTO registro_accessi (quando, dichiarante, azione, oggetto, rete)
    SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::uuid[], $5::text[])
"""
_MINE = """
    SELECT r.quando, r.azione, r.rete, r.motivo, r.oggetto, c.protocollo FROM registro_accessi r
    LEFT JOIN comunicazione c ON c.id = r.oggetto AND c.dichiarante = r.dichiarante
    WHERE r.dichiarante = $1 ORDER BY r.quando DESC, r.id DESC
"""


async def accesses(owner: str, page: int | None = None) -> list[Access]:
    """Newest first: `PER_PAGE` of them, pages count from 1, or all."""
    rows: list[Any] = (
        await fetch(_MINE, owner)
        if page is None
        else await fetch(f"{_MINE} LIMIT $2 OFFSET $3", owner, PER_PAGE, PER_PAGE * (page - 1))
    )
    return [Access(**row) for row in rows]


async def forget_old_accesses(days: int) -> None:
    """Deletes what is older, and not younger than the database was told at the last `omnia-com migrate`."""
    await fetch("SELECT dimentica_accessi($1)", days)
