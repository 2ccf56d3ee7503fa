"""uvicorn's HTTP with an end to its patience: a client that sends a byte now and then, or takes none, is let go.

uvicorn alone waits for ever for the end of a request's head (of any length), for its body, and for somebody to read
the answer; a few hundred such connections are all that a process has. A proxy in front does the same sooner.
"""

import asyncio
from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD, BODY, ANSWER = 15.0, 60.0, 60.0  # seconds
HEAD_BYTES = 64 * 1024
BODY_BYTES = 4096  # that come in `BODY` from whoever is still there, on the worst of lines
WORDS = "Il browser ha mandato la richiesta troppo adagio, o troppo lunga. Riprova."


class Patient(HttpToolsProtocol):
    """A connection: a head within `HEAD`, `BODY_BYTES` of a body in each `BODY`, what is answered taken in `ANSWER`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading: TimerHandle | None = None
        self._writing: TimerHandle | None = None
        self._in_head, self._came = True, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._reading, self._writing):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._reading is None:  # blanks between two requests count as the next one's head
            self._in_head = True
            self._expect(HEAD)
        self._came += len(data)
        super().data_received(data)
        if self._in_head and self._came > HEAD_BYTES:
            self._let_go(431, "Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        if self._reading is None:
            self._expect(HEAD)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head = False
        self._expect(BODY)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._reading:
            self._reading.cancel()
        self._reading, self._came = None, 0

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing = self.loop.call_later(ANSWER, self.transport.abort)

    def resume_writing(self) -> None:
        if self._writing:
            self._writing.cancel()
        super().resume_writing()

    def _expect(self, seconds: float) -> None:
        if self._reading:
            self._reading.cancel()
        self._came, self._reading = 0, self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        """Unless it is us who do not read what comes, or it comes well enough."""
        if self.flow.read_paused or (not self._in_head and self._came >= BODY_BYTES):
            self._expect(BODY)
        else:
            self._let_go(408, "Request Timeout")

    def _let_go(self, status: int, phrase: str) -> None:
        """In words, where no other answer has begun."""
        before = (
            self.cycle is None or self.cycle.response_complete if self._in_head else not self.cycle.response_started
        )
        if before and not self.transport.is_closing():
            said = WORDS.encode()
            head = f"HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            self.transport.write(f"{head}Content-Length: {len(said)}\r\nConnection: close\r\n\r\n".encode() + said)
        self.transport.close()
