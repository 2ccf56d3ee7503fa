"""Sessions of our own: the framework's accept an id that the client chose and do not rotate it at sign-in.

A token is 256 random bits; the database keeps its SHA-256. It lives in PostgreSQL, so that the queue may be
emptied and nobody is signed out. Idle and absolute limits are settings; this clock is always the real one.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import msgspec

from ..declarants import Person, person
from ..settings import Settings
from ..storage.database import fetch
from ..storage.tables import AccessoInCorso, Sessione
from . import SignedIn
from .oidc import PendingSignIn

PENDING_MINUTES = 10
TOUCH_SECONDS = 60  # a session's last use is written at most this often

_FIND = f"""
    SELECT d.*, s.id_token, s.access_token, s.vista < now() - interval '{TOUCH_SECONDS} seconds' AS da_toccare
    FROM sessione s JOIN dichiarante d ON d.codice_fiscale = s.dichiarante
    WHERE s.token_sha256 = $1 AND s.creata > now() - $2::interval AND s.vista > now() - $3::interval
"""  # noqa: S608 – a constant number, no input


class Session(msgspec.Struct, frozen=True):
    """A signed-in browser: its person, and what sign-out needs."""

    token: str
    person: Person
    id_token: str
    access_token: str

    @property
    def owner(self) -> str:
        return self.person.codice_fiscale

    def csrf(self) -> str:
        """A token for one page: bound to the session, masked anew each time (BREACH)."""
        mask = secrets.token_bytes(32)
        return urlsafe_b64encode(mask + _xor(mask, _csrf(self.token))).decode()

    def accepts(self, token: str) -> bool:
        """Whether *token* is a CSRF token of this session; any text may be asked about."""
        try:
            raw = urlsafe_b64decode(token.encode("ascii"))
        except ValueError:
            return False
        return len(raw) == 64 and hmac.compare_digest(_xor(raw[:32], raw[32:]), _csrf(self.token))


def _csrf(token: str) -> bytes:
    return hmac.digest(token.encode(), b"csrf", "sha256")


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _sha256(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def open_session(signed_in: SignedIn) -> str:
    """Makes a new session for a verified identity and returns its token."""
    identity, token = signed_in.identity, secrets.token_urlsafe(32)
    await Sessione.insert(
        Sessione(
            token_sha256=_sha256(token),
            dichiarante=identity.codice_fiscale,
            mezzo=identity.scheme,
            livello=identity.level,
            emittente=identity.issuer,
            id_token=signed_in.id_token,
            access_token=signed_in.access_token,
        )
    )
    return token


async def find_session(token: str, settings: Settings) -> Session | None:
    """The living session of *token*; its last use is noted."""
    limits = timedelta(hours=settings.sessione_massima), timedelta(minutes=settings.sessione_inattiva)
    rows = await fetch(_FIND, _sha256(token), *limits)
    if not rows:
        return None
    row = rows[0]
    if row["da_toccare"]:
        await fetch("UPDATE sessione SET vista = now() WHERE token_sha256 = $1", _sha256(token))
    return Session(token, person(row), row["id_token"], row["access_token"])


async def close_session(token: str) -> None:
    await Sessione.delete().where(Sessione.token_sha256 == _sha256(token))


async def keep_pending(pending: PendingSignIn) -> str:
    """Keeps a sign-in that leaves for the provider and returns the secret that binds it to the browser."""
    browser = secrets.token_urlsafe(32)
    await fetch("DELETE FROM accesso_in_corso WHERE creato < now() - $1::interval", timedelta(minutes=PENDING_MINUTES))
    await AccessoInCorso.insert(
        AccessoInCorso(
            stato_sha256=_sha256(pending.state),
            browser_sha256=_sha256(browser),
            dati=msgspec.json.encode(pending).decode(),
        )
    )
    return browser


async def take_pending(state: str, browser: str) -> PendingSignIn | None:
    """The pending sign-in of *state*, once, and only in the browser that began it."""
    rows = await fetch(
        "DELETE FROM accesso_in_corso WHERE stato_sha256 = $1 AND browser_sha256 = $2 "
        "AND creato > now() - $3::interval RETURNING dati",
        _sha256(state),
        _sha256(browser),
        timedelta(minutes=PENDING_MINUTES),
    )
    return msgspec.json.decode(rows[0]["dati"], type=PendingSignIn) if rows else None


async def forget_expired(settings: Settings) -> None:
    """Deletes the sessions that nobody can use any more."""
    await fetch("DELETE FROM sessione WHERE creata < now() - $1::interval", timedelta(hours=settings.sessione_massima))
