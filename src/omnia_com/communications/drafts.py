"""Drafts: start one, save it, send it, delete it, find mine.

Every function takes the owner's codice fiscale and sees only that person's records: another's id is `NotFound`.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec

from omnia_com import languages
from omnia_com.form import declaration_texts
from omnia_com.form.answers import Answers, missing_declarations, read
from omnia_com.form.field_groups import GROUPS, TIPOLOGIA
from omnia_com.form.problems import Problem
from omnia_com.italy.clock import Clock, rome
from omnia_com.people import access_log
from omnia_com.people.declarants import Person, hold
from omnia_com.settings import Letterhead
from omnia_com.storage.database import fetch, transaction
from omnia_com.storage.tables import Bozza, Comunicazione, Documento

from .attachments import kept as attachments
from .attachments.kept import Attached
from .sent import PER_PAGE, RECEIPT, Content, Sent, find_sent, record, tell

NOTICE = timedelta(days=30)
DELETED = "bozza_eliminata"  # in the access log
MOST_CHARACTERS = 80_000  # of all texts of one tipologia; what can be sent has less than 5,000
_SUPERSEDED = "EXISTS (SELECT FROM comunicazione c WHERE c.sostituisce = bozza.rettifica)"
_COLUMNS = f"id, digitato, versione, aggiornata, rettifica, pagina, passo, {_SUPERSEDED} AS superata"
FIELD_NAMES = frozenset({TIPOLOGIA.name} | {f.name for g in GROUPS.values() for f in g.fields})


class AlreadySent(Exception):
    """The draft has been sent meanwhile, as `sent`."""

    def __init__(self, sent: Sent) -> None:
        super().__init__(sent.protocollo)
        self.sent = sent


class TooMany(Exception):
    """A limit of the service for one person is reached."""


class WritingPage(msgspec.Struct, frozen=True):
    """Whoever saves: the mark of a drawn page ('' if it has none), and how many times it had sent before."""

    page: str = ""
    step: int = 0

    def goes_on_from(self, last: "WritingPage") -> bool:
        """The same page, later: the answer to what it sent before may have got lost, but it knows what it wrote."""
        return bool(self.page) and self.page == last.page and self.step > last.step


NO_MARK = WritingPage()


class Draft(msgspec.Struct, frozen=True):
    """What a person typed so far, verbatim."""

    id: UUID
    typed: dict[str, str]
    version: int
    saved_at: datetime
    amends: UUID | None = None
    last: WritingPage = NO_MARK
    superseded: bool = False
    """What it amends was amended or annulled by something else: as a rettifica it can never be sent."""

    def ends(self, days: int) -> date | None:
        """The day on which it will be deleted, once that is a month away; drafts are kept *days* untouched."""
        end = rome(self.saved_at + timedelta(days=days)).date()
        return end if end - rome(datetime.now(UTC)).date() <= NOTICE else None


class Stale(Exception):
    """The draft was saved elsewhere since the page was drawn; `draft` is how it stands now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(str(draft.id))
        self.draft = draft


