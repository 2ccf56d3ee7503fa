"""What the demonstration provider remembers, in memory alone, and how it knows its one client."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from omnia_com.settings import Settings

from .. import AccessRefused, Scheme, keys
from ..oidc import jose
from ..remote import CachedDocument, Remote, invalid, new_client
from .people import InventedPerson, read_people

CODE_SECONDS, TOKEN_SECONDS, ASSERTION_LONGEST, SKEW = 60, 300, 600, 30
MOST = 10_000
JWKS_PATH, RETURN_PATH = "/accesso/oidc/jwks", "/accesso/oidc/ritorno"

T = TypeVar("T")


class Refusal(Exception):
    """An error answer: *code* of OAuth, *text* in Italian; with *location*, told to the client by the browser."""

    def __init__(self, status: int, code: str, text: str, location: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.text, self.location = status, code, text, location


class Shelf(Generic[T]):
    """Things that are forgotten by themselves, the oldest first where they are too many."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._things: dict[str, tuple[float, T]] = {}

    def put(self, name: str, thing: T) -> None:
        now = time.monotonic()
        kept = [(n, kept) for n, kept in self._things.items() if kept[0] > now]
        self._things = dict(kept[-MOST:]) | {name: (now + self._seconds, thing)}

    def get(self, name: str) -> T | None:
        until, thing = self._things.get(name, (0.0, None))
        return thing if until > time.monotonic() else None

    def take(self, name: str) -> T | None:
        thing = self.get(name)
        self._things.pop(name, None)
        return thing


@dataclass(frozen=True, slots=True)
class Grant:
    """A sign-in that was granted: to whom, for which request."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scheme: Scheme
    person_id: str
    level: int
    at: int


class Assertion(msgspec.Struct):
    iss: str
    sub: str
    aud: str | list[str]
    exp: float
    jti: str
    iat: float = 0


class Demo:
    """The provider itself, without its pages."""

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.demo_issuer
        self.origins = sorted(settings.origins)
        self.people: dict[str, InventedPerson] = read_people()
        self.http = new_client()
        self._key = keys.load(settings.data / "fornitore-dimostrativo-key.pem", setting="OMNIA_DATA", make=True)
        self._own_keys = CachedDocument(self._publish)
        remote = Remote(self.http)
        addresses = {origin: origin for origin in self.origins} | {settings.oidc_client_id: settings.base_url}
        self.clients = {client: _published_by(remote, base + JWKS_PATH) for client, base in addresses.items() if client}
        self._codes: Shelf[Grant] = Shelf(CODE_SECONDS)
        self._tokens: Shelf[Grant] = Shelf(TOKEN_SECONDS)
        self._spent: Shelf[str] = Shelf(CODE_SECONDS + TOKEN_SECONDS)  # code → the access token it gave
        self._assertions: Shelf[bool] = Shelf(ASSERTION_LONGEST)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [keys.public(self._key)]}

    async def _publish(self) -> jose.Jwks:
        return jose.Jwks(**self.jwks())

    def may_return_to(self, uri: str) -> bool:
        return uri in {origin + RETURN_PATH for origin in self.origins}

    def may_sign_out_to(self, uri: str) -> bool:
        plain = uri.isascii() and uri.isprintable() and "\\" not in uri
        return plain and any(uri == origin or uri.startswith(f"{origin}/") for origin in self.origins)

    def new_code(self, grant: Grant) -> str:
        code = secrets.token_urlsafe(32)
        self._codes.put(code, grant)
        return code

    async def authenticate(self, form: Mapping[str, str]) -> str:
        """The client that signed the assertion in *form* with a key that it publishes."""
        client_id = form.get("client_id", "")
        try:
            if client_id not in self.clients or form.get("client_assertion_type") != jose.BEARER:
                raise invalid("cliente o modo di presentarsi sconosciuto")
            claims = await jose.claims_of(form.get("client_assertion", ""), self.clients[client_id])
            self._check_assertion(jose.shaped(claims, Assertion), client_id)
        except AccessRefused:
            raise Refusal(401, "invalid_client", "il servizio non ha dimostrato chi e'") from None
        return client_id

    def _check_assertion(self, assertion: Assertion, client_id: str) -> None:
        audience = [assertion.aud] if isinstance(assertion.aud, str) else assertion.aud
        ours = {self.issuer, f"{self.issuer}/token", f"{self.issuer}/revoke"}
        now = time.time()
        in_time = now < assertion.exp <= now + ASSERTION_LONGEST and assertion.iat <= now + SKEW
        if not (assertion.iss == assertion.sub == client_id and ours & set(audience) and in_time):
            raise invalid("asserzione di altri, per altri o fuori tempo")
        if not assertion.jti or self._assertions.get(assertion.jti):
            raise invalid("asserzione già usata")
        self._assertions.put(assertion.jti, True)

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """Tokens for a *code*, once. A code that comes twice also ends the token that it gave."""
        self._tokens.take(self._spent.take(code) or "")
        grant = self._codes.take(code)
        if not grant or (grant.client_id, grant.redirect_uri) != (client_id, redirect_uri):
            raise Refusal(400, "invalid_grant", "codice scaduto, gia' usato o di altri")
        if not jose.same(jose.s256(verifier), grant.challenge):
            raise Refusal(400, "invalid_grant", "code_verifier sbagliato")
        token = secrets.token_urlsafe(32)
        self._tokens.put(token, grant)
        self._spent.put(code, token)
        id_token = jose.signed(self._id_token(grant, token), self._key)
        return {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": id_token}

    def _id_token(self, grant: Grant, access_token: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "sub": self._subject(grant),
            "aud": grant.client_id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "auth_time": grant.at,
            "nonce": grant.nonce,
            "acr": f"https://www.spid.gov.it/SpidL{grant.level}",
            "at_hash": jose.half_hash(access_token, keys.ALGORITHM),
        }

    def _subject(self, grant: Grant) -> str:
        return jose.s256(f"{self.issuer} {grant.client_id} {grant.person_id}")

    def userinfo(self, access_token: str) -> dict[str, Any] | None:
        grant = self._tokens.get(access_token)
        if not grant:
            return None
        return {"sub": self._subject(grant), **self.people[grant.person_id].claims(grant.scheme)}

    def revoke(self, access_token: str) -> None:
        self._tokens.take(access_token)

    async def signed_by_us(self, id_token: str) -> bool:
        """Whether we made *id_token*, be it expired."""
        try:
            claims = await jose.claims_of(id_token, self._own_keys)
        except AccessRefused:
            return False
        return claims.get("iss") == self.issuer


def _published_by(remote: Remote, url: str) -> CachedDocument[jose.Jwks]:
    return CachedDocument(lambda: remote.document(url, jose.Jwks))
