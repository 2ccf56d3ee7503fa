"""OpenID Connect relying party: authorization code, PKCE S256, private_key_jwt, nonce, acr of level 2 at least.

Sources: OpenID Connect Core 1.0, Discovery 1.0, RFC 7636, 7523, 9207 and 9700; for the federation see there. Every
failure is an `AccessRefused`; where and for how long a `PendingSignIn` is kept, one use, is the caller's business.
"""

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from .. import START_PAGE, Scheme, SignedIn, claims, local, origin_of
from ..remote import SECONDS, Answer, Remote, invalid, new_client, read_json, with_query
from . import jose
from .agreements import Agreement
from .checks import PendingSignIn, check_at_hash, check_id_token, code_of, refused_by_provider
from .federation.trust import FederatedProvider, Resolver
from .provider import IdToken, OidcProvider, TokenAnswer, Userinfo
from .requests import authorization_request

__all__ = ["PendingSignIn", "RelyingParty"]

Parts = dict[str, str]  # of an exchange, for the register: filled in as it goes on
ANSWERED = ("code", "state", "iss", "error", "error_description", "error_uri", "session_state")  # of the browser's part
LONGEST = 4096  # characters of each of these


class RelyingParty:
    """The service as a client of one provider."""

    def __init__(self, agreement: Agreement, http: httpx.AsyncClient | None = None, seconds: float = SECONDS) -> None:
        self.agreement = agreement
        self._http = http or new_client()
        self._owns_http = http is None
        self._remote = Remote(self._http, seconds)
        self._provider = _provider(agreement, self._remote)

    async def start(
        self, base: str, level: int = 2, scheme: Scheme = "spid", next: str = START_PAGE
    ) -> tuple[str, PendingSignIn]:
        """Where to send the browser, and what to remember until it comes back to *base*, an origin of ours."""
        metadata = await self._provider.metadata()
        pending = PendingSignIn(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            issuer=metadata.issuer,
            redirect_uri=base + self.agreement.return_path,
            scheme=scheme if scheme in self.agreement.schemes else self.agreement.schemes[0],
            level=max(level, claims.MINIMUM_LEVEL),
            next=local(next),
            started_at=int(time.time()),
            party=self.agreement.id,
        )
        url = with_query(metadata.authorization_endpoint, authorization_request(self.agreement, pending, metadata))
        return url, msgspec.structs.replace(pending, request=url)

    async def finish(self, pending: PendingSignIn, params: Mapping[str, str], parts: Parts | None = None) -> SignedIn:
        """Who signed in, from the query of the provider's answer; *parts* gets what was exchanged."""
        parts = {} if parts is None else parts
        parts |= {"chain": await self._provider.chain(), "response": _answered(params)}
        code = code_of(params, pending, await self._provider.metadata(), iss_expected=self.agreement.iss_expected)
        tokens = await self._redeem(code, pending, parts)
        id_token = await self._verified(tokens, pending)
        facts = await self._userinfo(tokens.access_token, id_token.sub, parts)
        identity = claims.identity_of(
            facts,
            level=self.agreement.acr[id_token.acr],
            scheme=pending.scheme,
            issuer=id_token.iss,
            authenticated_at=datetime.fromtimestamp(id_token.iat, UTC),
            names=self.agreement.claims,
        )
        leaves_to = origin_of((await self._provider.metadata()).end_session_endpoint or "")
        return SignedIn(identity, tokens.id_token, tokens.access_token, leaves_to, pending.state)

    async def _redeem(self, code: str, pending: PendingSignIn, parts: Parts) -> TokenAnswer:
        endpoint = (await self._provider.metadata()).token_endpoint
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect_uri,
            "code_verifier": pending.verifier,
        }
        answer = await self._post(endpoint, form)
        parts["token"] = answer.text
        if answer.status in (400, 401):
            raise refused_by_provider(read_json(answer.body, dict[str, Any]).get("error"))
        return read_json(answer.expect_success("token").body, TokenAnswer)

    async def _verified(self, tokens: TokenAnswer, pending: PendingSignIn) -> IdToken:
        token = jose.shaped(await jose.claims_of(tokens.id_token, self._provider.keys), IdToken)
        check_id_token(token, pending, self.agreement.client.id, self.agreement.acr)
        alg = jose.header_of(tokens.id_token).alg
        check_at_hash(token, tokens.access_token, alg, expected=self.agreement.federation is not None)
        return token

    async def _userinfo(self, access_token: str, sub: str, parts: Parts) -> dict[str, Any]:
        endpoint = (await self._provider.metadata()).userinfo_endpoint
        answer = await self._remote.ask("GET", endpoint, authorization=f"Bearer {access_token}")
        parts["userinfo"] = answer.text
        facts = await self._facts(answer.expect_success("userinfo"), parts)
        if not jose.shaped(facts, Userinfo).is_about(sub, self._provider.issuer, self.agreement.client.id):
            raise invalid("userinfo di o per qualcun altro")
        return facts

    async def _facts(self, answer: Answer, parts: Parts) -> dict[str, Any]:
        """In the federation always signed, then encrypted to us."""
        if self.agreement.federation:
            parts["userinfo"] = jose.decrypted(answer.text, self.agreement.federation.encryption)
        elif answer.content_type != "application/jwt":
            return read_json(answer.body, dict[str, Any])
        return await jose.claims_of(parts["userinfo"], self._provider.keys)

    async def end_session_url(self, id_token: str, back_to: str) -> str | None:
        """Where the browser signs out at the provider too; None if it cannot. Raises `AccessRefused`."""
        endpoint = (await self._provider.metadata()).end_session_endpoint
        query = {"id_token_hint": id_token, "post_logout_redirect_uri": back_to, "client_id": self.agreement.client.id}
        return with_query(endpoint, query) if endpoint else None

    async def revoke(self, access_token: str) -> str:
        """Ends the token (SPID and CIE require it); what the provider answered, '' if it offers no such thing.

        Raises `AccessRefused`: a token that cannot be revoked expires by itself.
        """
        endpoint = (await self._provider.metadata()).revocation_endpoint
        if not endpoint or not access_token:
            return ""
        answer = await self._post(endpoint, {"token": access_token})
        return f"{answer.status} {answer.text}".strip()

    async def aclose(self) -> None:
        if self._owns_http:
            await self._http.aclose()

    async def _post(self, endpoint: str, form: Mapping[str, str]) -> Answer:
        """A form, with what shows who we are. The federation's rules have the endpoint itself as audience."""
        audience = endpoint if self.agreement.federation else self._provider.issuer
        who, authorization = self.agreement.client.credentials(audience)
        return await self._remote.ask("POST", endpoint, authorization=authorization, form={**form, **who})


def _answered(params: Mapping[str, str]) -> str:
    """What the browser brought that an answer consists of; whoever holds it may have written anything beside that."""
    return urlencode({name: params[name][:LONGEST] for name in ANSWERED if name in params}, errors="replace")


def _provider(agreement: Agreement, remote: Remote) -> OidcProvider | FederatedProvider:
    if agreement.federation is None:
        return OidcProvider(agreement.issuer, remote)
    return FederatedProvider(
        agreement.issuer, Resolver(agreement.federation.anchor, agreement.federation.pinned, remote)
    )
