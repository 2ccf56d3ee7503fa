"""The keys of the register of authentication exchanges: a file with one a line; the first writes, all read.

Each line is a Fernet key (AES-128-CBC with HMAC-SHA256); an index over codici fiscali has a key derived
from it, and so has the seal of the pages (`people/csrf.py`).
"""

import hashlib
import hmac
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from omnia_com.settings import Settings, SettingsError

from . import keys

SETTING = "OMNIA_REGISTRO_CHIAVI"


class Key:
    """One key. `id` is a fingerprint that tells which key wrote a row, and nothing about the key."""

    def __init__(self, text: str) -> None:
        self._fernet = Fernet(text)
        self._index, self._page = (hmac.digest(text.encode(), what, "sha256") for what in (b"indice", b"pagina"))
        self.id = hashlib.sha256(text.encode()).hexdigest()[:8]

    def seal(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """Raises `SettingsError` for what this key did not write."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SettingsError(f"{SETTING}: la chiave {self.id} non apre ciò che dovrebbe avere scritto") from None

    def index(self, codice_fiscale: str) -> bytes:
        """Under which a person's exchanges are found; '' has none."""
        return hmac.digest(self._index, codice_fiscale.encode(), "sha256") if codice_fiscale else b""

    def seal_of_page(self, tag: bytes) -> bytes:
        """16 bytes that nobody else can write beside *tag*."""
        return hmac.digest(self._page, tag, "sha256")[:16]


class Keys:
    def __init__(self, all: tuple[Key, ...]) -> None:
        self.newest, self._by_id = all[0], {key.id: key for key in all}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._by_id.values())

    def of(self, id: str) -> Key:
        """The key with that fingerprint. Raises `SettingsError`."""
        if id not in self._by_id:
            raise SettingsError(f"{SETTING}: manca la chiave {id}, con cui è scritta una parte del registro")
        return self._by_id[id]


def load(settings: Settings) -> Keys:
    """As the file stands now; in the demonstration it is made if missing. Raises `SettingsError`."""
    path = Path(settings.registro_chiavi)
    try:
        if settings.demo and not path.exists():
            keys.make_once(path, _new())
        at = path.stat()
        return _read(path, at.st_mtime_ns, at.st_ino)
    except OSError as e:
        raise SettingsError(f"{SETTING}: non si può leggere {path} ({e.strerror})") from None
    except ValueError:
        raise SettingsError(f"{SETTING}: {path} deve avere una chiave per riga, fatta da registro --chiave") from None


@lru_cache(maxsize=1)
def _read(path: Path, _mtime: int, _inode: int) -> Keys:
    lines = [line.strip() for line in path.read_text("ascii").splitlines()]
    return Keys(tuple(Key(line) for line in lines if line))


def add(settings: Settings) -> Key:
    """Writes a new first line, making the file if there is none. Raises `SettingsError`."""
    path, new = Path(settings.registro_chiavi), _new()
    try:
        if path.exists():
            load(settings)  # never a new key above what cannot be read
            keys.replace(path, new + path.read_bytes())
        else:
            keys.make_once(path, new)
    except OSError as e:
        raise SettingsError(f"{SETTING}: non si può scrivere {path} ({e.strerror})") from None
    return load(settings).newest


def _new() -> bytes:
    return Fernet.generate_key() + b"\n"
