"""Another user of the machine reads nothing of ours, and comes to neither server."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from omnia_com.commands.up.embedded import Servers, privileges
from tests.commands.test_up import open_folder, query, supervised, wait_for
from tests.conftest import free_port
from tests.helpers.waiting import ended

ROOT_ONLY = "only root becomes another user"
AS_ANOTHER = """
import os, pathlib, socket, sys
os.setgroups([]), os.setgid(int(sys.argv[1])), os.setuid(int(sys.argv[1]))
for place in sys.argv[2:]:
    path = pathlib.Path(place)
    for act in (os.listdir, lambda p: open(p).read(), lambda p: socket.socket(socket.AF_UNIX).connect(str(p))):
        try:
            act(path)
        except OSError:
            continue
        print("open to another:", path)
"""
CONNECTS = """
import asyncio, asyncpg, os, sys
os.setgroups([]), os.setgid(int(sys.argv[2])), os.setuid(int(sys.argv[1]))
asyncio.run(asyncpg.connect(sys.argv[3]))
"""


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, dict[str, str]]]:
    """`omnia-com up` in the demonstration, as make starts it; its folder, and its environment."""
    with open_folder() as data:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("OMNIA_") or k == "OMNIA_CHROMIUM"}
        ports = {"OMNIA_PORT": str(free_port()), "OMNIA_IDP_PORT": str(free_port())}
        told = clean | ports | {"OMNIA_ENV": "demo", "OMNIA_DATA": str(data)}
        with supervised([sys.executable, "-m", "omnia_com", "up"], env=told) as process:
            wait_for("Pronto", process)
            yield data, told
        ended(process)


def everything(data: Path) -> list[Path]:
    return [data, *data.rglob("*")]


def test_what_is_ours_is_for_us_alone(running: tuple[Path, dict[str, str]]) -> None:
    """Where root gives the servers to a user of their own, that user's group may pass through the folder, no more."""
    data, _ = running
    servers = {path.stat().st_uid for path in data.iterdir()} - {os.geteuid()}
    assert stat.S_IMODE(data.stat().st_mode) == (0o710 if servers else 0o700)
    open_ones = {path.name for path in data.iterdir() if path.lstat().st_mode & 0o077}
    assert open_ones == set()
    assert {"allegati", "log", "pg", "run", "valkey", "valkey.conf"} <= {path.name for path in data.iterdir()}
    sent = [path for path in everything(data) if "allegati" in path.parts or path.suffix in (".pem", ".log", ".conf")]
    assert not [path for path in sent if "pg" not in path.parts and path.stat().st_mode & 0o077 and path.is_file()]


def nobody(data: Path) -> int:
    """A user who is neither we nor the servers'."""
    taken = {path.stat().st_uid for path in everything(data)}
    return next(uid for uid in (65534, 1, 2) if uid not in taken)


@pytest.mark.skipif(bool(os.geteuid()), reason=ROOT_ONLY)
def test_another_user_reads_nothing_and_connects_to_nothing(running: tuple[Path, dict[str, str]]) -> None:
    data, _ = running
    sockets = [path for path in everything(data) if path.is_socket()]
    assert len(sockets) == 2
    command = [sys.executable, "-c", AS_ANOTHER, str(nobody(data)), *map(str, everything(data))]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.skipif(bool(os.geteuid()), reason=ROOT_ONLY)
def test_postgresql_asks_the_system_who_is_there(running: tuple[Path, dict[str, str]]) -> None:
    """Even where somebody gets at the socket: the user that its server runs as, for one."""
    data, _ = running
    url = f"postgresql://omnia@/omnia?host={data}/run&port=5432"
    assert query(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True
    server = (data / "pg").stat()
    command = [sys.executable, "-c", CONNECTS, str(server.st_uid), str(server.st_gid), url]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert "Peer authentication failed" in done.stderr


@pytest.mark.skipif(bool(os.geteuid()), reason=ROOT_ONLY)
def test_without_a_user_postgres_the_servers_share_theirs_with_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with `nobody` either, as whom others may run."""
    named = privileges._named
    monkeypatch.setattr(privileges, "_named", lambda name: None if name == "postgres" else named(name))
    with open_folder() as data:
        for _ in range(2):
            with Servers(data, durable=False) as servers:
                assert query(servers.owner_url, "SELECT 1") == 1
                owners = {path.stat().st_uid for path in everything(data)} - {0}
                command = [sys.executable, "-c", AS_ANOTHER, "65534", *map(str, everything(data))]
                done = subprocess.run(command, capture_output=True, text=True, cwd="/")
            assert (done.stdout, done.stderr) == ("", "")
            assert len(owners) == 1
            assert owners <= set(privileges.NAMELESS)


def test_valkey_asks_for_its_password(running: tuple[Path, dict[str, str]]) -> None:
    data, _ = running
    with Redis(unix_socket_path=f"{data}/run/valkey.sock") as stranger, pytest.raises(AuthenticationError):
        stranger.ping()
    password = (data / "valkey.conf").read_text().split()[1]
    assert len(password) > 30
    with Redis(unix_socket_path=f"{data}/run/valkey.sock", password=password) as we:
        assert we.ping()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert password.encode() not in process.read_bytes(), "everybody on the machine can read it"
        except OSError:
            continue


def test_web_and_worker_are_the_service_and_are_told_of_nobody_else(running: tuple[Path, dict[str, str]]) -> None:
    data, _ = running
    told = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            environment = dict(line.split(b"=", 1) for line in (process / "environ").read_bytes().split(b"\0") if line)
        except OSError:
            continue
        if environment.get(b"OMNIA_DATA") == str(data).encode() and command[-2:-1] in ([b"web"], [b"worker"]):
            told[command[-2].decode()] = environment
    assert told.keys() == {"web", "worker"}
    for environment in told.values():
        assert environment[b"OMNIA_DATABASE_URL"].startswith(b"postgresql://omnia_servizio@")
        assert environment[b"OMNIA_DATABASE_OWNER_URL"] == b""
    others = "FROM pg_stat_activity WHERE datname = 'omnia' AND pid <> pg_backend_pid()"
    who = f"SELECT array_agg(DISTINCT usename::text) {others}"
    assert query(f"postgresql://omnia@/omnia?host={data}/run&port=5432", who) == ["omnia_servizio"]
