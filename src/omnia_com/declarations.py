"""The life of a communication: start a draft, save it, send it, delete it, find mine.

Every function takes the owner's codice fiscale and sees only that person's records: another's id is `NotFound`.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import rfc8785

from . import declaration_texts
from .answers import Answers, Problem, missing_declarations, read
from .cautions import Period
from .clock import Clock, rome
from .declarants import Person
from .field_groups import GROUPS, TIPOLOGIA
from .sheet import Row
from .storage.database import fetch, transaction
from .storage.tables import Bozza, Comunicazione, Documento

RECEIPT = "ricevuta"
PER_PAGE = 20
FIELD_NAMES = frozenset({TIPOLOGIA.name} | {f.name for g in GROUPS.values() for f in g.fields})


class NotFound(Exception):
    """No such record of this person."""


class AlreadySent(Exception):
    """The draft has been sent meanwhile, as `sent`."""

    def __init__(self, sent: "Sent") -> None:
        super().__init__(sent.protocollo)
        self.sent = sent


class TooMany(Exception):
    """A limit of the service for one person is reached."""


class Draft(msgspec.Struct, frozen=True):
    """What a person typed so far, verbatim."""

    id: UUID
    typed: dict[str, str]
    version: int
    saved_at: datetime


class Stale(Exception):
    """The draft was saved elsewhere since the page was drawn; `draft` is how it stands now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(str(draft.id))
        self.draft = draft


