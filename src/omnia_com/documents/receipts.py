"""Documents to be made: what a receipt says, asking for its PDF, making it once, handing it out.

A document is a row that waits (`attesa`), is taken under a lease by one worker, and becomes `pronta` or, after
`MOST_ATTEMPTS` failures, `fallita`. A worker that dies loses its lease; another takes the document then.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec

from omnia_com.communications.sent import RECEIPT, Sent, find_sent
from omnia_com.storage.database import fetch
from omnia_com.storage.tables import Documento

from .sheet import Sheet
from .sheets import receipt_sheet

EXPORT = "esportazione"
LETTER = "lettera"


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
    kind: str
    lease: UUID
    sheet: Sheet
    dated: datetime
    data: bytes


def letter_id(sent: Sent) -> UUID:
    return uuid5(sent.id, LETTER)


async def ask_letter(owner: str, sent: Sent, sheet: Sheet) -> UUID:
    """Asks for the letter's PDF, once."""
    return await _ask(letter_id(sent), LETTER, owner, sheet, None)


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


async def claim(id: UUID) -> Work | None:
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
        return Work(id, RECEIPT, lease, receipt_sheet(sent), sent.inviata_il, sent.canonical())
    sheet = msgspec.json.decode(row["contenuto"], type=Sheet)
    return Work(id, row["tipo"], lease, sheet, row["creato"], msgspec.json.encode(sheet))


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
    failed = (Documento.id == id) & (Documento.dichiarante == owner) & (Documento.stato == "fallita")
    await Documento.update(stato="attesa", tentativi=0, presa_fino=None).where(failed)


async def forget_old_exports() -> None:
    """Exports of drafts are kept a day; receipts stay as long as their communication."""
    await fetch("DELETE FROM documento WHERE tipo = $1 AND creato < now() - $2::interval", EXPORT, EXPORTS_KEPT)
