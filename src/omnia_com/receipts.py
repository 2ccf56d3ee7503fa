"""Documents to be made: what a receipt says, asking for its PDF, making it once, handing it out.

A document is a row that waits (`attesa`), is taken under a lease by one worker, and becomes `pronta` or, after
`MOST_ATTEMPTS` failures, `fallita`. A worker that dies loses its lease; another takes the document then.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec

from . import declaration_texts
from .answers import Answers
from .attachments import Attached, sheet_rows
from .clock import rome
from .communications import RECEIPT, Sent, find_sent
from .declarants import Person
from .declarations import Draft
from .languages import current
from .sheet import Letterhead, Row, Section, Sheet
from .storage.database import fetch
from .storage.tables import Documento

EXPORT = "esportazione"
LETTER = "lettera"
NOT_SENT = "BOZZA, NON INVIATA"
LONGEST_VALUE = 4000  # characters shown of an answer of a draft: twice the longest that can be sent
OF_A_COMMUNICATION = "Ricevuta della Comunicazione di Rioccupazione"
OF_AN_ANNULMENT = "Ricevuta dell’annullamento"
LEASE = timedelta(seconds=15)
MOST_ATTEMPTS = 5
CHANNEL = "documento_pronto"
EXPORTS_KEPT = timedelta(days=1)


class Document(msgspec.Struct, frozen=True):
    """A document as its owner sees it; `pdf` is there when `state` is `pronta`."""

    id: UUID
    kind: str
    state: str
    asked_at: datetime
    pdf: bytes | None = None


class Work(msgspec.Struct, frozen=True):
    """A document taken by one worker under a lease: what to print, and what to embed."""

    id: UUID
    lease: UUID
    sheet: Sheet
    dated: datetime
    data: bytes


def receipt_sheet(sent: Sent, head: Letterhead) -> Sheet:
    """The receipt, drawn from what was stored at sending and nothing else; *head* only for what was sent before its
    own was stored."""
    if sent.ente is not None and sent.avviso is not None:
        head = Letterhead(sent.ente, sent.avviso)
    annulment = sent.genere == "annullamento"
    facts = [
        Row("Data di invio della comunicazione", f"{rome(sent.inviata_il):%d/%m/%Y %H:%M}"),
        Row("Protocollo", sent.protocollo),
    ]
    if annulment:
        facts.append(Row("Annulla la comunicazione", sent.prima_protocollo or ""))
    elif sent.prima_protocollo:
        facts.append(Row("Sostituisce la comunicazione", sent.prima_protocollo))
    if not annulment:
        facts.append(Row("Inviata prima dell’inizio del lavoro", timeliness(sent), fixed=True))
    return Sheet(
        heading=OF_AN_ANNULMENT if annulment else OF_A_COMMUNICATION,
        banner=head.banner,
        ente=head.ente,
        footer=sent.protocollo,
        facts=tuple(facts),
        sections=(
            Section("Dati del dichiarante", sent.persona.rows()),
            Section("Annullamento", sent.righe)
            if annulment
            else Section("Riepilogo dei dati inseriti dal lavoratore", sent.righe),
        ),
        attachments=None if annulment else sheet_rows(sent.allegati),
        declarations=tuple(declaration_texts.TEXTS.get(sent.dichiarazioni_versione, {}).values()),
        declarations_version=sent.dichiarazioni_versione,
        sha256=sent.sha256,
        language=sent.lingua,
    )


def draft_sheet(
    person: Person, answers: Answers, draft: Draft, attached: Sequence[Attached], head: Letterhead
) -> Sheet:
    """The export of a draft: the same layout, no protocol; a value far too long for its field ends in «…»."""
    return Sheet(
        heading="Comunicazione di Rioccupazione",
        banner=head.banner,
        ente=head.ente,
        language=current(),
        state=NOT_SENT,
        footer=NOT_SENT,
        facts=(Row("Ultimo salvataggio", f"{rome(draft.saved_at):%d/%m/%Y %H:%M}"),),
        sections=(
            Section("Dati del dichiarante", person.rows()),
            Section("Dati inseriti finora", tuple(map(_cut, answers.rows()))),
        ),
        attachments=sheet_rows(attached),
    )


def _cut(row: Row) -> Row:
    short = len(row.value) <= LONGEST_VALUE
    return row if short else msgspec.structs.replace(row, value=row.value[:LONGEST_VALUE] + "…")


def letter_sheet(sent: Sent, head: Letterhead) -> Sheet:
    """The letter to the employer who asked for the benefit (art. 8, c. 2-bis, D.Lgs. 148/2015).

    It names neither the income nor the new employer: they are none of its reader's business.
    """
    start, told = f"{sent.data_inizio:%d/%m/%Y}", f"{rome(sent.inviata_il):%d/%m/%Y}"
    text = (
        f"Vi comunico che dal {start} svolgo un’altra attività di lavoro. L’ho comunicato a INPS il {told}, "
        f"con protocollo {sent.protocollo}. Questa comunicazione è ai sensi dell’articolo 8, comma 2-bis, "
        "del decreto legislativo 148 del 2015."
    )
    employer = sent.risposte.get("datore_integrazione_salariale", "Datore che ha chiesto la cassa integrazione")
    return Sheet(
        heading="Comunicazione al datore di lavoro",
        banner=head.banner,
        ente=head.ente,
        footer=sent.protocollo,
        facts=(
            Row("A", employer),
            Row("Da", sent.persona.full_name),
            Row("Codice fiscale", sent.persona.codice_fiscale),
        ),
        sections=(Section("Nuova attività di lavoro", (Row("Data e firma", "\n\n" + "_" * 22),), text),),
        attachments=None,
    )


def letter_id(sent: Sent) -> UUID:
    return uuid5(sent.id, LETTER)


async def ask_letter(owner: str, sent: Sent, sheet: Sheet) -> UUID:
    """Asks for the letter's PDF, once."""
    return await _ask(letter_id(sent), LETTER, owner, sheet, None)


