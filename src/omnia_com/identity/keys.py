"""Private keys in PEM files: read once, and in the demonstration made by themselves."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import RSAKey

from omnia_com.settings import SettingsError

SMALLEST = 2048
ALGORITHM = "RS256"


def load(path: Path, *, setting: str, make: bool) -> RSAKey:
    """The RSA key in *path*; where it is missing and *make* is true, a new one that only its owner reads.

    Raises `SettingsError`, naming *setting*, if there is no usable key.
    """
    try:
        if make and not path.exists():
            make_once(path, RSAKey.generate_key(SMALLEST).as_pem(private=True))
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as e:
        raise SettingsError(f"{setting}: non si può leggere la chiave {path} ({e.strerror})") from None
    except (ValueError, TypeError):
        raise SettingsError(f"{setting}: {path} non contiene una chiave privata PEM senza password") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST:
        raise SettingsError(f"{setting}: {path} deve contenere una chiave RSA di almeno {SMALLEST} bit")
    return RSAKey.import_key(key)


def public(key: RSAKey, use: str = "sig", alg: str = ALGORITHM) -> dict[str, Any]:
    """The JWK that others verify our signatures with, or (*use* `enc`) encrypt to us with."""
    key.ensure_kid()
    return {**key.as_dict(private=False), "kid": key.kid, "use": use, "alg": alg}


def make_once(path: Path, content: bytes) -> None:
    """Writes *path* for its owner alone. Of several processes that do at once the first wins: a link never replaces."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _written(path, content) as new, contextlib.suppress(FileExistsError):
        path.hardlink_to(new)


def replace(path: Path, content: bytes) -> None:
    """Writes *path* anew, whole or not at all, for its owner alone."""
    with _written(path, content) as new:
        new.replace(path)


@contextlib.contextmanager
def _written(path: Path, content: bytes) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield new
    finally:
        new.unlink(missing_ok=True)
