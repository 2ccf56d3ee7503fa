"""A file that comes in: counted, recognised by its content, checked, stored, and only then given to its draft.

It is first a row that `arriva`, then bytes in the store, then what a draft refers to: whatever breaks in between
leaves a row that says what to remove.
"""

import asyncio
import signal
import sys
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID, uuid4

import structlog

from omnia_com.people.declarants import hold
from omnia_com.storage.database import fetch, transaction
from omnia_com.storage.tables import Allegato, Contenuto

from . import antivirus
from .contents import Contents, pieces_of
from .kept import LARGEST, MOST, Attachment, of_draft, touch
from .kinds import FAULT, TOO_MUCH
from .names import clean_name, is_same_name, told_apart

PATIENCE = 8  # seconds that somebody waits for clamd; then the worker asks it
AT_ONCE, SECONDS = asyncio.Semaphore(2), 20  # inspections in one process, and how long each may take
log = structlog.get_logger()


class Refused(Exception):
    """A file that is not taken; `reason` is a key of `messages.REFUSALS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooManyUploads(Exception):
    """The daily limit of files for one person is reached."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in: `file` is a nameless file of ours, `name` what its sender calls it, `size` bytes."""

    id: UUID
    file: BinaryIO
    name: str
    size: int
    sha256: str


async def begin(owner: str, daily_limit: int) -> UUID:
    """Counts a file that begins to come in, whatever becomes of it. Raises `TooManyUploads`."""
    id = uuid4()
    query = "SELECT count(*) FROM contenuto WHERE dichiarante = $1 AND creato > now() - interval '1 day'"
    async with transaction():
        await hold(owner)
        (today,) = await fetch(query, owner)
        if today["count"] >= daily_limit:
            raise TooManyUploads
        await fetch("INSERT INTO contenuto (id, dichiarante) VALUES ($1, $2)", id, owner)
    return id


async def take(owner: str, draft: UUID, upload: Upload, contents: Contents, clamd: str) -> bool:
    """Gives *draft* the file; False if it has the same already, or is there no more. Raises `Refused`, `StoreAway`."""
    taken = False
    try:
        if upload.size > LARGEST:
            raise Refused("grande")
        kind = await recognised(upload.file)
        name = clean_name(upload.name, kind)
        verdict = await antivirus.check(pieces_of(upload.file), clamd, PATIENCE)
        if verdict == "infetto":
            raise Refused("virus")
        await contents.put(upload.id, upload.file)
        taken = await _attach(owner, draft, upload, (name, kind, verdict))
    finally:
        if not taken:
            await asyncio.shield(_give_up(upload.id, contents))
    return taken


async def recognised(file: BinaryIO) -> str:
    """The media type, by the content. Raises `Refused`."""
    file.seek(0)
    async with AT_ONCE:
        command = (sys.executable, "-I", "-m", "omnia_com.communications.attachments.inspection")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=file, stdout=pipe, stderr=pipe)
        try:
            out, err = await asyncio.wait_for(process.communicate(), SECONDS)
        except TimeoutError:  # of its own time it has half: the machine has none to spare
            process.kill()
            out, err = await process.communicate()
    answer = out.decode() or _ended(process.returncode)
    if answer == f"!{FAULT}":
        log.error("allegato_non_esaminato", stato=process.returncode, errore=err.decode(errors="replace")[-200:])
    if answer.startswith("!"):
        raise Refused(answer[1:])
    return answer


def _ended(code: int | None) -> str:
    """What an inspection means that said nothing: it used all its time, or something in it broke."""
    return f"!{TOO_MUCH}" if code == -signal.SIGXCPU else f"!{FAULT}"


async def _attach(owner: str, draft: UUID, upload: Upload, found: tuple[str, str, str]) -> bool:
    name, kind, verdict = found
    async with transaction():
        if not await touch(owner, draft):
            return False
        before = await of_draft(draft)
        if _is_there(name, upload, before):
            return False  # the same once more: the answer to the first time got lost
        if len(before) >= MOST:
            raise Refused("troppi")
        kept = await fetch(
            "UPDATE contenuto SET tipo = $1, dimensione = $2, sha256 = $3, stato = $4 "
            "WHERE id = $5 AND stato = 'arriva' RETURNING id",
            kind,
            upload.size,
            upload.sha256,
            verdict,
            upload.id,
        )
        if kept:
            name = told_apart(name, [a.nome for a in before])
            await Allegato.insert(Allegato(bozza=draft, contenuto=upload.id, nome=name))
    return bool(kept)


def _is_there(name: str, upload: Upload, before: list[Attachment]) -> bool:
    names = [a.nome for a in before]
    return any(a.sha256 == upload.sha256 and is_same_name(name, a.nome, names) for a in before)


async def _give_up(id: UUID, contents: Contents) -> None:
    """What came in is not taken; the row stays for the daily limit."""
    await Contenuto.update(stato="tolto").where((Contenuto.id == id) & (Contenuto.stato == "arriva"))
    await contents.remove(id)