def timeliness(sent: Sent) -> str:
    day = rome(sent.inviata_il).date()
    if day < sent.data_inizio:
        return "Sì"
    return "Stesso giorno" if day == sent.data_inizio else "No"


def export_id(draft: UUID, sheet: Sheet) -> UUID:
    """The id of the export of a draft as its *sheet* shows it."""
    return uuid5(draft, msgspec.json.encode(sheet).decode())


async def ask_export(owner: str, draft: UUID, sheet: Sheet) -> UUID:
    """Asks for the PDF of a draft as it stands; the same asked again is the same document."""
    return await _ask(export_id(draft, sheet), EXPORT, owner, sheet, draft)


async def _ask(id: UUID, kind: str, owner: str, sheet: Sheet, draft: UUID | None) -> UUID:
    content = msgspec.json.encode(sheet).decode()
    row = Documento(id=id, tipo=kind, dichiarante=owner, bozza=draft, contenuto=content)
    await Documento.insert(row).on_conflict(action="DO NOTHING")
    return id


async def find(owner: str, id: UUID, *, with_pdf: bool = False) -> Document | None:
    """None also for another's document; `pdf` only *with_pdf*."""
    columns: list[Any] = [Documento.id, Documento.tipo, Documento.stato, Documento.creato]
    columns += [Documento.pdf] if with_pdf else []
    rows = await Documento.select(*columns).where((Documento.id == id) & (Documento.dichiarante == owner))
    if not rows:
        return None
    row = rows[0]
    return Document(row["id"], row["tipo"], row["stato"], row["creato"], row.get("pdf"))


