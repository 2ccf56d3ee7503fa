"""A child process with a log file, in its own session, that dies with whoever started it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LOG_LIMIT = 5_000_000
_libc = ctypes.CDLL(None) if LINUX else None


@dataclass(frozen=True, slots=True)
class Account:
    """A system user that a child runs as."""

    name: str
    uid: int
    gid: int


class Process:
    """`start` may be called again once the process has ended."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        account: Account | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.name, self.command, self.log = name, [str(c) for c in command], log
        self.stop_signal, self.account = stop_signal, account
        self.environment, self.folder = environment, folder
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """0 before its first start."""
        return self._popen.pid if self._popen else 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs, or before its first start; negative when a signal ended it."""
        return self._popen.poll() if self._popen else None

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def start(self) -> None:
        rotate(self.log)
        who = self.account
        with self.log.open("ab") as log, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: fork with threads; see _die_with_parent
            self._popen = subprocess.Popen(  # noqa: S603
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self.folder,
                start_new_session=True,
                user=who.uid if who else None,
                group=who.gid if who else None,
                extra_groups=[] if who else None,
                preexec_fn=_die_with_parent(self.stop_signal),
            )

    def stop(self, grace: float) -> bool:
        """Asks, waits *grace* seconds, then kills its whole group; False when it had to be killed."""
        if not self.running:
            return True
        os.kill(self.pid, self.stop_signal)
        stopped = self.wait(grace)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        return self.wait(1) and stopped

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within *seconds*."""
        if self._popen:
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(seconds)
        return not self.running


def _die_with_parent(sig: signal.Signals) -> Callable[[], None]:
    """Runs between fork and exec, after setuid (which would clear it): two system calls, no lock."""
    parent = os.getpid()

    def prepare() -> None:
        if _libc:
            _libc.prctl(PR_SET_PDEATHSIG, int(sig))
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def adopt_orphans() -> None:
    """From now on a grandchild whose parent dies becomes our child (Linux): it can be ended and reaped."""
    if _libc:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def reap_adopted(own: set[int]) -> None:
    """Takes away ended children that are not among *own*."""
    with suppress(ChildProcessError):
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid in own:
                return
            os.waitpid(ended.si_pid, 0)


def kill_adopted(seconds: float = 1) -> None:
    """Ends every child that is left, and theirs as they come to us."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    deadline = time.monotonic() + seconds
    while children.exists() and (left := children.read_text().split()) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        reap_adopted(set())
        time.sleep(0.01)


def rotate(log: Path) -> None:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def last_lines(log: Path, count: int = 3) -> list[str]:
    if not log.exists():
        return []
    with log.open("rb") as f:
        f.seek(max(0, log.stat().st_size - 4000))
        lines = f.read().decode(errors="replace").splitlines()
    return [line for line in lines if line.strip()][-count:]
