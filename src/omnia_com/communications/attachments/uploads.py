"""A file that comes in: counted, recognised by its content, checked, stored, and only then given to its draft.

It is first a row that `arriva`, then bytes in the store, then what a draft refers to: whatever breaks in between
leaves a row that says what to remove.
"""

import asyncio
import re
import sys
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID, uuid4

from omnia_com.storage.database import fetch, transaction
from omnia_com.storage.tables import Allegato, Contenuto

from . import antivirus
from .contents import Contents, pieces_of
from .kept import LARGEST, MOST, of_draft, touch

LONGEST_NAME = 100
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
OWN = {PDF: ("pdf",), JPEG: ("jpg", "jpeg", "jpe", "jfif"), PNG: ("png",)}
PATIENCE = 8  # seconds that somebody waits for clamd; then the worker asks it
AT_ONCE, SECONDS = asyncio.Semaphore(2), 20  # inspections in one process, and how long each may take


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
    noted = await fetch(
        "INSERT INTO contenuto (id, dichiarante) SELECT $1::uuid, $2::varchar WHERE (SELECT count(*) FROM contenuto "
        "WHERE dichiarante = $2 AND creato > now() - interval '1 day') < $3 RETURNING id",
        id,
        owner,
        daily_limit,
    )
    if not noted:
        raise TooManyUploads
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
        pipe, none = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, stdin=file, stdout=pipe, stderr=none)
        try:
            out, _ = await asyncio.wait_for(process.communicate(), SECONDS)
        except TimeoutError:
            process.kill()
            out, _ = await process.communicate()
    answer = out.decode() or "!enorme"  # it was ended for what it used
    if answer.startswith("!"):
        raise Refused(answer[1:])
    return answer


_EXTENSION = re.compile("[a-z][a-z0-9]{1,4}")  # «Contratto del 1.12.2026», «Alfa S.r.l» and «Sig. Rossi» have none
_SHOWN_NOWHERE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # scripts and emoji are written with these


def clean_name(given: str, kind: str) -> str:
    """A name that can be shown and saved anywhere, with the extension of what the file is.

    Without path, control signs, signs that turn the direction of writing; at most `LONGEST_NAME` signs.
    A last part that is no extension, such as the year of a date, belongs to the name.
    Raises `Refused` when its extension says that it is something else.
    """
    text = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    text = "".join(c for c in text if c in _JOINERS or unicodedata.category(c) not in _SHOWN_NOWHERE)
    name = " ".join(text.split())
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if not dot or not _EXTENSION.fullmatch(extension):
        stem, extension = name, OWN[kind][0]
    if extension not in (OWN[PDF] if kind == PDF else OWN[JPEG] + OWN[PNG]):
        raise Refused("nome")
    if extension not in OWN[kind]:  # a photograph called .png: the name is put right
        extension = OWN[kind][0]
    return f"{stem.strip(' .')[: LONGEST_NAME - len(extension) - 1] or 'allegato'}.{extension}"


async def _attach(owner: str, draft: UUID, upload: Upload, found: tuple[str, str, str]) -> bool:
    name, kind, verdict = found
    async with transaction():
        if not await touch(owner, draft):
            return False
        before = await of_draft(draft)
        if (name, upload.sha256) in {(a.nome, a.sha256) for a in before}:
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
            await Allegato.insert(Allegato(bozza=draft, contenuto=upload.id, nome=name))
    return bool(kept)


async def _give_up(id: UUID, contents: Contents) -> None:
    """What came in is not taken; the row stays for the daily limit."""
    await Contenuto.update(stato="tolto").where((Contenuto.id == id) & (Contenuto.stato == "arriva"))
    await contents.remove(id)
