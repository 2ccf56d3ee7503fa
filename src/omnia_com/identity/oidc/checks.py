"""The two halves of a sign-in by OpenID Connect, and every check of what comes back in between; no network here."""

import time
from collections.abc import Mapping

import msgspec

from .. import AccessRefused, Scheme, claims
from ..remote import invalid
from . import jose
from .provider import IdToken, Metadata

PENDING_SECONDS = 600
SKEW = 30
ERROR_REASONS = {
    "access_denied": "annullato",
    "rejected_by_user": "annullato",  # the federation's reference provider
    "unmet_authentication_requirements": "livello_troppo_basso",
    "temporarily_unavailable": "fornitore_non_raggiungibile",
    "server_error": "fornitore_non_raggiungibile",
}


class PendingSignIn(msgspec.Struct, frozen=True):
    """What must be remembered between the two halves: secret, one use, ten minutes, one browser."""

    state: str
    nonce: str
    verifier: str
    issuer: str
    redirect_uri: str
    scheme: Scheme
    level: int
    next: str  # local path
    started_at: int  # epoch seconds
    party: str  # id of the provider in our addresses
    request: str = ""  # as the browser took it to the provider, for the register


def code_of(params: Mapping[str, str], pending: PendingSignIn, metadata: Metadata, iss_expected: bool) -> str:
    """The code in the query of the provider's answer, if it answers *pending*. `iss` (RFC 9207), where it must be
    there, may miss from an error alone: that signs nobody in."""
    if not jose.same(params.get("state", ""), pending.state):
        raise invalid("state diverso")
    if time.time() - pending.started_at > PENDING_SECONDS:
        raise AccessRefused("richiesta_scaduta")
    if pending.issuer != metadata.issuer or params.get("iss", metadata.issuer) != metadata.issuer:
        raise invalid("risposta di un altro fornitore")
    if "error" in params:
        raise refused_by_provider(params["error"])
    if "iss" not in params and (iss_expected or metadata.authorization_response_iss_parameter_supported):
        raise invalid("la risposta non dice di chi è")
    if not params.get("code"):
        raise invalid("manca il codice")
    return params["code"]


def refused_by_provider(error: object) -> AccessRefused:
    """Only a short code of OAuth reaches the log, never a sentence: that might name somebody."""
    code = error if isinstance(error, str) and error.isascii() and len(error) <= 50 else ""
    reason = ERROR_REASONS.get(code, "fornitore_rifiuta")
    return AccessRefused(reason, code if code.replace("_", "").isalpha() else "codice non leggibile")


def check_id_token(token: IdToken, pending: PendingSignIn, client_id: str, levels: Mapping[str, int]) -> None:
    audience = [token.aud] if isinstance(token.aud, str) else token.aud
    if token.iss != pending.issuer or audience != [client_id] or token.azp not in (None, client_id):
        raise invalid("id_token di o per qualcun altro")
    now = time.time()
    if not (pending.started_at - SKEW <= token.iat <= now + SKEW and now - SKEW < token.exp):
        raise invalid("id_token fuori tempo")
    if not jose.same(token.nonce, pending.nonce):
        raise invalid("nonce diverso")
    asked, reached = max(pending.level, claims.MINIMUM_LEVEL), levels.get(token.acr, 0)
    if reached < asked:
        raise AccessRefused("livello_troppo_basso", f"livello {reached}, chiesto {asked}")


def check_at_hash(token: IdToken, access_token: str, alg: str, *, expected: bool) -> None:
    if token.at_hash is None and expected:
        raise invalid("manca at_hash")
    if token.at_hash is not None and not jose.same(token.at_hash, jose.half_hash(access_token, alg)):
        raise invalid("at_hash diverso")
