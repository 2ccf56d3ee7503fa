"""Attachments that are kept: a draft's, those frozen with what was sent, and forgetting what nothing refers to.

A content is a row and, under the same id, bytes in the store. What was sent is never removed.
"""

from collections.abc import Sequence
from io import BytesIO
from uuid import UUID

import msgspec
import structlog

from omnia_com.form.problems import Problem
from omnia_com.storage.database import fetch, transaction
from omnia_com.storage.tables import Allegato, Contenuto

from . import antivirus
from .contents import Contents, StoreAway, pieces_of

MOST = 5
MEGABYTE = 1024 * 1024  # bytes
LARGEST = 4 * MEGABYTE
log = structlog.get_logger()


class Attached(msgspec.Struct, frozen=True):
    """An attachment as it is kept with what was sent: `contenuto` is its name in the store, `dimensione` bytes."""

    contenuto: UUID
    nome: str
    tipo: str
    dimensione: int
    sha256: str

    @property
    def size(self) -> str:
        """1.258.291 -> «1,2 MB»; under a tenth of a megabyte in kB.

        A megabyte has 1,048,576 bytes, as in `LARGEST`: no file that is taken reads as more than the 4 MB of the pages.
        """
        if self.dimensione >= MEGABYTE / 10:
            return f"{self.dimensione / MEGABYTE:.1f} MB".replace(".", ",")
        return f"{max(1, round(self.dimensione / 1024))} kB"


class Attachment(Attached, frozen=True, kw_only=True):
    """One of a draft's, by its number; `stato` as in `Contenuto`."""

    id: int
    stato: str


async def of_draft(draft: UUID) -> list[Attachment]:
    """In the order in which they were added."""
    rows = await fetch(
        "SELECT a.id, a.nome, a.contenuto, c.tipo, c.dimensione, c.sha256, c.stato "
        "FROM allegato a JOIN contenuto c ON c.id = a.contenuto WHERE a.bozza = $1 ORDER BY a.id",
        draft,
    )
    return [msgspec.convert(dict(row), Attachment) for row in rows]


def problems(attached: Sequence[Attachment]) -> tuple[Problem, ...]:
    """A virus found after the file was accepted is to be taken away before sending; a check still to come is not."""
    return (Problem("allegati", "non_valido"),) if any(a.stato == "infetto" for a in attached) else ()


async def detach(owner: str, draft: UUID, number: int) -> None:
    """Takes an attachment from a draft. One that is not there any more is taken away already."""
    async with transaction():
        if await touch(owner, draft):
            await Allegato.delete().where((Allegato.id == number) & (Allegato.bozza == draft))


async def touch(owner: str, draft: UUID) -> bool:
    """A draft with other attachments is another version of it: whoever is about to send it elsewhere is told."""
    query = "UPDATE bozza SET versione = versione + 1, aggiornata = now() WHERE id = $1 AND dichiarante = $2"
    return bool(await fetch(f"{query} RETURNING id", draft, owner))


async def freeze(attached: Sequence[Attachment]) -> tuple[Attached, ...]:
    """The attachments of a draft that is being sent, within its transaction: from now on they are never removed."""
    await fetch("UPDATE contenuto SET inviato = true WHERE id = ANY($1)", [a.contenuto for a in attached])
    return tuple(Attached(a.contenuto, a.nome, a.tipo, a.dimensione, a.sha256) for a in attached)


async def share(draft: UUID, attached: Sequence[Attached]) -> None:
    """A draft that amends what was sent starts with its attachments; the contents are the same ones."""
    for a in attached:
        row = Allegato(bozza=draft, contenuto=a.contenuto, nome=a.nome)
        await Allegato.insert(row).on_conflict(action="DO NOTHING")


async def state(attached: Attached) -> str:
    """Only what is `ammesso` may be downloaded: not before the virus check, nor after it found something."""
    rows = await Contenuto.select(Contenuto.stato).where(Contenuto.id == attached.contenuto)
    return str(rows[0]["stato"]) if rows else "tolto"


async def forget_unused(contents: Contents) -> None:
    """Removes what no draft refers to and was never sent; its row stays a day, for the daily limit."""
    gone = await fetch(
        "UPDATE contenuto c SET stato = 'tolto' WHERE NOT inviato AND stato <> 'tolto' "
        "AND (stato <> 'arriva' OR creato < now() - interval '1 day') "
        "AND NOT EXISTS (SELECT FROM allegato a WHERE a.contenuto = c.id) RETURNING id"
    )
    old = await fetch("SELECT id FROM contenuto WHERE stato = 'tolto' AND creato < now() - interval '1 day'")
    removed = [row["id"] for row in gone + old if await _remove(contents, row["id"])]
    await fetch("DELETE FROM contenuto WHERE id = ANY($1) AND creato < now() - interval '1 day'", removed)


async def _remove(contents: Contents, id: UUID) -> bool:
    """Whether it is gone. What the store does not remove is asked for again, and keeps nothing else there."""
    try:
        await contents.remove(id)
    except StoreAway as e:
        log.error("contenuto_non_tolto", contenuto=str(id), errore=str(e))
        return False
    return True


async def check_waiting(contents: Contents, clamd: str, most: int = 20) -> None:
    """Checks for viruses what was kept while clamd was away; stops if it still is: silent about an empty file too.

    In no order, so that those which cannot be checked do not take every turn.
    """
    for row in await fetch("SELECT id FROM contenuto WHERE stato = 'attesa' ORDER BY random() LIMIT $1", most):
        try:
            verdict = await antivirus.check(await contents.open(row["id"]), clamd)
        except Exception as e:  # the store may fail in the middle too
            log.error("contenuto_non_controllato", contenuto=str(row["id"]), errore=type(e).__name__)
            continue
        if verdict != "attesa":
            waiting = (Contenuto.id == row["id"]) & (Contenuto.stato == "attesa")
            await Contenuto.update(stato=verdict).where(waiting)
        elif await antivirus.check(pieces_of(BytesIO()), clamd) == "attesa":
            return
        else:
            log.error("contenuto_non_controllato", contenuto=str(row["id"]), errore="clamd")
