"""An Italian federation in miniature: trust anchor, provider, and where a test wants them entities between the two."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwe, jwt
from joserfc.jwk import RSAKey

from omnia_com.identity.oidc import jose
from tests.helpers.liars import Liar, public, without_none

TYPE = "entity-statement+jwt"
WELL_KNOWN = "/.well-known/openid-federation"
CAREFUL = jwe.JWERegistry(algorithms=["RSA-OAEP", "RSA-OAEP-256", "RSA1_5", "A256CBC-HS512", "DEF"])
LOOSE = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "A256CBC-HS512"], strict_check_header=False)


@dataclass
class Federation(Liar):
    """Everything it says is right, until a test changes a statement, by who says it of whom."""

    entity_keys: dict[str, RSAKey] = field(default_factory=dict)  # by name: ta, op, mid1, mid2, mid3
    to_us: dict[str, Any] = field(default_factory=dict)  # our key for encryption
    between: list[str] = field(default_factory=list)  # from the provider upwards
    changes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    signers: dict[tuple[str, str], RSAKey] = field(default_factory=dict)
    types: dict[tuple[str, str], str] = field(default_factory=dict)
    provider: dict[str, Any] = field(default_factory=dict)  # changes to the provider's metadata
    jwe_header: dict[str, Any] = field(default_factory=dict)
    registry: jwe.JWERegistry = CAREFUL
    query: dict[str, list[str]] = field(default_factory=dict)

    def entity(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    @property
    def issuer(self) -> str:
        return self.entity("op")

    def superior(self, name: str) -> str:
        path = ["op", *self.between, "ta"]
        return path[path.index(name) + 1] if name in path[:-1] else ""

    def statement(self, by: str, about: str) -> str:
        now = int(time.time())
        said = {
            "iss": self.entity(by),
            "sub": self.entity(about),
            "iat": now - 5,
            "exp": now + 300,
            "jwks": {"keys": [public(self.entity_keys[about])]},
            **(self.own(about) if by == about else {}),
        }
        said = without_none({**said, **self.changes.get((by, about), {})})
        header = {"alg": "RS256", "kid": "k1", "typ": self.types.get((by, about), TYPE)}
        return jwt.encode(header, said, self.signers.get((by, about), self.entity_keys[by]))

    def own(self, name: str) -> dict[str, Any]:
        above = {"authority_hints": [self.entity(self.superior(name))]} if self.superior(name) else {}
        if name == "op":
            return {**above, "metadata": {"openid_provider": self.discovery()}}
        return {**above, "metadata": {"federation_entity": {"federation_fetch_endpoint": f"{self.entity(name)}/fetch"}}}

    def discovery(self) -> dict[str, Any]:
        base = self.entity("op").removesuffix("/op")
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "revocation": "revoke"}
        endpoints = {f"{name}_endpoint": f"{base}/{path}" for name, path in paths.items()}
        right = {"issuer": self.issuer, "jwks": self.keys(), "scopes_supported": ["openid", "profile"], **endpoints}
        return without_none(right | self.provider)

    def id_token(self) -> str:
        self.claims.setdefault("at_hash", jose.half_hash("at", "RS256"))
        return super().id_token()

    def userinfo_token(self) -> str:
        return jwt.encode({"alg": "RS256", "kid": "k1"}, self.userinfo(), self.key)

    def encrypted(self, text: str) -> bytes:
        right = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": self.to_us["kid"], "cty": "JWT"}
        key = RSAKey.import_key({k: v for k, v in self.to_us.items() if k not in ("use", "alg")})
        return jwe.encrypt_compact({**right, **self.jwe_header}, text, key, registry=self.registry).encode()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if path in self.answers:
            return self.answers[path]
        name = path.split("/")[1]
        if path.endswith(WELL_KNOWN) and name in self.entity_keys:
            return 200, {"content-type": f"application/{TYPE}"}, self.statement(name, name).encode()
        if path.endswith("/fetch"):
            about = self.query["sub"][0].rpartition("/")[2]
            known = self.superior(about) == name
            return (200, {}, self.statement(name, about).encode()) if known else (404, {}, b"{}")
        if path == "/userinfo":
            return 200, {"content-type": "application/jwt"}, self.encrypted(self.userinfo_token())
        return super().answer(path)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.query = parse_qs(scope["query_string"].decode())
        await super().__call__(scope, receive, send)


def unsigned(header: dict[str, Any], said: dict[str, Any]) -> str:
    parts = (jose.b64url(json.dumps(part).encode()) for part in (header, said))
    return ".".join(parts) + "."
