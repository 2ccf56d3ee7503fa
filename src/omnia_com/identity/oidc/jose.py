"""Signed tokens, written and read strictly; shared by the connector and by the demonstration provider."""

import base64
import binascii
import hashlib
import hmac
import time
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from joserfc import jwe, jwt
from joserfc.jwk import RSAKey, import_key

from .. import keys
from ..remote import Published, invalid, read_json

KEY_TYPES = {"RS256": "RSA", "RS512": "RSA", "PS256": "RSA", "PS512": "RSA", "ES256": "EC", "ES512": "EC"}
MODULUS = range(2048 * 4 // 3 // 8, 8192 * 4 // 3 // 8 + 3)  # an RSA modulus of 2048–8192 bits in base64url
ENCRYPTION = ("RSA-OAEP", "RSA-OAEP-256", "A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60

T = TypeVar("T")


class Header(msgspec.Struct):
    alg: str
    kid: str
    typ: str = "JWT"


class Jwks(msgspec.Struct):
    keys: list[dict[str, Any]]


def b64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in constant time; anything may be in them."""
    return hmac.compare_digest(left.encode(errors="replace"), right.encode(errors="replace"))


def s256(verifier: str) -> str:
    """The PKCE challenge of *verifier* (RFC 7636)."""
    return b64url(hashlib.sha256(verifier.encode()).digest())


def half_hash(token: str, alg: str) -> str:
    """`at_hash` of an access token: the left half of the hash that the signature uses (OIDC Core 3.1.3.6)."""
    digest = hashlib.new(f"sha{alg[2:]}", token.encode(errors="replace")).digest()
    return b64url(digest[: len(digest) // 2])


def signed(claims: dict[str, Any], key: RSAKey, typ: str = "JWT") -> str:
    key.ensure_kid()
    return jwt.encode({"alg": keys.ALGORITHM, "kid": key.kid, "typ": typ}, claims, key)


def client_assertion(client_id: str, audience: str, key: RSAKey) -> dict[str, str]:
    """The form fields by which a client shows who it is (private_key_jwt, RFC 7523)."""
    now = int(time.time())
    about = {"iss": client_id, "sub": client_id, "aud": audience, "jti": str(uuid.uuid4())}
    assertion = signed({**about, "iat": now, "exp": now + ASSERTION_SECONDS}, key)
    return {"client_id": client_id, "client_assertion_type": BEARER, "client_assertion": assertion}


def header_of(token: str, typ: str = "JWT") -> Header:
    """The header, not yet to be believed, of a token of this type whose algorithm is one of ours."""
    header = _part(token, 0, Header)
    if header.alg not in KEY_TYPES or header.typ.lower() != typ.lower():
        raise invalid("algoritmo o tipo del token non ammesso")
    return header


def unverified(token: str, typ: str) -> dict[str, Any]:
    """The claims of *token*, not yet to be believed."""
    header_of(token, typ)
    return _part(token, 1, dict[str, Any])


def _part(token: str, index: int, shape: type[T]) -> T:
    try:
        part = token.split(".", 5)[index].encode("ascii")
        return read_json(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)), shape)
    except (binascii.Error, ValueError, IndexError):
        raise invalid("token illeggibile") from None


async def claims_of(token: str, published: Published[Jwks]) -> dict[str, Any]:
    """The claims of *token*, its signature verified by one of the *published* keys; nothing else is checked."""
    header = header_of(token)
    key = _find(await published.get(), header) or _find(await published.newer(), header)
    return _verified(token, header, key)


def verified(token: str, known: Jwks, typ: str) -> dict[str, Any]:
    """The same of a token of another type, with the keys that are *known* and no others."""
    header = header_of(token, typ)
    return _verified(token, header, _find(known, header))


def _verified(token: str, header: Header, key: dict[str, Any] | None) -> dict[str, Any]:
    if key is None:
        raise invalid("token firmato con una chiave sconosciuta")
    try:
        return jwt.decode(token, import_key(key), algorithms=[header.alg]).claims
    except Exception as e:  # whatever two libraries make of a hostile token or key
        raise invalid(f"firma del token: {type(e).__name__}") from None


def _find(published: Jwks, header: Header) -> dict[str, Any] | None:
    return next((key for key in published.keys if _suits(key, header)), None)


def _suits(key: dict[str, Any], header: Header) -> bool:
    kind = KEY_TYPES[header.alg]
    return (
        key.get("kid") == header.kid
        and key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", header.alg) == header.alg
        and (kind != "RSA" or len(str(key.get("n", ""))) in MODULUS)
    )


def decrypted(token: str, own: Sequence[RSAKey]) -> str:
    """What *token* (a compact JWE) holds, opened by the key of ours that it names.

    A header may hold copies of claims, `iss` and `aud` for instance (RFC 7519, 5.3): they are not believed. Compressed
    contents are refused: a small token must not become a large one.
    """
    try:
        kid = _part(token, 0, dict[str, Any]).get("kid")
        key = next(key for key in own if kid in (None, key.thumbprint()))
        registry = jwe.JWERegistry(algorithms=ENCRYPTION, strict_check_header=False)
        plain = jwe.decrypt_compact(token, key, registry=registry).plaintext
        return (plain or b"").decode("ascii")
    except Exception as e:  # as above
        raise invalid(f"token cifrato: {type(e).__name__}") from None


def shaped(claims: dict[str, Any], shape: type[T]) -> T:
    """*claims* as a *shape*, or a refusal that names the shape alone."""
    try:
        return msgspec.convert(claims, shape)
    except (msgspec.ValidationError, ArithmeticError, RecursionError):
        raise invalid(f"{shape.__name__}: valori mancanti o di altro tipo") from None
