"""The CSRF token of a page: bound to its session, masked anew each time (BREACH), and telling whose page it was.

Base64 of a mask (40 bytes) and, under it, 16 bytes of an HMAC of the session's token, and the person's mark: 8 of their
tag, and 16 of a seal of ours over the tag, so that nobody says of himself whose page he has.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from omnia_com.identity import exchange_keys
from omnia_com.settings import Settings, SettingsError

BOUND, TAG, SEAL = 16, 8, 16  # bytes
WHOLE = BOUND + TAG + SEAL
NO_MARK = bytes(TAG + SEAL)


def make(session_token: str, mark: bytes) -> str:
    mask = secrets.token_bytes(WHOLE)
    return urlsafe_b64encode(mask + _xor(mask, _bound(session_token) + mark)).decode()


def accepts(session_token: str, text: str) -> bool:
    """Whether *text* is a token of that session; any text may be asked about."""
    return hmac.compare_digest(_bare(text)[:BOUND], _bound(session_token))


def whose(text: str) -> bytes:
    """The tag of the person whose page had this token, as it says itself; b'' for what is no token."""
    return _bare(text)[BOUND : BOUND + TAG]


def surely_whose(text: str, settings: Settings) -> bytes:
    """The same if we have sealed it; else b''."""
    tag, seal = whose(text), _bare(text)[BOUND + TAG :]
    return tag if tag and any(hmac.compare_digest(seal, key.seal_of_page(tag)) for key in _keys(settings)) else b""


def mark(codice_fiscale: str, settings: Settings) -> bytes:
    """The person's tag and our seal; without a key there is none, and what says so is not believed."""
    theirs, keys = tag(codice_fiscale), _keys(settings)
    return theirs + (keys[0].seal_of_page(theirs) if keys else bytes(SEAL))


def tag(codice_fiscale: str) -> bytes:
    """Tells people apart, in a page that shows who they are anyway; no secret and no proof of anything."""
    return hashlib.sha256(b"pagina di " + codice_fiscale.encode()).digest()[:TAG]


def _keys(settings: Settings) -> tuple[exchange_keys.Key, ...]:
    """The newest first; none where the register has none: that is told where somebody signs in."""
    try:
        return tuple(exchange_keys.load(settings))
    except SettingsError:
        return ()


def _bound(session_token: str) -> bytes:
    return hmac.digest(session_token.encode(), b"csrf", "sha256")[:BOUND]


def _bare(text: str) -> bytes:
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        return b""
    return _xor(raw[:WHOLE], raw[WHOLE:]) if len(raw) == 2 * WHOLE else b""


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
