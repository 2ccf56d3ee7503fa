"""No provider that lies signs anybody in, and none breaks us."""

import asyncio
import contextlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from omnia_com.identity import AccessRefused, remote
from omnia_com.identity.oidc import jose
from omnia_com.identity.oidc.agreements import of_issuer
from omnia_com.identity.oidc.relying_party import RelyingParty
from omnia_com.settings import Settings
from tests.helpers.liars import ACR, EID, Liar, Stage, public
from tests.helpers.waiting import PATIENCE
from tests.identity.oidc.steps import refusal


async def sign_in(victim: RelyingParty, liar: Liar, **change: str) -> Any:
    _, pending = await victim.start("http://127.0.0.1:1")
    liar.nonce = pending.nonce
    return await victim.finish(pending, {"state": pending.state, "code": "c", **change})


async def test_a_provider_that_tells_the_truth(victim: RelyingParty, liar: Liar) -> None:
    liar.claims = {"aud": [liar.client_id], "azp": liar.client_id, "at_hash": jose.half_hash("at", "RS256")}
    identity = (await sign_in(victim, liar, iss=liar.issuer)).identity
    assert (identity.nome, identity.data_nascita, identity.luogo_nascita) == ("Anna", date(1985, 5, 9), "H501")
    await victim.revoke("at")
    assert liar.seen[-1] == "/revoke"
    assert liar.seen.count("/jwks") == liar.seen.count("/.well-known/openid-configuration") == 1
    assert await victim.end_session_url("t", "/") is None


async def test_userinfo_may_be_signed(victim: RelyingParty, liar: Liar) -> None:
    token = jwt.encode({"alg": "RS256", "kid": "k1"}, liar.userinfo() | {"aud": liar.client_id}, liar.key)
    liar.answers["/userinfo"] = (200, {"content-type": "application/jwt"}, token.encode())
    assert (await sign_in(victim, liar)).identity.nome == "Anna"


async def test_elliptic_keys_are_welcome(victim: RelyingParty, liar: Liar) -> None:
    key = ECKey.generate_key("P-256")
    liar.published = [public(RSAKey.generate_key(2048), kid="k0"), public(key)]
    liar.sign = lambda _, said: jwt.encode({"alg": "ES256", "kid": "k1"}, said, key)
    assert (await sign_in(victim, liar)).identity.nome == "Anna"


def unsigned(liar: Liar, said: dict[str, Any]) -> str:
    head = jose.b64url(json.dumps({"alg": "none", "kid": "k1"}).encode())
    return f"{head}.{jose.b64url(json.dumps(said).encode())}."


def signed_with_public_key(liar: Liar, said: dict[str, Any]) -> str:
    head = jose.b64url(json.dumps({"alg": "HS256", "kid": "k1"}).encode())
    text = f"{head}.{jose.b64url(json.dumps(said).encode())}"
    return f"{text}.{jose.b64url(hmac.digest(liar.key.as_pem(private=False), text.encode(), 'sha256'))}"


