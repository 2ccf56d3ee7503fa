"""A password as PostgreSQL keeps it (RFC 5802), worked out here: it stands in no statement that a log may keep."""

import base64
import hashlib
import hmac
import secrets

TURNS = 4096  # what PostgreSQL itself takes


def verifier(password: str, salt: bytes = b"") -> str:
    """`SCRAM-SHA-256$…` of an ASCII *password*; any other as it is, for PostgreSQL to normalise (RFC 4013).

    A new *salt* each time, if none is given.
    """
    if not password.isascii():
        return password
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, TURNS)
    client, server = (hmac.digest(salted, key, "sha256") for key in (b"Client Key", b"Server Key"))
    stored = hashlib.sha256(client).digest()
    said = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${TURNS}:{said[0]}${said[1]}:{said[2]}"
