"""Exports of drafts: each waits once a draft, a person asks for so many a day, and they are forgotten after one."""

from datetime import timedelta
from uuid import UUID, uuid5

import msgspec

from omnia_com.people.declarants import hold
from omnia_com.storage.database import fetch, transaction
from omnia_com.storage.tables import Documento

from .receipts import EXPORT
from .sheet import Sheet

KEPT = timedelta(days=1)


class TooManyExports(Exception):
    """The daily limit of exports for one person is reached."""


def export_id(draft: UUID, sheet: Sheet) -> UUID:
    """The id of the export of a draft as its *sheet* shows it."""
    return uuid5(draft, msgspec.json.encode(sheet).decode())


async def ask_export(owner: str, draft: UUID, sheet: Sheet, daily_limit: int) -> UUID:
    """Asks for the PDF of a draft as it stands; the same asked again is the same document, and one that failed has a
    new start. One that still waits with what the draft said before gives its place to this one.

    Raises `TooManyExports` after *daily_limit* within a day.
    """
    id = export_id(draft, sheet)
    async with transaction():
        await hold(owner)
        own = (Documento.id == id) & (Documento.dichiarante == owner)
        there = await Documento.select(Documento.stato).where(own)
        if there and there[0]["stato"] != "fallita":
            return id
        await _check_daily_limit(owner, daily_limit)
        asked = 1 + await _withdrawn(draft)
        if there:
            again = "UPDATE documento SET stato = 'attesa', tentativi = 0, presa_fino = NULL, chieste = chieste + $2"
            await fetch(f"{again} WHERE id = $1", id, asked)
        else:
            await _insert(owner, draft, id, sheet, asked)
    return id


async def _check_daily_limit(owner: str, most: int) -> None:
    query = (
        "SELECT coalesce(sum(chieste), 0) AS asked FROM documento "
        "WHERE dichiarante = $1 AND tipo = $2 AND creato > now() - $3::interval"
    )
    (today,) = await fetch(query, owner, EXPORT, KEPT)
    if today["asked"] >= most:
        raise TooManyExports


async def _withdrawn(draft: UUID) -> int:
    """Takes away what waits of *draft*; how many times that had been asked for."""
    query = "DELETE FROM documento WHERE bozza = $1 AND tipo = $2 AND stato = 'attesa' RETURNING chieste"
    return sum(row["chieste"] for row in await fetch(query, draft, EXPORT))


async def _insert(owner: str, draft: UUID, id: UUID, sheet: Sheet, asked: int) -> None:
    content = msgspec.json.encode(sheet).decode()
    await fetch(
        "INSERT INTO documento (id, tipo, dichiarante, bozza, contenuto, chieste) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        EXPORT,
        owner,
        draft,
        content,
        asked,
    )


async def forget_old_exports() -> None:
    """Receipts stay as long as their communication; exports for `KEPT`."""
    await fetch("DELETE FROM documento WHERE tipo = $1 AND creato < now() - $2::interval", EXPORT, KEPT)
