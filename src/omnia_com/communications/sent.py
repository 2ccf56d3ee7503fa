"""The record: what was sent, written once and never changed. A state is worked out from what came after."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec
import rfc8785
import structlog

from omnia_com import metrics
from omnia_com.form.cautions import Period
from omnia_com.form.rows import Row
from omnia_com.italy.clock import Clock, rome
from omnia_com.languages import ITALIAN
from omnia_com.people import access_log
from omnia_com.people.declarants import Person
from omnia_com.settings import Letterhead
from omnia_com.storage.database import fetch
from omnia_com.storage.tables import Comunicazione, Documento

from .attachments.kept import Attached
from .codes import new_code

RECEIPT = "ricevuta"
NUMBERS = 4672  # the lock on a year's numbers; any constant will do, if nothing else in the database takes it
PER_PAGE = 20
CLOCKS_APART = timedelta(seconds=0.5)  # by which those of two machines may differ
log = structlog.get_logger()
Genere = Literal["comunicazione", "annullamento"]
State = Literal["inviata", "sostituita", "annullata"]


class NotFound(Exception):
    """No such record of this person."""


class Superseded(Exception):
    """The communication to be amended or annulled has been so already, or is itself an annulment."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a communication says, before it has a number. `sostituisce` is what it amends or annuls."""

    id: UUID
    genere: Genere = "comunicazione"
    sostituisce: UUID | None = None
    motivo: str = ""
    tipologia: str
    data_inizio: date
    data_fine: date | None
    reddito_centesimi: int
    partita_iva: str | None
    risposte: dict[str, str]
    righe: tuple[Row, ...]
    dichiarazioni_versione: str
    allegati: tuple[Attached, ...] = ()
    lingua: str = ITALIAN
    """The language of the pages on which it was written; the record itself is Italian."""


class Sent(Content, frozen=True, kw_only=True):
    """A communication as it was sent; nothing of it ever changes, but what came after it may."""

    protocollo: str
    inviata_il: datetime
    persona: Person
    sha256: str
    ente: str
    avviso: str
    """With `ente` the head of its receipt; '' for none."""
    codice: str = ""
    """What its receipt is checked by (`codes.py`), and `verifica` the page on which; '' for what was sent before."""
    verifica: str = ""
    prima_protocollo: str | None = None
    dopo_id: UUID | None = None
    dopo_protocollo: str | None = None
    dopo_genere: Genere | None = None

    @property
    def state(self) -> State:
        if self.dopo_genere is None:
            return "inviata"
        return "sostituita" if self.dopo_genere == "comunicazione" else "annullata"

    @property
    def open_to_change(self) -> bool:
        """Whether it may be amended or annulled: once, and an annulment never."""
        return self.genere == "comunicazione" and self.dopo_id is None

    def canonical(self) -> bytes:
        """The data of record as canonical JSON (RFC 8785); its SHA-256 is printed on the receipt."""
        return canonical(self, self.protocollo, self.inviata_il, self.persona, self.prima_protocollo)


def canonical(content: Content, protocollo: str, sent_at: datetime, person: Person, replaces: str | None) -> bytes:
    """The data of record."""
    files: list[Any] = [{"nome": a.nome, "dimensione": a.dimensione, "sha256": a.sha256} for a in content.allegati]
    return rfc8785.dumps(
        {
            "genere": content.genere,
            "protocollo": protocollo,
            "inviata_il": sent_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "sostituisce": replaces,
            "motivo": content.motivo,
            "dichiarante": msgspec.structs.asdict(person),
            "risposte": dict(content.risposte),
            "allegati": files,
            "lingua": content.lingua,
            "dichiarazioni_versione": content.dichiarazioni_versione,
        }
    )


async def record(person: Person, content: Content, clock: Clock, head: Letterhead) -> Sent:
    """Gives *content* its number and writes it, with the receipt to be made, in the transaction that runs.

    The receipt will always stand under *head*. Raises `NotFound` or `Superseded` for what it amends; then there is
    no number either.
    """
    replaces = await _replaceable(person.codice_fiscale, content.sostituisce)
    protocollo, now = await _next_number(clock)
    digest = hashlib.sha256(canonical(content, protocollo, now, person, replaces)).hexdigest()
    said = msgspec.structs.asdict(content)
    own: dict[str, Any] = {"protocollo": protocollo, "inviata_il": now, "persona": person, "sha256": digest}
    own |= {"ente": head.ente, "avviso": head.banner, "codice": new_code(), "verifica": head.check_page}
    try:
        await Comunicazione.insert(Comunicazione(_row({"dichiarante": person.codice_fiscale, **own, **said})))
    except asyncpg.UniqueViolationError as e:
        raise Superseded from e
    await Documento.insert(Documento(id=content.id, tipo=RECEIPT, dichiarante=person.codice_fiscale))
    await access_log.note(person.codice_fiscale, _done(content), content.id)
    return Sent(**said, **own, prima_protocollo=replaces)


