"""PostgreSQL refuses to run as root: which user runs it instead, and what that user can reach."""

import hashlib
import os
import pwd
import shutil
import stat
from pathlib import Path

from .find import EmbeddedError
from .processes import Account

SHARED = Path("/var/lib/omnia-com")


def home_of(data: Path) -> tuple[Path, Account | None]:
    """Where the servers keep their files, and the user they run as: None is ourselves.

    Root gives them to the owner of what is there, else to `postgres` or `nobody`; when that user
    cannot reach *data*, they live in /var/lib/omnia-com/<hash of its path>.
    """
    if os.geteuid():
        _check_that_we_have_a_name()
        return data, None
    elsewhere = SHARED / short_hash(data)
    for home in (elsewhere, data):
        if owner := _owner(home / "pg"):
            return home, owner
    account = next(a for a in (_named("postgres"), _named("nobody")) if a)
    if reachable(data.resolve().parent, account):  # through *data* itself it is let (folders.passable)
        return data, account
    _passage(SHARED)
    return elsewhere, account


def _check_that_we_have_a_name() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedError(
            f"L'utente numero {os.geteuid()} non ha un nome in /etc/passwd e PostgreSQL così non parte: "
            "usa un altro utente, oppure OMNIA_DATABASE_URL e OMNIA_REDIS_URL"
        ) from None


def _owner(folder: Path) -> Account | None:
    try:
        entry = pwd.getpwuid(folder.stat().st_uid)
    except (OSError, KeyError):
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid)


def reachable(path: Path, account: Account) -> bool:
    """Whether *account* may go through every folder on the way to *path*, and read it."""
    path = path.resolve()
    return all(_open_to(p, account) for p in (path, *path.parents))


def _open_to(path: Path, account: Account) -> bool:
    info = path.stat()
    if info.st_uid == account.uid or (path.is_dir() and info.st_gid == account.gid and info.st_mode & stat.S_IXGRP):
        return True
    needed = stat.S_IXOTH if path.is_dir() else stat.S_IROTH | stat.S_IXOTH
    return info.st_mode & needed == needed


def within_reach(program: Path, account: Account | None, *, wheel_folders: int) -> Path:
    """*program*, or its copy under /var/lib/omnia-com when *account* cannot get at it.

    *wheel_folders*: how many folders above it its wheel begins. Raises `EmbeddedError` for what is in no wheel.
    """
    if account is None or reachable(program, account):
        return program
    program = program.resolve()
    package = program.parents[wheel_folders]
    if package.parent.name != "site-packages":
        raise EmbeddedError(f"L'utente {account.name}, che deve eseguirlo, non può raggiungere {program}")
    copied = SHARED / "bin" / short_hash(program, program.stat().st_mtime_ns)
    if not copied.exists():
        _passage(SHARED, SHARED / "bin")
        unfinished = copied.with_suffix(f".{os.getpid()}")
        _copy(package, unfinished, program.relative_to(package).parts[0])
        unfinished.rename(copied)
    return copied / program.relative_to(package.parent)


def _passage(*folders: Path) -> None:
    """Everybody may pass: what is in them is protected by itself."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)


def _copy(package: Path, target: Path, folder: str) -> None:
    """*folder* of *package*, and the libraries that its wheel keeps beside it in `<package>.libs`."""
    libraries = package.with_name(package.name + ".libs")
    for source in (package / folder, libraries):
        if source.exists():
            there = target / source.relative_to(package.parent)
            shutil.copytree(source, there, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for p in (target, *target.rglob("*")):
        if not p.is_symlink():
            p.chmod(0o755 if p.is_dir() or p.stat().st_mode & stat.S_IXUSR else 0o644)


def short_hash(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:10]
