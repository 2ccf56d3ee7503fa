"""Both servers together, on one data folder that nobody else uses meanwhile."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from . import find, privileges
from .find import EmbeddedError
from .folders import passable
from .lock import AlreadyRunning, take
from .postgres import Postgres
from .processes import last_lines
from .valkey import Valkey

SOCKET_LIMIT = 100  # bytes of a Unix socket's path: 107 on Linux, 103 on macOS
READY_WITHIN = 60.0  # seconds; recovery after a crash is part of it


class Servers:
    """PostgreSQL and Valkey in *data*; either may be left out. A context manager that starts and stops them.

    *durable=False* trades safety in a power cut for speed: for tests.
    """

    def __init__(
        self, data: Path, *, pg_bin: str = "", postgres: bool = True, valkey: bool = True, durable: bool = True
    ) -> None:
        self.data = data.absolute()
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self._lock: IO[str] | None = None
        self._pg_bin, self._durable = pg_bin, durable
        self._wanted = (postgres, valkey)

    @property
    def database_url(self) -> str:
        """The service's, for asyncpg; empty when there is no PostgreSQL of ours."""
        return self.postgres.url if self.postgres else ""

    @property
    def owner_url(self) -> str:
        """The owner's, who migrates."""
        return self.postgres.owner_url if self.postgres else ""

    @property
    def redis_url(self) -> str:
        """For redis-py and arq; empty when there is no Valkey of ours."""
        return self.valkey.url if self.valkey else ""

    @property
    def all(self) -> list[Postgres | Valkey]:
        return [s for s in (self.postgres, self.valkey) if s]

    @property
    def in_use(self) -> bool:
        """Whether another process holds the data folder."""
        try:
            self.lock()
        except AlreadyRunning:
            return True
        self.stop()
        return False

    def start(self, pause: Callable[[], None] = lambda: time.sleep(0.01)) -> Self:
        """Returns when both answer. *pause* is called while waiting and may raise. Raises `EmbeddedError`."""
        self.lock()
        try:
            self._find()
            for server in self.all:
                server.start()
            self._wait(pause)
        except BaseException:
            self.stop()
            raise
        return self

    def lock(self) -> None:
        """Takes the data folder for this process, until `stop`. Raises `AlreadyRunning`, `EmbeddedError`."""
        self._lock = self._lock or take(self.data)

    def _find(self) -> None:
        postgres, valkey = self._wanted
        home, account = privileges.home_of(self.data)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in {self.data, home}:
            passable(folder, account if folder == home else None)
        sockets = _socket_folder(home)
        log = self.data / "log"
        if postgres:
            programs = find.postgres(self._pg_bin)
            self.postgres = Postgres(programs, home / "pg", sockets, log, account, durable=self._durable)
        if valkey:
            self.valkey = Valkey(find.valkey(), home / "valkey", sockets, log, account, durable=self._durable)

    def _wait(self, pause: Callable[[], None]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        waiting = self.all
        while waiting := [s for s in waiting if not s.ready()]:
            for server in waiting:
                if not server.process.running or time.monotonic() > deadline:
                    raise EmbeddedError(_did_not_start(server))
            pause()

    def stop(self) -> None:
        """Valkey, then PostgreSQL; 1 and 2.5 seconds at most, then they are killed."""
        if self.valkey:
            self.valkey.process.stop(1)
        if self.postgres:
            self.postgres.process.stop(2.5)
        for sockets in {s.sockets for s in self.all}:
            with suppress(OSError):  # not empty after a kill: the next start finds it
                sockets.rmdir()
        if self._lock:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _socket_folder(home: Path) -> Path:
    """`run` in *home*; a short folder of the temporary directory where a socket's path or a URL cannot hold that."""
    folder = home / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_LIMIT and quote(str(folder)) == str(folder):
        return folder
    return Path(tempfile.gettempdir()) / f"omnia-{os.geteuid()}-{privileges.short_hash(home)}"


def _did_not_start(server: Postgres | Valkey) -> str:
    tail = "\n".join(f"  {line}" for line in last_lines(server.process.log))
    return f"{server.process.name} non è partito; ultime righe di {server.process.log}:\n{tail}"


@contextmanager
def temporary() -> Iterator[Servers]:
    """Servers on an empty folder that is removed afterwards: for tests. Faster, and lost in a power cut."""
    folder = Path(tempfile.mkdtemp(prefix="omnia-"))
    folder.chmod(0o755)  # the user that root gives the servers to goes through it
    try:
        with Servers(folder, durable=False) as servers:
            yield servers
    finally:
        shutil.rmtree(folder, ignore_errors=True)
