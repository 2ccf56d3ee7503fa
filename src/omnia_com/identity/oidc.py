"""OpenID Connect relying party: authorization code, PKCE S256, private_key_jwt, nonce, acr of level 2 at least.

Sources: OpenID Connect Core 1.0, Discovery 1.0, RFC 7636, 7523, 9207 and 9700. Every failure is an
`AccessRefused`; where and for how long a `PendingSignIn` is kept, one use, is the caller's business.
"""

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import httpx

from ..settings import LOOPBACK, Settings, SettingsError
from . import START_PAGE, AccessRefused, Door, Scheme, SignedIn, claims, jose, keys, local, origin_of
from .provider import IdToken, Provider, TokenAnswer, Userinfo
from .remote import SECONDS, Remote, invalid, new_client, read_json, with_query
from .sign_in import PendingSignIn, check_at_hash, check_id_token, code_of, refused_by_provider

__all__ = ["PendingSignIn", "RelyingParty"]

ENTER = "/accesso/oidc/entra"
DEMO_NAME = "Fornitore dimostrativo"


class RelyingParty:
    """The service as a client of the provider `settings.oidc_issuer`. Raises `SettingsError` if it cannot be one."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient | None = None, seconds: float = SECONDS) -> None:
        _check(settings)
        self._client_id = settings.oidc_client_id or settings.base_url
        self._name = DEMO_NAME if settings.demo else ""
        self._key = keys.load(Path(settings.oidc_key), setting="OMNIA_OIDC_KEY", make=settings.demo)
        self._http = http or new_client()
        self._owns_http = http is None
        self._remote = Remote(self._http, seconds)
        self._provider = Provider(settings.oidc_issuer, self._remote)

    def doors(self) -> tuple[Door, ...]:
        """One a scheme: what the provider does with each is its business."""
        name = self._name or urlsplit(self._provider.issuer).netloc
        origin = origin_of(self._provider.issuer)
        return tuple(Door(scheme, name, ENTER, (("con", scheme),), origin) for scheme in get_args(Scheme))

    async def start(
        self, redirect_uri: str, level: int = 2, scheme: Scheme = "spid", next: str = START_PAGE
    ) -> tuple[str, PendingSignIn]:
        """Where to send the browser, and what to remember until it comes back. Raises `AccessRefused`."""
        metadata = await self._provider.metadata()
        pending = PendingSignIn(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            issuer=metadata.issuer,
            redirect_uri=redirect_uri,
            scheme=scheme,
            level=max(level, claims.MINIMUM_LEVEL),
            next=local(next),
            started_at=int(time.time()),
        )
        query = self._authorization_request(pending) | {"scope": metadata.scope()}
        return with_query(metadata.authorization_endpoint, query), pending

    def _authorization_request(self, pending: PendingSignIn) -> dict[str, str]:
        return {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": pending.redirect_uri,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": jose.s256(pending.verifier),
            "code_challenge_method": "S256",
            "acr_values": claims.acr_values(pending.level),
            "claims": json.dumps(claims.wanted()),
            "prompt": "login",
            "ui_locales": "it",
            "schema": pending.scheme,
        }

    async def finish(self, pending: PendingSignIn, params: Mapping[str, str]) -> SignedIn:
        """Who signed in, from the query of the provider's answer. Raises `AccessRefused`."""
        code = code_of(params, pending, await self._provider.metadata())
        tokens = await self._redeem(code, pending)
        id_token = await self._verified(tokens, pending)
        facts = await self._userinfo(tokens.access_token, id_token.sub)
        identity = claims.identity_of(
            facts,
            level=claims.level_of(id_token.acr),
            scheme=pending.scheme,
            issuer=id_token.iss,
            authenticated_at=datetime.fromtimestamp(id_token.iat, UTC),
        )
        leaves_to = origin_of((await self._provider.metadata()).end_session_endpoint or "")
        return SignedIn(identity, tokens.id_token, tokens.access_token, leaves_to)

    async def _redeem(self, code: str, pending: PendingSignIn) -> TokenAnswer:
        endpoint = (await self._provider.metadata()).token_endpoint
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect_uri,
            "code_verifier": pending.verifier,
            **self._assertion(),
        }
        answer = await self._remote.ask("POST", endpoint, form=form)
        if answer.status in (400, 401):
            raise refused_by_provider(read_json(answer.body, dict[str, Any]).get("error"))
        return read_json(answer.expect_success("token").body, TokenAnswer)

    async def _verified(self, tokens: TokenAnswer, pending: PendingSignIn) -> IdToken:
        token = jose.shaped(await jose.claims_of(tokens.id_token, self._provider.keys), IdToken)
        check_id_token(token, pending, self._client_id)
        check_at_hash(token, tokens.access_token, jose.header_of(tokens.id_token).alg)
        return token

    async def _userinfo(self, access_token: str, sub: str) -> dict[str, Any]:
        endpoint = (await self._provider.metadata()).userinfo_endpoint
        answer = (await self._remote.ask("GET", endpoint, bearer=access_token)).expect_success("userinfo")
        if answer.content_type == "application/jwt":
            facts = await jose.claims_of(answer.body.decode(errors="replace").strip(), self._provider.keys)
        else:
            facts = read_json(answer.body, dict[str, Any])
        if not jose.shaped(facts, Userinfo).is_about(sub, self._provider.issuer, self._client_id):
            raise invalid("userinfo di o per qualcun altro")
        return facts

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public keys that the provider verifies us with."""
        return {"keys": [keys.public(self._key)]}

    async def end_session_url(self, id_token: str, back_to: str) -> str | None:
        """Where the browser signs out at the provider too; None if it cannot."""
        try:
            endpoint = (await self._provider.metadata()).end_session_endpoint
        except AccessRefused:
            return None
        query = {"id_token_hint": id_token, "post_logout_redirect_uri": back_to, "client_id": self._client_id}
        return with_query(endpoint, query) if endpoint else None

    async def revoke(self, access_token: str) -> None:
        """Best effort: a token that cannot be revoked expires by itself."""
        try:
            endpoint = (await self._provider.metadata()).revocation_endpoint
            if endpoint:
                await self._remote.ask("POST", endpoint, form={"token": access_token, **self._assertion()})
        except AccessRefused:
            return

    async def aclose(self) -> None:
        if self._owns_http:
            await self._http.aclose()

    def _assertion(self) -> dict[str, str]:
        return jose.client_assertion(self._client_id, self._provider.issuer, self._key)


def _check(settings: Settings) -> None:
    if not settings.oidc_issuer or not settings.oidc_key:
        raise SettingsError("OMNIA_OIDC_ISSUER e OMNIA_OIDC_KEY: scrivi il fornitore e il file PEM della chiave")
    parts = urlsplit(settings.oidc_issuer)
    if parts.scheme != "https" and not (settings.demo and parts.hostname in LOOPBACK):
        raise SettingsError("OMNIA_OIDC_ISSUER dev'essere un indirizzo https")
