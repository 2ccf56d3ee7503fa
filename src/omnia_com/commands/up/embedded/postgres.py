"""A PostgreSQL cluster of one database, `omnia`, reached by a Unix socket only, and by one user of this machine only.

PostgreSQL asks the system who is there (peer): whoever runs `omnia-com up` may be any role, whoever else none. `omnia`,
its superuser, makes the cluster and migrates; web and worker come as `omnia_servizio`.
"""

import asyncio
import os
import pwd
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg

from .find import EmbeddedError, PostgresPrograms
from .folders import private, told
from .privileges import give, maker, within_reach
from .processes import Account, Process, last_lines
from .stale import end_leftover

PORT = 5432
ALL_SINCE = 16  # the first PostgreSQL in whose maps "all" means every role
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
WHO_MAY = "local all all peer map=omnia\n"
IN_A_HURRY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    def __init__(
        self,
        programs: PostgresPrograms,
        home: Path,
        sockets: Path,
        log: Path,
        account: Account | None,
        *,
        durable: bool,
    ) -> None:
        self.major, self.durable = programs.major, durable
        self.bin = within_reach(programs.bin / "postgres", account, wheel_folders=2).parent
        self.sockets, self.data = private(sockets, account), private(home, account) / str(programs.major)
        self._users = {"hba_file": home.with_name("pg_hba.conf"), "ident_file": home.with_name("pg_ident.conf")}
        options: dict[str, object] = {**OPTIONS, **self._users, "unix_socket_directories": sockets}
        options |= {} if durable else IN_A_HURRY
        self.process = Process(
            f"PostgreSQL {programs.major}",
            [self.bin / "postgres", "-D", self.data, *(f"--{k}={v}" for k, v in options.items())],
            log / "postgresql.log",
            stop_signal=signal.SIGINT,
            account=account,
            environment=ENVIRONMENT,
            folder=sockets,
        )

    @property
    def url(self) -> str:
        """The service's."""
        return self._url("omnia_servizio")

    @property
    def owner_url(self) -> str:
        """The superuser's, who owns the tables."""
        return self._url("omnia")

    def _url(self, user: str) -> str:
        return f"postgresql://{user}@/omnia?host={self.sockets}&port={PORT}"

    def start(self) -> None:
        self._say_who_may()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        end_leftover(self.data / "postmaster.pid", self.data, signal.SIGINT)
        self.process.start()

    def _say_who_may(self) -> None:
        """In files beside the data, before each start."""
        us = pwd.getpwuid(os.geteuid()).pw_name
        roles = ("all",) if self.major >= ALL_SINCE else ("omnia", "omnia_servizio")
        lines = "".join(f'omnia "{us}" {role}\n' for role in roles)
        for path, text in zip(self._users.values(), (WHO_MAY, lines), strict=True):
            told(path, text, self.process.account)

    def _create(self) -> None:
        """In another place until it is whole: an interrupted initdb leaves nothing that looks like a cluster."""
        account, folder = self.process.account, self.data.parent.with_name("pg.new")
        by = maker(account) if account else None
        shutil.rmtree(folder, ignore_errors=True)
        unfinished = private(folder, by) / self.data.name
        options = ["--auth=peer", "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions"]
        initdb = Process(
            "initdb",
            [self.bin / "initdb", "-D", unfinished, "-U", "omnia", *options, *([] if self.durable else ["--no-sync"])],
            self.process.log,
            account=by,
            environment=ENVIRONMENT,
            folder=folder,
        )
        initdb.start()
        if not initdb.wait(60) or initdb.exit_code:
            initdb.stop(0)
            raise EmbeddedError("PostgreSQL non riesce a creare i suoi dati:\n" + "\n".join(last_lines(initdb.log)))
        if account and by:
            give(unfinished, by, account)
        unfinished.rename(self.data)
        folder.rmdir()

    def ready(self) -> bool:
        """Whether a query is answered (during recovery connections are taken, queries are not); makes the database."""
        if not (self.sockets / f".s.PGSQL.{PORT}").exists():
            return False
        with ThreadPoolExecutor(1) as own_loop:
            return own_loop.submit(asyncio.run, self._answers()).result()

    async def _answers(self) -> bool:
        try:
            db = await asyncpg.connect(
                host=str(self.sockets), port=PORT, user="omnia", database="postgres", ssl=False, timeout=5
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        try:
            if not await db.fetchval("SELECT 1 FROM pg_database WHERE datname = 'omnia'"):
                await db.execute("CREATE DATABASE omnia")
        finally:
            await db.close()
        return True