class TooLong(Exception):
    """What was typed is more than a draft holds. Nothing of it is stored; `draft` has it all, to be shown again."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(str(draft.id))
        self.draft = draft


class Incomplete(Exception):
    """What keeps a draft from being sent: all problems at once."""

    def __init__(self, draft: Draft, problems: tuple[Problem, ...]) -> None:
        super().__init__(str(draft.id))
        self.draft, self.problems = draft, problems


async def start(owner: str, id: UUID, limit: int, typed: Mapping[str, str]) -> UUID:
    """A new draft, with what was *typed* already, under an id that the page chose, so that a second click makes no
    second one; if that one has been sent, under the next. Returns its id.

    Raises `TooMany`, and `TooLong` once the draft is there, but empty.
    """
    while await Comunicazione.exists().where(Comunicazione.id == id):
        id = uuid5(id, "")
    said = {name: text for name, text in typed.items() if text}
    text = "{}" if _too_long(said) else msgspec.json.encode(said).decode()
    async with transaction():
        await hold(owner)
        if await Bozza.count().where(Bozza.dichiarante == owner) >= limit:
            raise TooMany
        await Bozza.insert(Bozza(id=id, dichiarante=owner, digitato=text)).on_conflict(action="DO NOTHING")
    if _too_long(said):
        raise TooLong(msgspec.structs.replace(await find_draft(owner, id), typed=said))
    return id


def _too_long(typed: Mapping[str, str]) -> bool:
    together = (sum(len(typed.get(f.name, "")) for f in (TIPOLOGIA, *group.fields)) for group in GROUPS.values())
    return max(together) > MOST_CHARACTERS


async def find_draft(owner: str, id: UUID, *, held: bool = False) -> Draft:
    """Raises `AlreadySent`, or `NotFound`.

    A draft *held* stays so until the transaction ends: two sendings or savings wait for one another.
    """
    query = f"SELECT {_COLUMNS} FROM bozza WHERE id = $1 AND dichiarante = $2"  # noqa: S608 – a constant
    rows = await fetch(query + " FOR UPDATE" * held, id, owner)
    if not rows:
        raise AlreadySent(await find_sent(owner, id))
    return _draft(rows[0])


async def of_person(owner: str, page: int = 1) -> list[Draft]:
    """`PER_PAGE` of them, newest first, and one more if another page follows; pages count from 1."""
    rows = await fetch(
        f"SELECT {_COLUMNS} FROM bozza WHERE dichiarante = $1 "  # noqa: S608 – a constant
        "ORDER BY aggiornata DESC, id LIMIT $2 OFFSET $3",
        owner,
        PER_PAGE + 1,
        PER_PAGE * (page - 1),
    )
    return [_draft(row) for row in rows]


async def save(
    owner: str, id: UUID, typed: Mapping[str, str], version: int | None, writing: WritingPage = NO_MARK
) -> Draft:
    """Stores what was *typed* as the draft's next version.

    Raises `AlreadySent`, `NotFound`, `TooLong`, or `Stale` for another *version*, unless the *writing* page wrote that
    one itself.
    Without a version whatever stands is replaced. The same texts again change nothing, not even the version: the draft
    only counts as touched.
    """
    async with transaction():
        draft = await find_draft(owner, id, held=True)
        if dict(typed) == draft.typed:
            rows = await fetch(f"UPDATE bozza SET aggiornata = now() WHERE id = $1 RETURNING {_COLUMNS}", id)  # noqa: S608 – a constant
            return _draft(rows[0])
        if version not in (None, draft.version) and not writing.goes_on_from(draft.last):
            raise Stale(draft)
        if _too_long(typed):
            raise TooLong(msgspec.structs.replace(draft, typed=dict(typed)))
        rows = await fetch(
            "UPDATE bozza SET digitato = $1, versione = versione + 1, aggiornata = now(), pagina = $3, passo = $4 "  # noqa: S608 – a constant
            f"WHERE id = $2 RETURNING {_COLUMNS}",
            msgspec.json.encode(typed).decode(),
            id,
            writing.page,
            writing.step,
        )
    return _draft(rows[0])


async def make_new(owner: str, id: UUID) -> None:
    """A rettifica that can never be sent becomes a communication of its own."""
    query = f"UPDATE bozza SET rettifica = NULL WHERE id = $1 AND dichiarante = $2 AND {_SUPERSEDED}"  # noqa: S608 – a constant
    await fetch(query, id, owner)


def merged(draft: Draft, posted: Mapping[str, str], shown_group: str) -> dict[str, str]:
    """The draft's texts with those of a posted page in their place.

    A field of the group that the page showed and that is not in the post (a box unticked) is emptied;
    the other group's texts stay. Names that are no field are left out.
    """
    shown = {f.name for f in GROUPS[shown_group].fields} if shown_group in GROUPS else set()
    kept = {name: text for name, text in draft.typed.items() if name not in shown}
    kept.update(fields_of(posted))
    return {name: text for name, text in kept.items() if text}


def fields_of(posted: Mapping[str, str]) -> dict[str, str]:
    """What a form says that is a field of a draft."""
    return {name: text for name, text in posted.items() if name in FIELD_NAMES}


async def delete_draft(owner: str, id: UUID) -> None:
    """With the exports made of it and its attachments. One that this person has deleted already is so.

    Raises `AlreadySent`, or `NotFound`.
    """
    async with transaction():
        query = "DELETE FROM bozza WHERE id = $1 AND dichiarante = $2 RETURNING id"
        if await fetch(query, id, owner):
            await Documento.delete().where((Documento.bozza == id) & (Documento.dichiarante == owner))
            await access_log.note(owner, DELETED, id)
        elif not await access_log.noted(owner, DELETED, id):
            raise AlreadySent(await find_sent(owner, id))


async def forget_old_drafts(days: int) -> None:
    """Deletes the drafts that nobody has touched for *days*, with their exports. Sent communications stay."""
    async with transaction():
        gone = await fetch(
            "DELETE FROM bozza WHERE aggiornata < now() - $1::interval RETURNING id", timedelta(days=days)
        )
        await fetch("DELETE FROM documento WHERE bozza = ANY($1)", [row["id"] for row in gone])


async def send(
    person: Person,
    id: UUID,
    version: int | None,
    posted: Mapping[str, str],
    clock: Clock,
    daily_limit: int,
    head: Letterhead,
) -> Sent:
    """Sends a draft, once: protocol, communication and the receipt to be made are one transaction.

    A draft that was sent already gives that same communication. Raises `NotFound`, `Stale`,
    `Incomplete`, `TooMany`, and `Superseded` when what it amends has been amended or annulled meanwhile.
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
        attached = await attachments.of_draft(id)
        wrong = answers.problems + attachments.problems(attached) * bool(answers.group)
        if problems := wrong or missing_declarations(posted):
            raise Incomplete(draft, problems)
        await check_daily_limit(owner, daily_limit)
        frozen = await attachments.freeze(attached)
        sent = await record(person, _content(draft, answers, frozen), clock, head)
        await Bozza.delete().where(Bozza.id == draft.id)
    return tell(sent)


