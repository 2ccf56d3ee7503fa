"""PostgreSQL refuses to run as root: which user runs it instead, and what that user can reach.

Not `nobody`, as whom others run too: without a user `postgres` it is a number of our own that has no name.
"""

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import replace
from pathlib import Path

from .find import EmbeddedError
from .processes import Account

SHARED = Path("/var/lib/omnia-com")
NAMELESS = range(60578, 61184)  # that no system gives to anybody: https://systemd.io/UIDS-GIDS/


def home_of(data: Path) -> tuple[Path, Account | None]:
    """Where the servers keep their files, and the user they run as: None is ourselves.

    Root gives them to the owner of what is there, else to `postgres`, else to a number of `NAMELESS`; when that
    user cannot reach *data*, they live in /var/lib/omnia-com/<hash of its path>.
    """
    if os.geteuid():
        _check_that_we_have_a_name()
        return data, None
    elsewhere = SHARED / short_hash(data)
    for home in (elsewhere, data):
        if owner := _owner(home / "pg"):
            return home, owner
    account = _named("postgres") or _nameless(data)
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
        info = folder.stat()
    except OSError:
        return None
    return Account(_name_of(info.st_uid), info.st_uid, info.st_gid) if info.st_uid else None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _nameless(data: Path) -> Account:
    """Another for each folder, so that none reads what is another's."""
    first = int(short_hash(data), 16) % len(NAMELESS)
    uid = next(uid for uid in (*NAMELESS[first:], *NAMELESS) if _name_of(uid) == str(uid))
    return Account(str(uid), uid, uid)


def maker(account: Account) -> Account:
    """Who makes the data of *account*: initdb wants a name. In the group of *account*, who owns it afterwards."""
    if account.name != str(account.uid):
        return account
    return replace(next(a for a in (_named("nobody"), _named("daemon")) if a), gid=account.gid)


def give(folder: Path, giver: Account, to: Account) -> None:
    """Everything in *folder* that *giver* owns: what else they may have put in its way stays whose it is."""
    for place in (folder, *folder.rglob("*")):
        opened = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if os.fstat(opened).st_uid == giver.uid:
                os.fchown(opened, to.uid, to.gid)
        finally:
            os.close(opened)


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
