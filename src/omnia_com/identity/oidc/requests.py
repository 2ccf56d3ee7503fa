"""What a provider is asked when a person leaves for it: a plain query, or in the federation a signed request object."""

import json
import time
import uuid
from typing import Any

from .. import claims
from . import jose
from .agreements import Agreement
from .checks import PendingSignIn
from .provider import Metadata

OBJECT_SECONDS = 180


def authorization_request(agreement: Agreement, pending: PendingSignIn, metadata: Metadata) -> dict[str, str]:
    """The query that the browser takes to the authorization endpoint."""
    if agreement.federation:
        return _federated(agreement, pending, metadata)
    return {
        **_common(agreement, pending),
        "scope": metadata.scope(),
        "acr_values": claims.acr_values(pending.level, agreement.acr),
        "claims": json.dumps(claims.wanted(agreement.claims)),
        "prompt": "login",
        "ui_locales": "it",
        "schema": pending.scheme,  # which button was pressed: the demonstration provider reads it
    }


def _common(agreement: Agreement, pending: PendingSignIn) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": agreement.client.id,
        "redirect_uri": pending.redirect_uri,
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": jose.s256(pending.verifier),
        "code_challenge_method": "S256",
    }


def _federated(agreement: Agreement, pending: PendingSignIn, metadata: Metadata) -> dict[str, str]:
    """Everything is in the object; what OAuth itself wants to see stands beside it. The object has no `sub`, so that
    nobody can use it as our client assertion (SPID/CIE OIDC rules, authorization request)."""
    now, common = int(time.time()), _common(agreement, pending) | {"scope": "openid"}
    wanted: dict[str, Any] = {
        **common,
        "acr_values": claims.acr_values(pending.level, agreement.acr).split()[0],  # the least that will do
        "claims": claims.wanted(agreement.claims),
        "prompt": "consent login",
        "ui_locales": ["it"],
        "iss": agreement.client.id,
        "aud": [metadata.issuer, metadata.authorization_endpoint],
        "iat": now,
        "exp": now + OBJECT_SECONDS,
        "jti": str(uuid.uuid4()),
    }
    seen = ("response_type", "client_id", "scope", "code_challenge", "code_challenge_method")
    return {name: common[name] for name in seen} | {"request": jose.signed(wanted, agreement.client.keys[0])}
