"""The CSRF token of a page: bound to its session, masked anew each time (BREACH), and telling whose page it was.

Base64 of a mask (24 bytes) and, under it, 16 bytes of an HMAC of the session's token and 8 of the person's tag.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

BOUND, TAG = 16, 8  # bytes


def make(session_token: str, codice_fiscale: str) -> str:
    mask = secrets.token_bytes(BOUND + TAG)
    return urlsafe_b64encode(mask + _xor(mask, _bound(session_token) + tag(codice_fiscale))).decode()


def accepts(session_token: str, text: str) -> bool:
    """Whether *text* is a token of that session; any text may be asked about."""
    return hmac.compare_digest(_bare(text)[:BOUND], _bound(session_token))


def whose(text: str) -> bytes:
    """The tag of the person whose page had this token; b'' for what is no token."""
    return _bare(text)[BOUND:]


def tag(codice_fiscale: str) -> bytes:
    """Tells people apart, in a page that shows who they are anyway; no secret and no proof of anything."""
    return hashlib.sha256(b"pagina di " + codice_fiscale.encode()).digest()[:TAG]


def _bound(session_token: str) -> bytes:
    return hmac.digest(session_token.encode(), b"csrf", "sha256")[:BOUND]


def _bare(text: str) -> bytes:
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        return b""
    half = BOUND + TAG
    return _xor(raw[:half], raw[half:]) if len(raw) == 2 * half else b""


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
