"""One JSON object a line, on standard error. Values of forms and codici fiscali are never among them."""

import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO, cast

import structlog


class Unfailing:
    """Where lines go. One that cannot be written (a full disk, a closed pipe) is lost, and nobody's answer with it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def started(role: str, version: str, settings: Mapping[str, str]) -> None:
    """The first line of a process; *settings* without any secret."""
    structlog.get_logger().info("avvio", ruolo=role, versione=version, impostazioni=dict(settings))


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),  # in ASCII: no sign of a value begins a line or moves a cursor
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Unfailing(sys.stderr))),
    )
