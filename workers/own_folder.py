"""A folder for what one browser leaves behind, emptied before use; two workers never share one."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from omnia_com.documents.typefaces import FOLDER
from omnia_com.settings import PREFIX

FONTCONFIG = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{folder}/fontconfig</cachedir></fontconfig>
"""  # Chromium loads no typeface at all on a machine without one; with ours alone, every machine prints the same


class OwnFolder:
    def __init__(self, path: Path, lock: IO[bytes]) -> None:
        """*lock* is held by this process, and let go by the system when it dies."""
        self.path, self._lock = path, lock
        self._fontconfig = path / "fonts.conf"
        for left in filter(Path.is_dir, path.iterdir()):
            shutil.rmtree(left, ignore_errors=True)
        self._fontconfig.write_text(FONTCONFIG.format(fonts=FOLDER / "base", folder=path))

    @classmethod
    def in_(cls, parent: Path) -> "OwnFolder":
        """The first of the numbered folders in *parent* that no living process holds."""
        for number in range(100):
            path = parent / f"chromium-{number}"
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (path / "lock").open("wb")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
            else:
                return cls(path, lock)
        raise OSError(f"Nessuna cartella libera in {parent}")

    def release(self) -> None:
        self._lock.close()

    @contextlib.contextmanager
    def as_environment(self) -> Iterator[None]:
        """A process started meanwhile has its temporary files and typefaces here, and knows none of our settings."""
        before = dict(os.environ)
        for name in filter(lambda name: name.startswith(PREFIX), before):
            del os.environ[name]
        os.environ |= {"TMPDIR": str(self.path), "FONTCONFIG_FILE": str(self._fontconfig)}
        if not os.access(os.environ.get("HOME", "/nonexistent"), os.W_OK):
            os.environ["HOME"] = str(self.path)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
