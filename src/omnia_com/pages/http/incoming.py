"""A form with a file, read piece by piece as it comes: the texts first, the file into a nameless file of ours."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from litestar.exceptions import InternalServerException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from omnia_com.communications.attachments.kept import LARGEST

from .asked import Asked
from .forms import MOST_FIELDS, Form, UnreadableRequest, first_of_each, urlencoded

MOST_BYTES = 32 * 1024 * 1024  # of a request: a file a little too large is answered where it was chosen, not by a 413
MOST_TEXT = 256 * 1024
IDLE_SECONDS = 60
FILE = "allegato"
FOLDER = "in-arrivo"  # of OMNIA_DATA: nameless files while they come


class Incoming:
    """A form as far as it has come. `name` is None without a file; of a file too large only the size grows."""

    def __init__(self, folder: Path) -> None:
        self.form, self.name, self.size = Form(), None, 0  # type: tuple[Form, str | None, int]
        folder.mkdir(parents=True, exist_ok=True)
        self.file: Any = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 – its reader closes it
        self._digest, self._texts, self._text = hashlib.sha256(), list[tuple[str, str]](), bytearray()
        self._segment: MultipartSegment | None = None

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def begin(self, segment: MultipartSegment) -> None:
        self._segment = segment
        if segment.filename is not None:
            if segment.name != FILE or self.name is not None:
                raise UnreadableRequest("un file dove non se ne aspettano")
            self.name = segment.filename

    def go_on(self, piece: bytes | bytearray) -> None:
        if self._segment and self._segment.filename is not None:
            self.size += len(piece)
            if self.size <= LARGEST:
                self._digest.update(piece)
                self.file.write(piece)
            return
        self._text += piece
        if len(self._text) > MOST_TEXT:
            raise RequestEntityTooLarge

    def end(self) -> None:
        if self._segment and self._segment.filename is None:
            text = self._text.decode(self._segment.charset or "utf-8")
            self._texts.append((self._segment.name or "", text))
            self.form = first_of_each(self._texts)
        self._text.clear()


async def receive(request: Asked, folder: Path, before_file: Callable[[Form], Awaitable[None]]) -> Incoming:
    """The whole form; *before_file* sees the texts when the file begins, or at the end if there is none.

    The caller closes `file`. Raises `UnreadableRequest`, `RequestEntityTooLarge`, and what *before_file* raises.
    """
    incoming = Incoming(folder)
    try:
        if request.content_type[0] == "multipart/form-data":
            await _multipart(request, incoming, before_file)
        else:
            incoming.form = await _plain(request)
        if incoming.name is None:
            await before_file(incoming.form)
    except BaseException:
        incoming.file.close()
        raise
    return incoming


class _AllTexts(Exception):
    """The file begins, or there is none."""


async def texts(request: Asked, folder: Path) -> Form:
    """The texts of a form; its file is not waited for. Raises `UnreadableRequest`, `RequestEntityTooLarge`."""
    form = Form()

    async def before_file(so_far: Form) -> None:
        nonlocal form
        form = so_far
        raise _AllTexts

    with suppress(_AllTexts):
        await receive(request, folder, before_file)
    return form


async def _multipart(request: Asked, incoming: Incoming, before_file: Callable[[Form], Awaitable[None]]) -> None:
    try:
        boundary = request.content_type[1].get("boundary", "")
        with PushMultipartParser(boundary, max_segment_count=MOST_FIELDS) as parser:
            async with aclosing(_pieces(request)) as pieces:
                async for piece in pieces:
                    for event in parser.parse(piece):
                        if isinstance(event, MultipartSegment):
                            incoming.begin(event)
                            if event.filename is not None:
                                await before_file(incoming.form)
                        elif event is None:
                            incoming.end()
                        else:
                            incoming.go_on(event)
    except (MultipartError, UnicodeDecodeError, LookupError) as e:
        raise UnreadableRequest("multipart") from e


async def _plain(request: Asked) -> Form:
    if request.content_type[0] not in ("application/x-www-form-urlencoded", ""):
        raise UnreadableRequest(request.content_type[0])
    body = bytearray()
    async with aclosing(_pieces(request)) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > MOST_TEXT:
                raise RequestEntityTooLarge
    return first_of_each(urlencoded(bytes(body)))


async def _pieces(request: Asked) -> AsyncGenerator[bytes, None]:
    """The body as it comes; a sender that falls silent or goes away has sent nothing that can be read."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except (TimeoutError, InternalServerException) as e:
            raise UnreadableRequest("il corpo non arriva") from e
        if piece:
            yield piece
