"""What an OpenID provider publishes and answers, in shapes that refuse anything else."""

from typing import Annotated

import msgspec

from ..remote import CachedDocument, Remote, invalid
from .jose import Jwks

SCOPES = ("openid", "profile", "email", "phone")

Url = Annotated[str, msgspec.Meta(pattern=r"\Ahttps?://[!-~]+\Z", max_length=2000)]
Bearer = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]+\Z", max_length=16_000)]


class Metadata(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: Url
    token_endpoint: Url
    userinfo_endpoint: Url
    jwks_uri: Url | None = None
    signed_jwks_uri: Url | None = None  # these two in the federation only
    jwks: Jwks | None = None
    end_session_endpoint: Url | None = None
    revocation_endpoint: Url | None = None
    authorization_response_iss_parameter_supported: bool = False
    scopes_supported: list[str] | None = None

    def scope(self) -> str:
        return " ".join(s for s in SCOPES if s == "openid" or s in (self.scopes_supported or ()))

    def endpoints(self) -> tuple[str, ...]:
        optional = (self.jwks_uri, self.signed_jwks_uri, self.end_session_endpoint, self.revocation_endpoint)
        required = (self.authorization_endpoint, self.token_endpoint, self.userinfo_endpoint)
        return (*required, *(url for url in optional if url))

    def check(self, issuer: str) -> "Metadata":
        """Raises `AccessRefused` if these are of somebody else, or lead away from https."""
        if self.issuer != issuer:
            raise invalid("il fornitore dichiara un altro nome")
        if issuer.startswith("https:") and not all(url.startswith("https:") for url in self.endpoints()):
            raise invalid("il fornitore dichiara indirizzi senza https")
        return self


class TokenAnswer(msgspec.Struct, frozen=True):
    access_token: Bearer
    id_token: Bearer


class IdToken(msgspec.Struct, frozen=True):
    iss: str
    sub: str
    aud: str | list[str]
    exp: float
    iat: float
    nonce: str
    acr: str = ""
    at_hash: str | None = None
    azp: str | None = None


class Userinfo(msgspec.Struct, frozen=True):
    sub: str
    iss: str | None = None  # these two in a signed answer only
    aud: str | list[str] | None = None

    def is_about(self, sub: str, issuer: str, client_id: str) -> bool:
        return self.sub == sub and self.iss in (None, issuer) and self.aud in (None, client_id, [client_id])


class OidcProvider:
    """Discovery document and keys of *issuer*, each kept ten minutes."""

    def __init__(self, issuer: str, remote: Remote) -> None:
        self.issuer = issuer
        self._remote = remote
        self._metadata = CachedDocument(self._discover)
        self.keys = CachedDocument(self._fetch_keys)

    async def metadata(self) -> Metadata:
        return await self._metadata.get()

    async def chain(self) -> str:
        """By what the provider is trusted, beyond its address: nothing."""
        return ""

    async def _discover(self) -> Metadata:
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = (await self._remote.document(url, Metadata)).check(self.issuer)
        if metadata.jwks_uri is None:
            raise invalid("il fornitore non dichiara le sue chiavi")
        return metadata

    async def _fetch_keys(self) -> Jwks:
        return await self._remote.document(str((await self.metadata()).jwks_uri), Jwks)
