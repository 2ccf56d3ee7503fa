"""Sessions of our own: the framework's accept an id that the client chose and do not rotate it at sign-in.

A token is 256 random bits; the database keeps its SHA-256. It lives in PostgreSQL, so that the queue may be
emptied and nobody is signed out. Idle and absolute limits are settings; this clock is always the real one.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from omnia_com.identity import Scheme, SignedIn
from omnia_com.settings import Settings
from omnia_com.storage.database import fetch
from omnia_com.storage.tables import AccessoInCorso, Sessione

from . import csrf
from .declarants import Person, person

T = TypeVar("T", bound=msgspec.Struct)
PENDING_MINUTES = 10
TOUCH_SHARE = 30  # a session's last use is written at most once in this share of its idle time: each minute of 30

_LIVING = "s.creata > now() - $2::interval AND s.vista > now() - $3::interval"
_FIND = f"""
    SELECT d.*, s.id_token, s.access_token, s.uscita, s.emittente, s.richiesta, da_toccare,
        s.creata + $2::interval AS fine_assoluta, fine, floor(extract(epoch FROM fine - now()))::int AS secondi
    FROM sessione s JOIN dichiarante d ON d.codice_fiscale = s.dichiarante,
        LATERAL (SELECT s.vista < now() - $3::interval / {TOUCH_SHARE} AS da_toccare) t,
        LATERAL (SELECT LEAST(s.creata + $2::interval,
                              CASE WHEN da_toccare THEN now() ELSE s.vista END + $3::interval) AS fine) f
    WHERE s.token_sha256 = $1 AND {_LIVING}
"""  # noqa: S608 – constants, no input


class Token(msgspec.Struct, frozen=True):
    """What a provider gave for a session, to be given back at its end; `access_token` is '' where it gave nothing."""

    owner: str
    issuer: str
    request_id: str  # of the exchange that opened the session
    access_token: str


class Session(msgspec.Struct, frozen=True):
    """A signed-in browser: its person, and what sign-out needs."""

    token: str
    person: Person
    id_token: str
    access_token: str
    ends: datetime  # if nothing else is asked for
    ends_anyway: datetime
    seconds_left: int  # until `ends`: all that a script is told, for nobody knows what the phone's clock says
    leaves_to: str = ""  # the origin to which signing out redirects, '' if to none
    issuer: str = ""
    request_id: str = ""
    mark: bytes = csrf.NO_MARK
    """In its pages, whose they are."""

    @property
    def given(self) -> Token:
        return Token(self.owner, self.issuer, self.request_id, self.access_token)

    @property
    def owner(self) -> str:
        return self.person.codice_fiscale

    def csrf(self) -> str:
        """A token for one page."""
        return csrf.make(self.token, self.mark)

    def accepts(self, token: str) -> bool:
        """Whether *token* is a CSRF token of this session; any text may be asked about."""
        return csrf.accepts(self.token, token)


class OpenSession(msgspec.Struct, frozen=True):
    """One of a person's signed-in browsers, as they are shown it."""

    scheme: Scheme
    since: datetime
    seen: datetime
    this: bool


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
            uscita=signed_in.leaves_to,
            richiesta=signed_in.request_id,
            name_id=signed_in.name_id,
        )
    )
    return token


async def find_session(token: str, settings: Settings) -> Session | None:
    """The living session of *token*; its last use is noted."""
    rows = await fetch(_FIND, _sha256(token), *_limits(settings))
    if not rows:
        return None
    row = rows[0]
    if row["da_toccare"]:
        await fetch("UPDATE sessione SET vista = now() WHERE token_sha256 = $1", _sha256(token))
    kept = ("id_token", "access_token", "fine", "fine_assoluta", "secondi", "uscita", "emittente", "richiesta")
    given = [*(row[name] for name in kept), csrf.mark(row["codice_fiscale"], settings)]
    return Session(token, person(row), *given)


def _limits(settings: Settings) -> tuple[timedelta, timedelta]:
    return timedelta(hours=settings.sessione_massima), timedelta(minutes=settings.sessione_inattiva)


