"""Private keys in PEM files: read once, and in the demonstration made by themselves."""

import os
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import RSAKey

from ..settings import SettingsError

SMALLEST = 2048
ALGORITHM = "RS256"


def load(path: Path, *, setting: str, make: bool) -> RSAKey:
    """The RSA key in *path*; where it is missing and *make* is true, a new one that only its owner reads.

    Raises `SettingsError`, naming *setting*, if there is no usable key.
    """
    try:
        if make and not path.exists():
            _make(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as e:
        raise SettingsError(f"{setting}: non si può leggere la chiave {path} ({e.strerror})") from None
    except (ValueError, TypeError):
        raise SettingsError(f"{setting}: {path} non contiene una chiave privata PEM senza password") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST:
        raise SettingsError(f"{setting}: {path} deve contenere una chiave RSA di almeno {SMALLEST} bit")
    return RSAKey.import_key(key)


def public(key: RSAKey) -> dict[str, Any]:
    """The JWK that others verify our signatures with."""
    key.ensure_kid()
    return {**key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": ALGORITHM}


def _make(path: Path) -> None:
    """Of several processes that make the key at once the first wins: a link never replaces a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(RSAKey.generate_key(SMALLEST).as_pem(private=True))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(written)
    except FileExistsError:
        pass
    finally:
        written.unlink()
