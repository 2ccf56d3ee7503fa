"""A form that arrived when its session was gone, kept for half an hour until its person has signed in again.

The secret goes to the browser that posted it, in a cookie. The database has its SHA-256, and what was written under a
key made of the secret: neither of the two can read it alone (docs/decisions/0015-kept-forms.md).
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

import msgspec
from cryptography.fernet import Fernet

from omnia_com.storage.database import fetch
from omnia_com.storage.tables import ModuloTenuto

MINUTES = 30
LARGEST = 352 * 1024  # bytes of what was written: as much as a draft holds, in any script
AGE = timedelta(minutes=MINUTES)


class KeptForm(msgspec.Struct, frozen=True):
    """`page` names what was posted to, `id` its draft; `whose` is the tag of the person (`csrf.tag`)."""

    page: str
    id: UUID | None
    whose: bytes
    fields: dict[str, str]


async def keep(form: KeptForm) -> str:
    """Keeps *form* and returns its secret; '' if it is too large."""
    plain, secret = msgspec.json.encode(form), secrets.token_urlsafe(32)
    if len(plain) > LARGEST:
        return ""
    await forget_old_forms()
    await ModuloTenuto.insert(ModuloTenuto(id_sha256=_address(secret), contenuto=_cipher(secret).encrypt(plain)))
    return secret


async def look(secret: str) -> KeptForm | None:
    """What is kept under *secret*, which stays until it is dropped."""
    rows = await fetch(
        "SELECT contenuto FROM modulo_tenuto WHERE id_sha256 = $1 AND creato > now() - $2::interval",
        _address(secret),
        AGE,
    )
    return msgspec.json.decode(_cipher(secret).decrypt(rows[0]["contenuto"]), type=KeptForm) if rows else None


async def drop(secret: str) -> None:
    """Nothing is kept under *secret* any more."""
    await ModuloTenuto.delete().where(ModuloTenuto.id_sha256 == _address(secret))


async def forget_old_forms() -> None:
    await fetch("DELETE FROM modulo_tenuto WHERE creato < now() - $1::interval", AGE)


def _address(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _cipher(secret: str) -> Fernet:
    return Fernet(urlsafe_b64encode(hmac.digest(secret.encode(), b"modulo", "sha256")))
