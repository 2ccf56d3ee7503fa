"""Documents to be made: what a receipt says, asking for its PDF, making it once, handing it out.

A document is a row that waits (`attesa`), is taken under a lease by one worker, and becomes `pronta` or, after
`MOST_ATTEMPTS` failures, `fallita`. A worker that dies loses its lease; another takes the document then.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
import structlog

from omnia_com import metrics
from omnia_com.communications.sent import RECEIPT, Sent, find_sent
from omnia_com.storage.database import fetch
from omnia_com.storage.tables import Documento

from .sheet import Sheet
from .sheets import receipt_sheet

EXPORT = "esportazione"
LETTER = "lettera"


log = structlog.get_logger()
LEASE = timedelta(seconds=15)
MOST_ATTEMPTS = 5
CHANNEL, WAITING = "documento_pronto", "documento_attende"  # notifications: one is ready, one begins to wait


class Document(msgspec.Struct, frozen=True):
    """A document as its owner sees it; `pdf` is there when `state` is `pronta`."""

    id: UUID
    kind: str
    state: str
    asked_at: datetime
    pdf: bytes | None = None


class Waiting(msgspec.Struct, frozen=True):
    """A document that nobody holds; `alone`: to be made beside no other."""

    id: UUID
    export: bool
    alone: bool


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
    content = msgspec.json.encode(sheet).decode()
    row = Documento(id=letter_id(sent), tipo=LETTER, dichiarante=owner, contenuto=content)
    await Documento.insert(row).on_conflict(action="DO NOTHING")
    return letter_id(sent)


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
        "WHERE id = $2 AND gettone = $3 AND stato = 'attesa' "
        "RETURNING tipo, extract(epoch FROM now() - creato)::float AS secondi, pg_notify($4, id::text)",
        pdf,
        work.id,
        work.lease,
        CHANNEL,
    )
    for row in rows:
        metrics.documents.labels(row["tipo"]).observe(row["secondi"])
        log.info("documento_pronto", documento=str(work.id), tipo=row["tipo"], secondi=round(row["secondi"], 2))
    return bool(rows)


async def give_back(work: Work, *, failed: bool = False, alone: bool = False) -> None:
    """Lets go of a document that could not be made now.

    If the document itself *failed* that is counted: it waits 2, 4, 8… seconds, and after `MOST_ATTEMPTS` is `fallita`.
    Made *alone* is from now on what may have broken the browser of others, or others its own. For want of a browser,
    or of time, it only waits.
    """
    rows = await fetch(
        "UPDATE documento SET gettone = NULL, tentativi = tentativi + $1::bool::int, "
        "presa_fino = CASE WHEN $1 THEN now() + interval '1 second' * power(2, tentativi + 1) END, "
        "stato = CASE WHEN $1 AND tentativi + 1 >= $2 THEN 'fallita' ELSE stato END, da_solo = da_solo OR $5 "
        "WHERE id = $3 AND gettone = $4 RETURNING tipo, stato",
        failed,
        MOST_ATTEMPTS,
        work.id,
        work.lease,
        alone,
    )
    for row in rows:
        if row["stato"] == "fallita":
            metrics.document_failures.labels(row["tipo"]).inc()
            log.error("documento_fallito", documento=str(work.id), tipo=row["tipo"], rimedio="omnia-com documenti")


async def next_waiting(*, exports: bool = True, alone: bool = True, besides: Collection[UUID] = ()) -> Waiting | None:
    """The document whose turn it is, of those that nobody holds: the newest receipt, for somebody looks at it; then
    letters; the oldest of the *exports* of drafts, which may be long, after all others.

    What has to be made beside no other comes last of its kind, and only where *alone*.
    """
    rows = await fetch(
        "SELECT id, tipo = $1 AS export, da_solo FROM documento "
        "WHERE stato = 'attesa' AND (presa_fino IS NULL OR presa_fino < now()) "
        "AND ($3 OR tipo <> $1) AND ($4 OR NOT da_solo) AND id <> ALL($5::uuid[]) "
        "ORDER BY tipo = $1, tipo <> $2, da_solo, CASE WHEN tipo <> $1 THEN creato END DESC, creato LIMIT 1",
        EXPORT,
        RECEIPT,
        exports,
        alone,
        list(besides),
    )
    return Waiting(rows[0]["id"], rows[0]["export"], rows[0]["da_solo"]) if rows else None


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
