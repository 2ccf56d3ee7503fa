"""Folders that only the servers' user may open."""

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