def _draft(row: Mapping[str, Any]) -> Draft:
    return Draft(
        row["id"],
        msgspec.json.decode(row["digitato"]),
        row["versione"],
        row["aggiornata"],
        row["rettifica"],
        WritingPage(row["pagina"], row["passo"]),
        row["superata"],
    )


async def check_daily_limit(owner: str, most: int) -> None:
    """Raises `TooMany` after *most* sendings within a day; until the transaction ends no other is counted."""
    await hold(owner)
    query = "SELECT count(*) FROM documento WHERE dichiarante = $1 AND tipo = $2 AND creato > now() - interval '1 day'"
    (row,) = await fetch(query, owner, RECEIPT)
    if row["count"] >= most:
        raise TooMany


def _content(draft: Draft, answers: Answers, attached: tuple[Attached, ...]) -> Content:
    v = answers.values
    assert answers.group is not None  # noqa: S101 – no problems, so there is a group
    return Content(
        id=draft.id,
        sostituisce=draft.amends,
        tipologia=answers.group.name,
        data_inizio=v["data_inizio"],
        data_fine=v.get("data_fine"),
        reddito_centesimi=v["reddito_presunto_annuale"],
        partita_iva=v.get("partita_iva"),
        risposte=answers.verbatim(draft.typed),
        righe=answers.rows(),
        allegati=attached,
        dichiarazioni_versione=declaration_texts.CURRENT,
        lingua=languages.current(),
    )
