"""What a provider is asked when a person leaves for it: a plain query, or in the federation a signed request object."""

import json
import time
import uuid
from typing import Any

from .. import claims
from . import jose
from .checks import PendingSignIn
from .provider import Metadata
from .terms import Terms

OBJECT_SECONDS = 180


def authorization_request(terms: Terms, pending: PendingSignIn, metadata: Metadata) -> dict[str, str]:
    """The query that the browser takes to the authorization endpoint."""
    if terms.federation:
        return _federated(terms, pending, metadata)
    return {
        **_common(terms, pending),
        "scope": metadata.scope(),
        "acr_values": claims.acr_values(pending.level, terms.acr),
        "claims": json.dumps(claims.wanted(terms.claims)),
        "prompt": "login",
        "ui_locales": "it",
        "schema": pending.scheme,  # which button was pressed: the demonstration provider reads it
    }


def _common(terms: Terms, pending: PendingSignIn) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": terms.client.id,
        "redirect_uri": pending.redirect_uri,
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": jose.s256(pending.verifier),
        "code_challenge_method": "S256",
    }


def _federated(terms: Terms, pending: PendingSignIn, metadata: Metadata) -> dict[str, str]:
    """Everything is in the object; what OAuth itself wants to see stands beside it. The object has no `sub`, so that
    nobody can use it as our client assertion (SPID/CIE OIDC rules, authorization request)."""
    now, common = int(time.time()), _common(terms, pending) | {"scope": "openid"}
    wanted: dict[str, Any] = {
        **common,
        "acr_values": claims.acr_values(pending.level, terms.acr).split()[0],  # the least that will do
        "claims": claims.wanted(terms.claims),
        "prompt": "consent login",
        "ui_locales": ["it"],
        "iss": terms.client.id,
        "aud": [metadata.issuer, metadata.authorization_endpoint],
        "iat": now,
        "exp": now + OBJECT_SECONDS,
        "jti": str(uuid.uuid4()),
    }
    seen = ("response_type", "client_id", "scope", "code_challenge", "code_challenge_method")
    return {name: common[name] for name in seen} | {"request": jose.signed(wanted, terms.client.keys[0])}