class Incomplete(Exception):
    """What keeps a draft from being sent: all problems at once."""

    def __init__(self, draft: Draft, answers: Answers, problems: tuple[Problem, ...]) -> None:
        super().__init__(str(draft.id))
        self.draft, self.answers, self.problems = draft, answers, problems


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A communication as it was sent; nothing of it ever changes."""

    id: UUID
    protocollo: str
    inviata_il: datetime
    tipologia: str
    data_inizio: date
    data_fine: date | None
    risposte: dict[str, str]
    righe: tuple[Row, ...]
    persona: Person
    dichiarazioni_versione: str
    sha256: str

    def canonical(self) -> bytes:
        """The data of record as canonical JSON (RFC 8785); its SHA-256 is printed on the receipt."""
        return canonical(self.protocollo, self.inviata_il, self.persona, self.risposte, self.dichiarazioni_versione)


def canonical(
    protocollo: str, inviata_il: datetime, person: Person, answers: Mapping[str, str], declarations: str
) -> bytes:
    return rfc8785.dumps(
        {
            "protocollo": protocollo,
            "inviata_il": inviata_il.astimezone(UTC).isoformat(timespec="microseconds"),
            "dichiarante": msgspec.structs.asdict(person),
            "risposte": dict(answers),
            "dichiarazioni_versione": declarations,
        }
    )


async def start(owner: str, id: UUID, limit: int) -> None:
    """A new empty draft under an id that the page chose, so that a second click makes no second draft."""
    if await Bozza.count().where(Bozza.dichiarante == owner) >= limit:
        raise TooMany
    await Bozza.insert(Bozza(id=id, dichiarante=owner)).on_conflict(action="DO NOTHING")


async def find_draft(owner: str, id: UUID, *, held: bool = False) -> Draft:
    """Raises `AlreadySent`, or `NotFound`.

    A draft *held* stays so until the transaction ends: two sendings or savings wait for one another.
    """
    query = "SELECT id, digitato, versione, aggiornata FROM bozza WHERE id = $1 AND dichiarante = $2"
    rows = await fetch(query + " FOR UPDATE" * held, id, owner)
    if not rows:
        raise AlreadySent(await find_sent(owner, id))
    return _draft(rows[0])


async def drafts(owner: str, page: int = 1) -> list[Draft]:
    """`PER_PAGE` of them, newest first; pages count from 1."""
    rows = await fetch(
        "SELECT id, digitato, versione, aggiornata FROM bozza WHERE dichiarante = $1 "
        "ORDER BY aggiornata DESC, id LIMIT $2 OFFSET $3",
        owner,
        PER_PAGE,
        PER_PAGE * (page - 1),
    )
    return [_draft(row) for row in rows]


async def save(owner: str, id: UUID, typed: Mapping[str, str], version: int | None) -> Draft:
    """Stores what was *typed* as the draft's next version.

    Raises `AlreadySent`, `NotFound`, or `Stale` for another *version*.
    Without a version whatever stands is replaced. The same texts again change nothing, not even the version.
    """
    async with transaction():
        draft = await find_draft(owner, id, held=True)
        if dict(typed) == draft.typed:
            return draft
        if version is not None and version != draft.version:
            raise Stale(draft)
        rows = await fetch(
            "UPDATE bozza SET digitato = $1, versione = versione + 1, aggiornata = now() WHERE id = $2 "
            "RETURNING id, digitato, versione, aggiornata",
            msgspec.json.encode(typed).decode(),
            id,
        )
    return _draft(rows[0])


def merged(draft: Draft, posted: Mapping[str, str], shown_group: str) -> dict[str, str]:
    """The draft's texts with those of a posted page in their place.

    A field of the group that the page showed and that is not in the post (a box unticked) is emptied;
    the other group's texts stay. Names that are no field are left out.
    """
    shown = {f.name for f in GROUPS[shown_group].fields} if shown_group in GROUPS else set()
    kept = {name: text for name, text in draft.typed.items() if name not in shown}
    kept.update({name: text for name, text in posted.items() if name in FIELD_NAMES})
    return {name: text for name, text in kept.items() if text}


async def delete_draft(owner: str, id: UUID) -> None:
    """With the exports made of it. A draft that is not there any more is deleted already."""
    async with transaction():
        await Bozza.delete().where((Bozza.id == id) & (Bozza.dichiarante == owner))
        await Documento.delete().where((Documento.bozza == id) & (Documento.dichiarante == owner))


async def send(
    person: Person, id: UUID, version: int | None, posted: Mapping[str, str], clock: Clock, daily_limit: int
) -> Sent:
    """Sends a draft, once: protocol, communication and the receipt to be made are one transaction.

    A draft that was sent already gives that same communication. Raises `NotFound`, `Stale`, `Incomplete`, `TooMany`.
    """
    owner = person.codice_fiscale
    async with transaction():
        try:
            draft = await find_draft(owner, id, held=True)
        except AlreadySent as before:
            return before.sent
        if version is not None and version != draft.version:
            raise Stale(draft)
        answers = read(draft.typed, clock.today())
        if problems := answers.problems or missing_declarations(posted):
            raise Incomplete(draft, answers, problems)
        if await _sent_today(owner) >= daily_limit:
            raise TooMany
        return await _write(person, draft, answers, clock)


async def find_sent(owner: str, id: UUID) -> Sent:
    """Raises `NotFound`."""
    found = await _sent((Comunicazione.id == id) & (Comunicazione.dichiarante == owner))
    if not found:
        raise NotFound
    return found[0]


async def sent_ones(owner: str, page: int = 1) -> list[Sent]:
    """`PER_PAGE` of them, newest first; pages count from 1."""
    return await _sent(Comunicazione.dichiarante == owner, page)


async def periods(owner: str) -> list[Period]:
    """The days of work that this person has already communicated."""
    columns = Comunicazione.data_inizio, Comunicazione.data_fine
    rows = await Comunicazione.select(*columns).where(Comunicazione.dichiarante == owner)
    return [Period(row["data_inizio"], row["data_fine"]) for row in rows]


def _draft(row: Mapping[str, Any]) -> Draft:
    return Draft(row["id"], msgspec.json.decode(row["digitato"]), row["versione"], row["aggiornata"])


async def _sent_today(owner: str) -> int:
    day_ago = datetime.now(UTC) - timedelta(days=1)
    mine = (Documento.dichiarante == owner) & (Documento.tipo == RECEIPT)
    return int(await Documento.count().where(mine & (Documento.creato > day_ago)))


async def _write(person: Person, draft: Draft, answers: Answers, clock: Clock) -> Sent:
    now, v = clock.now(), answers.values
    assert answers.group is not None  # noqa: S101 – no problems, so there is a group
    version = declaration_texts.CURRENT
    verbatim = answers.verbatim(draft.typed)
    protocollo = await _next_number(rome(now).year)
    sent = Sent(
        id=draft.id,
        protocollo=protocollo,
        inviata_il=now,
        tipologia=answers.group.name,
        data_inizio=v["data_inizio"],
        data_fine=v.get("data_fine"),
        risposte=verbatim,
        righe=answers.rows(),
        persona=person,
        dichiarazioni_versione=version,
        sha256=hashlib.sha256(canonical(protocollo, now, person, verbatim, version)).hexdigest(),
    )
    row = Comunicazione(
        reddito_centesimi=v["reddito_presunto_annuale"],
        partita_iva=v.get("partita_iva"),
        dichiarante=person.codice_fiscale,
        **_stored(sent),
    )
    await Comunicazione.insert(row)
    await Documento.insert(Documento(id=draft.id, tipo=RECEIPT, dichiarante=person.codice_fiscale))
    await Bozza.delete().where(Bozza.id == draft.id)
    return sent


_AS_JSON = ("risposte", "righe", "persona")


def _stored(sent: Sent) -> dict[str, Any]:
    values = msgspec.structs.asdict(sent)
    return values | {name: msgspec.json.encode(values[name]).decode() for name in _AS_JSON}


async def _sent(mine: Any, page: int = 1) -> list[Sent]:
    newest = (Comunicazione.inviata_il, Comunicazione.protocollo)
    query = Comunicazione.select().where(mine).order_by(*newest, ascending=False)
    rows = await query.limit(PER_PAGE).offset(PER_PAGE * (page - 1))
    read_back = ({**row, **{name: msgspec.json.decode(row[name]) for name in _AS_JSON}} for row in rows)
    return [msgspec.convert(row, Sent) for row in read_back]


async def _next_number(year: int) -> str:
    """The year's next protocol. The row stays locked until the sending transaction ends, so no number is lost."""
    rows = await fetch(
        "INSERT INTO protocollo (anno, ultimo) VALUES ($1, 1) "
        "ON CONFLICT (anno) DO UPDATE SET ultimo = protocollo.ultimo + 1 RETURNING ultimo",
        year,
    )
    return f"OMNIACOM.{year}.{rows[0]['ultimo']:07}"