def signed_by_another(liar: Liar, said: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k1"}, said, RSAKey.generate_key(2048))


def changed_afterwards(liar: Liar, said: dict[str, Any]) -> str:
    head, _, signature = jwt.encode({"alg": "RS256", "kid": "k1"}, said, liar.key).split(".")
    return f"{head}.{jose.b64url(json.dumps({**said, 'acr': f'{ACR}3'}).encode())}.{signature}"


def from_now(seconds: float) -> int:
    return int(time.time() + seconds)


def whole(path: str, body: bytes, status: int = 200, **headers: str) -> dict[str, Any]:
    return {"answers": {path: (status, {k.replace("_", "-"): v for k, v in headers.items()}, body)}}


HUGE = b'{"sub": "' + b"s" * 600_000 + b'"}'
DEEP = b"[" * 100_000
DISCOVERY = "/.well-known/openid-configuration"
INVALID, AWAY, LOW, NO = (
    "risposta_non_valida",
    "fornitore_non_raggiungibile",
    "livello_troppo_basso",
    "fornitore_rifiuta",
)

LIES: dict[str, tuple[Any, str]] = {
    "wrong nonce": ({"claims": {"nonce": "altro"}}, INVALID),
    "empty nonce": ({"claims": {"nonce": ""}}, INVALID),
    "missing nonce": ({"claims": {"nonce": None}}, INVALID),
    "nonce not text": ({"claims": {"nonce": 7}}, INVALID),
    "aud of another": ({"claims": {"aud": "https://altro.example"}}, INVALID),
    "aud with another": (lambda li: {"claims": {"aud": [li.client_id, "https://altro.example"]}}, INVALID),
    "aud missing": ({"claims": {"aud": None}}, INVALID),
    "aud empty": ({"claims": {"aud": []}}, INVALID),
    "azp of another": ({"claims": {"azp": "https://altro.example"}}, INVALID),
    "wrong iss": ({"claims": {"iss": "https://altro.example"}}, INVALID),
    "iss missing": ({"claims": {"iss": None}}, INVALID),
    "expired": (lambda _: {"claims": {"exp": from_now(-60)}}, INVALID),
    "exp missing": ({"claims": {"exp": None}}, INVALID),
    "exp not a number": ({"claims": {"exp": float("nan")}}, INVALID),
    "exp as text": ({"claims": {"exp": "9999999999"}}, INVALID),
    "iat in the future": (lambda _: {"claims": {"iat": from_now(120)}}, INVALID),
    "iat before the request": (lambda _: {"claims": {"iat": from_now(-120)}}, INVALID),
    "iat missing": ({"claims": {"iat": None}}, INVALID),
    "iat enormous": ({"claims": {"iat": 10**400}}, INVALID),
    "sub missing": ({"claims": {"sub": None}}, INVALID),
    "acr too low": ({"claims": {"acr": f"{ACR}1"}}, LOW),
    "acr missing": ({"claims": {"acr": None}}, LOW),
    "acr unknown": ({"claims": {"acr": "urn:livello:9"}}, LOW),
    "acr a list": ({"claims": {"acr": [f"{ACR}3"]}}, INVALID),
    "at_hash of another": ({"claims": {"at_hash": jose.half_hash("altro", "RS256")}}, INVALID),
    "at_hash empty": ({"claims": {"at_hash": ""}}, INVALID),
    "alg none": ({"sign": unsigned}, INVALID),
    "HS256 with the public key": ({"sign": signed_with_public_key}, INVALID),
    "another key, same kid": ({"sign": signed_by_another}, INVALID),
    "changed after signing": ({"sign": changed_afterwards}, INVALID),
    "unknown kid": ({"header": {"kid": "k2"}}, INVALID),
    "no kid": ({"sign": lambda li, said: jwt.encode({"alg": "RS256"}, said, li.key)}, INVALID),
    "not an id_token": ({"header": {"typ": "at+jwt"}}, INVALID),
    "header without alg": ({"sign": lambda *_: f"{jose.b64url(b'{}')}.e30.x"}, INVALID),
    "id_token not a token": ({"sign": lambda *_: "ciao"}, INVALID),
    "id_token empty": ({"sign": lambda *_: ""}, INVALID),
    "keys for encryption": (lambda li: {"published": [public(li.key, use="enc")]}, INVALID),
    "key of another algorithm": (lambda li: {"published": [public(li.key, alg="RS512")]}, INVALID),
    "a small key": (lambda li: {"published": [public(li.key, n="AQAB")]}, INVALID),
    "a key without modulus": (lambda li: {"published": [public(li.key, n=None)]}, INVALID),
    "a key that is none": (lambda li: {"published": [public(li.key, n="!" * 342)]}, INVALID),
    "a secret key": ({"published": [{"kty": "oct", "k": "AAAA", "kid": "k1"}]}, INVALID),
    "no keys": ({"published": []}, INVALID),
    "keys not a list": (whole("/jwks", b'{"keys": {}}'), INVALID),
    "keys not JSON": (whole("/jwks", b"<html>"), INVALID),
    "keys away": (whole("/jwks", b"", 503), AWAY),
    "userinfo of another": ({"facts": {"sub": "s-2"}}, INVALID),
    "userinfo of nobody": ({"facts": {"sub": None}}, INVALID),
    "userinfo from another": ({"facts": {"iss": "https://altro.example"}}, INVALID),
    "userinfo for another": ({"facts": {"aud": "https://altro.example"}}, INVALID),
    "userinfo not JSON": (whole("/userinfo", b"<html>"), INVALID),
    "userinfo a list": (whole("/userinfo", b"[]"), INVALID),
    "userinfo not UTF-8": (whole("/userinfo", b'{"sub": "\xff"}'), INVALID),
    "userinfo deep": (whole("/userinfo", b'{"sub": ' + DEEP), INVALID),
    "userinfo huge": ({"facts": {"in_più": "x" * 600_000}}, INVALID),
    "userinfo unsigned": (whole("/userinfo", b"e30.e30.", content_type="application/jwt"), INVALID),
    "userinfo compressed": (whole("/userinfo", b"x", content_encoding="gzip"), INVALID),
    "userinfo 401": (whole("/userinfo", b"{}", 401), INVALID),
    "no codice fiscale": ({"facts": {f"{EID}fiscal_number": None}}, "dati_insufficienti"),
    "codice fiscale a number": ({"facts": {f"{EID}fiscal_number": 7}}, "dati_insufficienti"),
    "codice fiscale too short": ({"facts": {f"{EID}fiscal_number": "TINIT-PRVNNA"}}, "dati_insufficienti"),
    "token 500": (whole("/token", b"guasto", 500), AWAY),
    "token redirect": (whole("/token", b"", 302, location="/userinfo"), INVALID),
    "token redirect 307": (whole("/token", b"", 307, location="/token2"), INVALID),
    "userinfo redirect": (whole("/userinfo", b"", 302, location="/userinfo2"), INVALID),
    "token refused": (whole("/token", b'{"error": "invalid_grant", "error_description": "Anna"}', 400), NO),
    "token refused oddly": (whole("/token", b'{"error": ["Anna Prova"]}', 400), NO),
    "token refused unreadably": (whole("/token", b"Anna", 401), INVALID),
    "token huge": (whole("/token", HUGE), INVALID),
    "token deep": (whole("/token", DEEP), INVALID),
    "token null": (whole("/token", b"null"), INVALID),
    "token without id_token": (whole("/token", b'{"access_token": "at"}'), INVALID),
    "access token with a line end": (whole("/token", b'{"access_token": "a\\r\\nX: y", "id_token": "x"}'), INVALID),
    "access token not text": (whole("/token", b'{"access_token": 1, "id_token": "x"}'), INVALID),
    "token endpoint elsewhere": ({"about": {"token_endpoint": "http://127.0.0.1:1/token"}}, AWAY),
    "token endpoint a file": ({"about": {"token_endpoint": "file:///etc/passwd"}}, INVALID),
    "token endpoint odd": ({"about": {"token_endpoint": "http://[/token"}}, AWAY),
    "token endpoint without port": ({"about": {"token_endpoint": "http://127.0.0.1:99999999/"}}, AWAY),
    "discovery of another": ({"about": {"issuer": "https://altro.example"}}, INVALID),
    "discovery and token of another": (
        {"about": {"issuer": "https://a.it"}, "claims": {"iss": "https://a.it"}},
        INVALID,
    ),
    "discovery with a slash more": (lambda li: {"about": {"issuer": f"{li.issuer}/"}}, INVALID),
    "discovery without userinfo": ({"about": {"userinfo_endpoint": None}}, INVALID),
    "discovery not JSON": (whole(DISCOVERY, b"<html>"), INVALID),
    "discovery huge": (whole(DISCOVERY, HUGE), INVALID),
    "discovery redirect": (whole(DISCOVERY, b"", 302, location="/jwks"), INVALID),
    "discovery 404": (whole(DISCOVERY, b"", 404), INVALID),
    "discovery 500": (whole(DISCOVERY, b"", 500), AWAY),
    "discovery with a header in it": ({"about": {"authorization_endpoint": "http://a/\r\nSet-Cookie: x"}}, INVALID),
    "slow discovery": ({"delay": {DISCOVERY: 1}}, AWAY),
    "slow token": ({"delay": {"/token": 1}}, AWAY),
    "slow userinfo": ({"delay": {"/userinfo": 1}}, AWAY),
}


@pytest.mark.parametrize("lie", LIES)
async def test_no_lie_signs_anybody_in(victim: RelyingParty, impatient: RelyingParty, liar: Liar, lie: str) -> None:
    told, reason = LIES[lie]
    for name, value in (told(liar) if callable(told) else told).items():
        setattr(liar, name, value)
    assert await refusal(sign_in(impatient if liar.delay else victim, liar)) == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "altro"}, INVALID),
        ({"state": ""}, INVALID),
        ({"state": "è\udc80"}, INVALID),
        ({"code": ""}, INVALID),
        ({"iss": "https://altro.example"}, INVALID),
        ({"error": "access_denied"}, "annullato"),
        ({"error": "server_error"}, AWAY),
        ({"error": "unmet_authentication_requirements"}, LOW),
        ({"error": "login_required"}, NO),
        ({"error": "Anna Prova ha annullato"}, NO),
        ({"error": ""}, NO),
    ],
)
async def test_answers_of_the_browser_that_sign_nobody_in(
    victim: RelyingParty, liar: Liar, change: dict[str, str], reason: str
) -> None:
    assert await refusal(sign_in(victim, liar, **change)) == reason
    assert "/token" not in liar.seen


