"""One JSON object a line, on standard error. Values of forms and codici fiscali are never among them."""

import logging
import sys
from collections.abc import Mapping

import structlog


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
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
