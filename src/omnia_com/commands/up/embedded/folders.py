"""Folders and files that only we and the servers' user may open."""

import os
from pathlib import Path

from .find import EmbeddedError
from .processes import Account


def private(folder: Path, account: Account | None) -> Path:
    """Makes *folder*, 0700 and of *account*. Raises `EmbeddedError` when somebody else's is in its place."""
    uid = account.uid if account else os.geteuid()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account and folder.stat().st_uid == os.geteuid():
        os.chown(folder, account.uid, account.gid)
    if folder.is_symlink() or folder.stat().st_uid != uid:
        raise EmbeddedError(
            f"{folder} appartiene a un altro utente (numero {folder.stat().st_uid}): "
            "usa lo stesso utente di prima, oppure un'altra cartella con OMNIA_DATA"
        )
    return folder


def passable(data: Path, account: Account | None) -> None:
    """Makes *data* ours alone; where the servers have a user of their own, that may pass through it and not look."""
    if os.geteuid() in (0, data.stat().st_uid):
        if account:
            os.chown(data, -1, account.gid)
        data.chmod(0o710 if account else 0o700)


def told(path: Path, text: str, account: Account | None) -> None:
    """Writes *text* to *path* for *account*, else for us, and for nobody else; nobody sees half of it."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with unfinished.open("x") as file:
        os.fchmod(file.fileno(), 0o600)
        if account:
            os.fchown(file.fileno(), account.uid, account.gid)
        file.write(text)
    unfinished.replace(path)