async def test_an_announced_iss_must_be_there(victim: RelyingParty, liar: Liar) -> None:
    liar.about = {"authorization_response_iss_parameter_supported": True}
    assert await refusal(sign_in(victim, liar)) == INVALID
    assert (await sign_in(victim, liar, iss=liar.issuer)).identity.nome == "Anna"


async def test_an_old_request_is_not_finished(victim: RelyingParty, liar: Liar) -> None:
    _, pending = await victim.start("http://127.0.0.1:1")
    old = msgspec.structs.replace(pending, started_at=pending.started_at - 601)
    assert await refusal(victim.finish(old, {"state": old.state, "code": "c"})) == "richiesta_scaduta"
    another = msgspec.structs.replace(pending, issuer="https://altro.example")
    assert await refusal(victim.finish(another, {"state": another.state, "code": "c"})) == INVALID
    assert "/token" not in liar.seen, "the code is not told to anybody else"


async def test_new_keys_of_the_provider_are_fetched_once(
    victim: RelyingParty, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "RETRY", PATIENCE)
    await sign_in(victim, liar)
    new_key = RSAKey.generate_key(2048)
    liar.published = [public(new_key, kid="k2")]
    liar.sign = lambda _, said: jwt.encode({"alg": "RS256", "kid": "k2"}, said, new_key)
    assert (await sign_in(victim, liar)).identity.nome == "Anna"
    liar.sign = lambda _, said: jwt.encode({"alg": "RS256", "kid": "k3"}, said, new_key)
    for _ in range(3):
        assert await refusal(sign_in(victim, liar)) == INVALID
    assert liar.seen.count("/jwks") == 2, "no stranger makes us ask again and again"


