"""`omnia-com up`: the servers and the roles, kept running, and stopped in order."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

from omnia_com.settings import Settings

from .embedded import Servers
from .embedded.processes import Process, adopt_orphans, kill_adopted, reap_adopted
from .parent import Parent
from .roles import Role
from .watched import Watched, describe_end, say, shown

TICK = 0.1
PATIENCE = 20.0  # seconds between words while waiting for «Pronto»
TRIES = 3  # ends of a role that «Pronto» waits for, before giving up


class Stopped(Exception):
    """Somebody asked us to stop."""


class CannotStart(RuntimeError):
    """The message, in Italian, names the log to read."""


class Supervisor:
    """*preparation*: commands run to their end before the roles start. *parent*: stop when it does."""

    def __init__(
        self,
        settings: Settings,
        roles: Sequence[Role],
        *,
        preparation: Sequence[Role] = (),
        parent: Parent | None = None,
    ) -> None:
        self.settings, self.roles, self.preparation, self.parent = settings, roles, preparation, parent
        self.servers = Servers(
            settings.data,
            pg_bin=settings.pg_bin,
            postgres=not settings.database_url,
            valkey=not settings.redis_url,
        )
        self.running: list[tuple[Role, Watched]] = []
        self.watched: list[Watched] = []
        self._asked = False

    def run(self, check: Callable[[], None] = lambda: None, ready: Callable[[], None] = lambda: None) -> None:
        """Until asked to stop. *check* runs with the data folder locked and nothing started, *ready* once all answer.

        Raises `EmbeddedError`, `CannotStart`, and what *check* raises; nothing is left running.
        """
        self._listen()
        adopt_orphans()
        try:
            self.servers.lock()
            check()
            self._start()
            self._until_ready()
            ready()
            while True:
                self._pause()
                self._tend()
        except Stopped:
            say("Mi fermo…")
        finally:
            self._stop()

    def _listen(self) -> None:
        """SIGINT too, which a shell's background job inherits ignored; SIGHUP unless `nohup` ignores it."""
        for sig in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sig, self._ask)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def _pause(self, seconds: float = TICK) -> None:
        if self._asked or (self.parent and self.parent.leaving()):
            raise Stopped
        time.sleep(seconds)

    def _start(self) -> None:
        self.servers.start(lambda: self._pause(0.01))
        self.watched = [Watched(s.process, s.start) for s in self.servers.all]
        owner = {"OMNIA_DATABASE_OWNER_URL": self.settings.database_owner_url or self.servers.owner_url}
        for role in self.preparation:
            self._run_to_its_end(self._process(role, **owner))
        for role in self.roles:
            process = self._process(role)
            watched = Watched(process, process.start)
            self.running.append((role, watched))
            self.watched.append(watched)
            watched.start()

    def _process(self, role: Role, **told: str) -> Process:
        """The owner's address is told to nobody who keeps running."""
        urls = {
            "OMNIA_DATABASE_OWNER_URL": "",
            "OMNIA_DATABASE_URL": self.settings.database_url or self.servers.database_url,
            "OMNIA_REDIS_URL": self.settings.redis_url or self.servers.redis_url,
        }
        log = self.settings.data / "log" / f"{role.name}.log"
        return Process(
            role.name, role.command, log, environment={**os.environ, **urls, **told, "PYTHONUNBUFFERED": "1"}
        )

    def _run_to_its_end(self, process: Process) -> None:
        process.start()
        try:
            while process.running:
                self._pause(0.02)
        finally:
            process.stop(2)
        if process.exit_code:
            raise CannotStart(describe_end(process))

    def _until_ready(self) -> None:
        patience = time.monotonic() + PATIENCE
        waiting = [(role, watched) for role, watched in self.running if role.ready]
        while waiting := [(r, w) for r, w in waiting if not (w.process.running and r.ready and r.ready())]:
            self._pause(0.05)
            self._tend()
            if time.monotonic() > patience:
                patience += PATIENCE
                say(f"Aspetto ancora: {', '.join(f'{r.name} (registro {shown(w.process.log)})' for r, w in waiting)}")
            for _, watched in waiting:
                if watched.ends >= TRIES:
                    name, log = watched.process.name, shown(watched.process.log)
                    raise CannotStart(f"{name} non parte: dopo {watched.ends} volte rinuncio. Leggi {log}")

    def _tend(self) -> None:
        for watched in self.watched:
            watched.tend()
        reap_adopted({w.process.pid for w in self.watched})

    def _stop(self) -> None:
        """Within 10 seconds: the roles in reverse, Valkey, PostgreSQL, and what any of them left behind."""
        for role, watched in reversed(self.running):
            if not watched.process.stop(role.grace):
                say(f"{role.name} non si è fermato in {role.grace} secondi: terminato.")
        self.servers.stop()
        kill_adopted()
