"""Small things of the terminal: a database that is away, a reader that has enough, a terminal without accents."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from omnia_com.settings import read
from tests.conftest import free_port
from tests.helpers.waiting import PATIENCE

AWAY = [
    ("migrate",),
    ("documenti",),
    ("verifica",),
    ("dopo-ripristino", "--ultimo", "3"),
    ("elimina-scadute", "--prova"),
    ("esporta", "--da", "2026-11-01", "--a", "2026-11-02"),
    ("worker",),
]


def omnia(*arguments: str, **others: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "omnia_com", *arguments]
    return subprocess.run(command, env={**os.environ, **others}, capture_output=True, timeout=PATIENCE)


@pytest.mark.parametrize("command", AWAY, ids=[command[0] for command in AWAY])
def test_a_database_that_is_away_is_said_in_words(command: tuple[str, ...], tmp_path: Path) -> None:
    url = f"postgresql://nessuno@127.0.0.1:{free_port()}/nulla"
    done = omnia(*command, OMNIA_DATABASE_URL=url, OMNIA_DATA=str(tmp_path))
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False), done.stderr.decode()
    assert b"PostgreSQL non si raggiunge" in done.stderr


def test_whoever_has_read_enough_may_go(tmp_path: Path) -> None:
    command = f"{sys.executable} -m omnia_com doctor | true"
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        env={**os.environ, "OMNIA_DATA": str(tmp_path)},
        capture_output=True,
        timeout=PATIENCE,
    )
    assert b"BrokenPipe" not in done.stderr, done.stderr.decode()


def test_a_terminal_without_accents_is_served_too(tmp_path: Path) -> None:
    done = omnia("doctor", OMNIA_DATA=str(tmp_path), PYTHONIOENCODING="ascii")
    assert b"Traceback" not in done.stderr, done.stderr.decode()


def test_an_address_of_the_sixth_version_is_named_as_it_is() -> None:
    assert read({"OMNIA_HOST": "::1", "OMNIA_PORT": "8001"})[0].base_url == "http://[::1]:8001"
