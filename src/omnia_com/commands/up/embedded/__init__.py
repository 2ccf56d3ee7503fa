"""PostgreSQL and Valkey of the program's own, for whoever gives no `OMNIA_DATABASE_URL` or `OMNIA_REDIS_URL`."""

from .find import EmbeddedError
from .lock import AlreadyRunning
from .servers import Servers, temporary

__all__ = ["AlreadyRunning", "EmbeddedError", "Servers", "temporary"]