async def claim(id: UUID, head: Letterhead) -> Work | None:
    """Takes a waiting document for `LEASE`, or None if it is made, failed or in another's hands."""
    lease = uuid4()
    rows = await fetch(
        "UPDATE documento SET gettone = $1, presa_fino = now() + $2::interval "
        "WHERE id = $3 AND stato = 'attesa' AND (presa_fino IS NULL OR presa_fino < now()) "
        "RETURNING tipo, dichiarante, contenuto, creato",
        lease,
        LEASE,
        id,
    )
    if not rows:
        return None
    row = rows[0]
    if row["tipo"] == RECEIPT:
        sent = await find_sent(row["dichiarante"], id)
        return Work(id, lease, receipt_sheet(sent, head), sent.inviata_il, sent.canonical())
    sheet = msgspec.json.decode(row["contenuto"], type=Sheet)
    return Work(id, lease, sheet, row["creato"], msgspec.json.encode(sheet))


async def keep(work: Work, pdf: bytes) -> bool:
    """Stores the PDF and tells whoever waits; False if the lease was lost, and then nothing is stored."""
    rows = await fetch(
        "UPDATE documento SET stato = 'pronta', pdf = $1, pronto_il = now(), gettone = NULL, presa_fino = NULL "
        "WHERE id = $2 AND gettone = $3 AND stato = 'attesa' RETURNING pg_notify($4, id::text)",
        pdf,
        work.id,
        work.lease,
        CHANNEL,
    )
    return bool(rows)


async def give_back(work: Work, *, failed: bool) -> None:
    """Lets go of a document that could not be made now.

    If the document itself *failed* that is counted: it waits 2, 4, 8… seconds, and after `MOST_ATTEMPTS` is `fallita`.
    For want of a browser, or of time, it only waits.
    """
    await fetch(
        "UPDATE documento SET gettone = NULL, tentativi = tentativi + $1::bool::int, "
        "presa_fino = CASE WHEN $1 THEN now() + interval '1 second' * power(2, tentativi + 1) END, "
        "stato = CASE WHEN $1 AND tentativi + 1 >= $2 THEN 'fallita' ELSE stato END WHERE id = $3 AND gettone = $4",
        failed,
        MOST_ATTEMPTS,
        work.id,
        work.lease,
    )


async def waiting(limit: int = 100) -> list[UUID]:
    """Documents that nobody holds, oldest first; exports of drafts, which may be long, after all others."""
    rows = await fetch(
        "SELECT id FROM documento WHERE stato = 'attesa' AND (presa_fino IS NULL OR presa_fino < now()) "
        "ORDER BY tipo = $1, creato LIMIT $2",
        EXPORT,
        limit,
    )
    return [row["id"] for row in rows]


async def oldest_waiting() -> float:
    """Age in seconds of the oldest document that waits; 0 if none does."""
    rows = await fetch(
        "SELECT coalesce(extract(epoch FROM now() - min(creato)), 0)::float AS age "
        "FROM documento WHERE stato = 'attesa'"
    )
    return float(rows[0]["age"])


async def retry_failed(owner: str, id: UUID) -> None:
    """Gives a failed document a new start."""
    await fetch(
        "UPDATE documento SET stato = 'attesa', tentativi = 0, presa_fino = NULL "
        "WHERE id = $1 AND dichiarante = $2 AND stato = 'fallita'",
        id,
        owner,
    )


async def forget_old_exports() -> None:
    """Exports of drafts are kept a day; receipts stay as long as their communication."""
    old = datetime.now(UTC) - EXPORTS_KEPT
    await Documento.delete().where((Documento.tipo == EXPORT) & (Documento.creato < old))


async def beat(browser: str) -> None:
    """The worker's heartbeat: it is alive, and has *browser* ('' for none)."""
    await fetch(
        "INSERT INTO battito (nome, visto, browser) VALUES ('worker', now(), $1) "
        "ON CONFLICT (nome) DO UPDATE SET visto = now(), browser = excluded.browser",
        browser,
    )


async def worker_has_browser() -> bool:
    """Whether a worker with a browser was alive within the last fifteen seconds."""
    rows = await fetch("SELECT browser FROM battito WHERE visto > now() - interval '15 seconds'")
    return any(row["browser"] for row in rows)