async def test_the_last_good_copy_serves_while_the_provider_is_away(
    victim: RelyingParty, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in(victim, liar)
    monkeypatch.setattr(remote, "FRESH", -1.0)
    monkeypatch.setattr(remote, "RETRY", -1.0)
    liar.answers |= {DISCOVERY: (500, {}, b""), "/jwks": (500, {}, b"")}
    assert (await sign_in(victim, liar)).identity.nome == "Anna"
    assert liar.seen.count(DISCOVERY) > 1


async def test_those_who_wait_together_fail_together(
    impatient: RelyingParty, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "EMPTY_RETRY", PATIENCE)
    liar.delay = {DISCOVERY: 2}
    results = await asyncio.gather(*(impatient.start("x") for _ in range(20)), return_exceptions=True)
    assert [getattr(r, "reason", r) for r in results] == [AWAY] * 20
    assert await refusal(impatient.end_session_url("t", "/")) == AWAY
    assert await refusal(impatient.revoke("at")) == AWAY
    assert liar.seen == [DISCOVERY], "asked once for all of them"


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_small_keys_are_refused(victim: RelyingParty, liar: Liar) -> None:
    liar.key = RSAKey.generate_key(1024)
    assert await refusal(sign_in(victim, liar)) == INVALID


async def test_a_provider_on_https_has_all_its_doors_there(settings: Settings, liar: Liar) -> None:
    liar.about = {"issuer": "https://idp.example.it"}
    document = json.dumps(liar.discovery()).encode()
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Once(document)))
    ) as http:
        rp = RelyingParty(of_issuer(settings, "https://idp.example.it"), http)
        assert await refusal(rp.start("x")) == INVALID