async def close_session(token: str) -> None:
    await Sessione.delete().where(Sessione.token_sha256 == _sha256(token))


async def close_all(owner: str) -> list[Token]:
    """Ends every session of a person; the tokens that are still to be revoked."""
    rows = await fetch(
        "DELETE FROM sessione WHERE dichiarante = $1 RETURNING emittente, richiesta, access_token", owner
    )
    return [Token(owner, row["emittente"], row["richiesta"], row["access_token"]) for row in rows]


async def open_sessions(session: Session, settings: Settings) -> list[OpenSession]:
    """The living sessions of the same person, the last used first."""
    rows = await fetch(
        f"SELECT mezzo, creata, vista, token_sha256 = $4 AS questa FROM sessione s "  # noqa: S608 – a constant
        f"WHERE s.dichiarante = $1 AND {_LIVING} ORDER BY s.vista DESC",
        session.owner,
        *_limits(settings),
        _sha256(session.token),
    )
    return [OpenSession(row["mezzo"], row["creata"], row["vista"], row["questa"]) for row in rows]


async def close_sessions_of(issuer: str, name_id: str) -> None:
    """Ends what a SAML provider knows as *name_id*."""
    await Sessione.delete().where((Sessione.emittente == issuer) & (Sessione.name_id == name_id))


def _address(shape: type[msgspec.Struct], key: str) -> bytes:
    """What one connector keeps, no other finds."""
    return _sha256(f"{shape.__module__}.{shape.__qualname__} {key}")


async def keep_pending(key: str, data: msgspec.Struct) -> str:
    """Keeps a sign-in under way, and returns the secret that binds it to the browser. *key*: what the provider's
    answer will name (OIDC: state; SAML: the request's ID)."""
    browser = secrets.token_urlsafe(32)
    await _forget_pending()
    await hand_over(key, data, _sha256(browser))
    return browser


async def _forget_pending() -> None:
    await fetch("DELETE FROM accesso_in_corso WHERE creato < now() - $1::interval", timedelta(minutes=PENDING_MINUTES))


async def take_pending(key: str, browser: str, shape: type[T], minutes: float = PENDING_MINUTES) -> T | None:
    """The sign-in kept under *key*, once, and only in the browser that began it."""
    rows = await fetch(
        "DELETE FROM accesso_in_corso WHERE stato_sha256 = $1 AND browser_sha256 = $2 "
        "AND creato > now() - $3::interval RETURNING dati",
        _address(shape, key),
        _sha256(browser),
        timedelta(minutes=minutes),
    )
    return msgspec.json.decode(rows[0]["dati"], type=shape) if rows else None


async def take_anywhere(key: str, shape: type[T], minutes: float = PENDING_MINUTES) -> tuple[T, bytes] | None:
    """The same where the browser cannot be known yet (a cross-site POST has no cookie of ours, another host neither),
    and to which browser it is bound: nobody is signed in before `take_pending` has seen that one."""
    rows = await fetch(
        "DELETE FROM accesso_in_corso WHERE stato_sha256 = $1 AND creato > now() - $2::interval "
        "RETURNING dati, browser_sha256",
        _address(shape, key),
        timedelta(minutes=minutes),
    )
    return (msgspec.json.decode(rows[0]["dati"], type=shape), rows[0]["browser_sha256"]) if rows else None


async def hand_over(key: str, data: msgspec.Struct, browser_sha256: bytes) -> None:
    """Keeps what `take_anywhere` has led to, for `take_pending` in the same browser; *key* is a new secret."""
    row = AccessoInCorso(
        stato_sha256=_address(type(data), key),
        browser_sha256=browser_sha256,
        dati=msgspec.json.encode(data).decode(),
    )
    await AccessoInCorso.insert(row)


async def forget_expired(settings: Settings) -> None:
    """Deletes the sessions that nobody can use any more, and the sign-ins that nobody ended."""
    await _forget_pending()
    await fetch("DELETE FROM sessione WHERE creata < now() - $1::interval", timedelta(hours=settings.sessione_massima))