def tell(sent: Sent) -> Sent:
    """Counts it, and says in the log that it was sent: when that is certain, after its transaction."""
    metrics.sent.labels(_done(sent)).inc()
    log.info("invio", protocollo=sent.protocollo, genere=_done(sent), comunicazione=str(sent.id))
    return sent


def _done(content: Content) -> str:
    """What the access log calls it."""
    if content.genere == "annullamento":
        return "annullata"
    return "rettificata" if content.sostituisce else "inviata"


async def find_sent(owner: str, id: UUID) -> Sent:
    """Raises `NotFound`."""
    rows = await fetch(f"{_SENT} AND c.id = $2", owner, id)
    if not rows:
        raise NotFound
    return from_row(rows[0])


async def sent_ones(owner: str, page: int = 1) -> list[Sent]:
    """`PER_PAGE` of them, newest first, and one more if another page follows; pages count from 1."""
    query = f"{_SENT} ORDER BY c.inviata_il DESC, c.protocollo DESC LIMIT $2 OFFSET $3"
    return [from_row(row) for row in await fetch(query, owner, PER_PAGE + 1, PER_PAGE * (page - 1))]


async def sent_between(begin: datetime, end: datetime) -> list[Sent]:
    """Everybody's, from *begin* on and before *end*, by their numbers."""
    query = f"{EVERY} WHERE c.inviata_il >= $1 AND c.inviata_il < $2 ORDER BY length(c.protocollo), c.protocollo"
    return [from_row(row) for row in await fetch(query, begin, end)]


async def periods(owner: str, besides: UUID | None = None) -> list[Period]:
    """The days of work communicated and still standing, *besides* a communication that is being amended."""
    query = f"{_SENT} AND c.genere = 'comunicazione' AND dopo.id IS NULL AND c.id IS DISTINCT FROM $2"
    return [Period(row["data_inizio"], row["data_fine"]) for row in await fetch(query, owner, besides)]


_AS_JSON = ("risposte", "righe", "persona", "allegati")
EVERY = """
    SELECT c.*, prima.protocollo AS prima_protocollo,
        dopo.id AS dopo_id, dopo.protocollo AS dopo_protocollo, dopo.genere AS dopo_genere
    FROM comunicazione c
    LEFT JOIN comunicazione prima ON prima.id = c.sostituisce
    LEFT JOIN comunicazione dopo ON dopo.sostituisce = c.id
"""
_SENT = f"{EVERY} WHERE c.dichiarante = $1"


def _row(values: Mapping[str, Any]) -> dict[Any, Any]:
    return {name: msgspec.json.encode(v).decode() if name in _AS_JSON else v for name, v in values.items()}


def from_row(row: Mapping[str, Any]) -> Sent:
    """One of those that `EVERY` finds."""
    return msgspec.convert({**row, **{name: msgspec.json.decode(row[name]) for name in _AS_JSON}}, Sent)


async def _replaceable(owner: str, id: UUID | None) -> str | None:
    """The protocol of what is to be amended, held so that nobody else amends it meanwhile."""
    if id is None:
        return None
    await hold(id)
    before = await find_sent(owner, id)
    if not before.open_to_change:
        raise Superseded
    return before.protocollo


async def hold(id: UUID) -> None:
    """Until the transaction that runs is over, nobody else amends or annuls this communication.

    Not by its row: to lock a row one must be allowed to change it.
    """
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", str(id))


async def _next_number(clock: Clock) -> tuple[str, datetime]:
    """The year's next protocol, and the instant of sending, read while the number is held: the two go the same way.

    Both stay so until the sending transaction ends, so no number is lost.
    """
    now, year = clock.now(), 0
    while rome(now).year != year:  # it may end while others are waited for
        year = rome(now).year
        await fetch("SELECT pg_advisory_xact_lock($1, $2)", NUMBERS, year)
        now = clock.now()
    rows = await fetch(
        "INSERT INTO protocollo (anno, ultimo) VALUES ($1, 1) "
        "ON CONFLICT (anno) DO UPDATE SET ultimo = protocollo.ultimo + 1 RETURNING ultimo",
        year,
    )
    number = int(rows[0]["ultimo"])
    return _protocol(year, number), _not_before(now, await _sent_at(year, number - 1))


def _protocol(year: int, number: int) -> str:
    return f"OMNIACOM.{year}.{number:07}"


async def _sent_at(year: int, number: int) -> datetime | None:
    rows = await Comunicazione.select(Comunicazione.inviata_il).where(
        Comunicazione.protocollo == _protocol(year, number)
    )
    return rows[0]["inviata_il"] if rows else None


def _not_before(now: datetime, last: datetime | None) -> datetime:
    """*now*, or the instant of the number before it when the clock has gone back since (it was set, or another
    machine's is ahead).

    Within a day that changes nothing for anybody: every term is counted in days. A later day is lent to nobody, for
    it could cost the benefit; then the order gives way, and the log says so.
    """
    if last is None or now >= last:
        return now
    keeps_order = rome(now).date() == rome(last).date() or last - now <= CLOCKS_APART
    log.warning("orologio_indietro", secondi=(last - now).total_seconds(), ordine=keeps_order)
    return last if keeps_order else now