class Once(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self.body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.body


async def test_a_proxy_of_the_machine_is_not_asked_for_loopback_addresses(
    settings: Settings, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    rp = RelyingParty(of_issuer(settings, liar.issuer))
    assert (await sign_in(rp, liar)).identity.nome == "Anna"
    await rp.aclose()


async def test_a_body_that_drips_is_not_waited_for(impatient: RelyingParty, liar: Liar) -> None:
    """It would be whole, and right, after a minute and more."""
    liar.drip = 0.2
    assert await refusal(sign_in(impatient, liar)) == AWAY


async def test_cookies_of_the_provider_are_not_kept(victim: RelyingParty, liar: Liar, http: httpx.AsyncClient) -> None:
    token = json.dumps({"access_token": "at", "id_token": "x"}).encode()
    liar.answers["/token"] = (200, {"set-cookie": "persona=1; Path=/"}, token)
    await refusal(sign_in(victim, liar))
    assert not http.cookies


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nonce", "acr", "at_hash", "azp", "place_of_birth"])


@given(
    path=st.sampled_from(["/token", "/userinfo", "/jwks", DISCOVERY]),
    body=st.binary(max_size=60) | json_values.map(lambda v: json.dumps(v).encode()),
    status=st.sampled_from([200, 200, 201, 400, 418, 503]),
)
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_provider_answers_is_a_refusal(
    stage: Stage, settings: Settings, lying_key: RSAKey, http: httpx.AsyncClient, path: str, body: bytes, status: int
) -> None:
    stage.liar = Liar(stage.port, settings.base_url, lying_key, answers={path: (status, {}, body)})
    await refusal(sign_in(new_victim(settings, stage, http), stage.liar))


@given(said=st.dictionaries(names, json_values, max_size=3), told=st.dictionaries(names, json_values, max_size=3))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_provider_claims_has_an_answer(
    stage: Stage, settings: Settings, lying_key: RSAKey, http: httpx.AsyncClient, said: Any, told: Any
) -> None:
    stage.liar = Liar(stage.port, settings.base_url, lying_key, claims=said, facts=told)
    with contextlib.suppress(AccessRefused):
        await sign_in(new_victim(settings, stage, http), stage.liar)


def new_victim(settings: Settings, stage: Stage, http: httpx.AsyncClient) -> RelyingParty:
    return RelyingParty(of_issuer(settings, f"http://127.0.0.1:{stage.port}"), http)
