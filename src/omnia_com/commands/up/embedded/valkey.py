"""A Valkey (or Redis) reached by a Unix socket and a password only, that keeps every write."""

import secrets
import signal
import socket
from pathlib import Path

from .folders import private, told
from .privileges import within_reach
from .processes import Account, Process
from .stale import end_leftover

OPTIONS = ("--port", "0", "--unixsocketperm", "700", "--save", "", "--appendonly", "yes")


class Valkey:
    def __init__(
        self, program: Path, data: Path, sockets: Path, log: Path, account: Account | None, *, durable: bool
    ) -> None:
        self.data, self.sockets = private(data, account), private(sockets, account)
        self.socket = sockets / "valkey.sock"
        self.pid_file = data / "valkey.pid"
        self._password, self._settings = secrets.token_urlsafe(32), data.with_name("valkey.conf")
        places = ("--unixsocket", self.socket, "--dir", data, "--pidfile", self.pid_file)
        keeping = ("--appendfsync", "everysec" if durable else "no", "--maxmemory-policy", "noeviction")
        self.process = Process(
            "Valkey",
            [within_reach(program, account, wheel_folders=2), self._settings, *OPTIONS, *places, *keeping],
            log / "valkey.log",
            stop_signal=signal.SIGTERM,
            account=account,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            folder=data,
        )

    @property
    def url(self) -> str:
        return f"unix://:{self._password}@{self.socket}"

    def start(self) -> None:
        """With a password of this run, in a file: whatever stands in a command everybody on the machine can read."""
        told(self._settings, f"requirepass {self._password}\n", self.process.account)
        end_leftover(self.pid_file, self.data, signal.SIGTERM)
        self.process.start()

    def ready(self) -> bool:
        """Whether a PING is answered with PONG (while it loads its data it is not)."""
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(1)
                s.connect(str(self.socket))
                s.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                return s.makefile("rb").read(12) == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False
