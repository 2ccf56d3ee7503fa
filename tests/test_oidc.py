"""Sign-in by OpenID Connect over real sockets: with the demonstration provider, and against providers that lie."""

import asyncio
import contextlib
import functools
import hmac
import json
import re
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import html5lib
import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from litestar import Litestar, get

from omnia_com import settings as omnia_settings
from omnia_com.identity import AccessRefused, claims, jose, keys, remote
from omnia_com.identity.demo_grants import Shelf
from omnia_com.identity.demo_provider import create_app
from omnia_com.identity.oidc import PendingSignIn, RelyingParty
from omnia_com.identity.parties import Parties
from omnia_com.identity.terms import of_issuer
from omnia_com.settings import Settings, SettingsError
from tests.conftest import free_port
from tests.liars import ACR, EID, Liar, Stage, public, serving


@pytest.fixture(scope="session", autouse=True)
def keys_are_read_once() -> Iterator[None]:
    """Reading a PEM costs 40 ms, a hundred times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "load", functools.cache(keys.load))
        yield


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    environ = {"OMNIA_PORT": str(free_port()), "OMNIA_IDP_PORT": str(free_port())}
    return omnia_settings.read({**environ, "OMNIA_DATA": str(tmp_path_factory.mktemp("oidc"))})[0]


@pytest.fixture(scope="session")
async def relying_party(settings: Settings) -> AsyncIterator[RelyingParty]:
    """Signed up at the demonstration provider: its keys are published where the service will."""
    rp = RelyingParty(of_issuer(settings, settings.oidc_issuer))

    @get("/accesso/oidc/jwks", sync_to_thread=False)
    def jwks() -> dict[str, Any]:
        return {"keys": rp.terms.client.jwks()}

    web = Litestar([jwks], openapi_config=None, logging_config=None)
    async with serving(web, settings.port), serving(create_app(settings), settings.idp_port):
        yield rp
        await rp.aclose()


@pytest.fixture(scope="session")
async def browser(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=settings.oidc_issuer, trust_env=False) as client:
        yield client


async def chosen(browser: httpx.AsyncClient, url: str, **form: str) -> dict[str, str]:
    """What the provider's page sends back after a choice on it."""
    page = await browser.get(url)
    assert page.status_code == 200
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action
    answer = await browser.post(unescape(action[1]), data={"livello": "2", **form})
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


# --- the whole way, with the demonstration provider


@pytest.mark.parametrize("scheme", ["spid", "cie", "cns"])
@pytest.mark.parametrize("level", [2, 3])
async def test_signing_in(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings, scheme: Any, level: int
) -> None:
    url, pending = await relying_party.start(settings.base_url, scheme=scheme, next="/bozze/7")
    pending = msgspec.json.decode(msgspec.json.encode(pending), type=PendingSignIn)  # as PostgreSQL keeps it
    params = await chosen(browser, url, persona="P02", livello=str(level))
    identity = (await relying_party.finish(pending, params)).identity
    assert (identity.codice_fiscale, identity.nome, identity.cognome) == ("SMPLCU79T31F205Z", "Luca", "Esempio")
    assert (identity.level, identity.scheme, identity.issuer) == (level, scheme, settings.oidc_issuer)
    assert (identity.data_nascita, identity.luogo_nascita) == (date(1979, 12, 31), "F205")
    assert abs(datetime.now(UTC) - identity.authenticated_at).total_seconds() < 10
    contacts = ("luca.esempio@example.org", "+393471234567", "luca.esempio@pec.example.org")
    assert (identity.email, identity.cellulare, identity.pec) == (contacts if scheme == "spid" else ("", "", ""))
    assert pending.next == "/bozze/7"


async def test_every_person_can_sign_in_with_every_scheme(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings
) -> None:
    people = json.loads(Path(omnia_settings.__file__).with_name("data").joinpath("persone.json").read_text("utf-8"))
    for index, (name, person) in enumerate(people.items()):
        scheme: Any = ("spid", "cie", "cns")[index % 3]
        url, pending = await relying_party.start(settings.base_url, scheme=scheme)
        identity = (await relying_party.finish(pending, await chosen(browser, url, persona=name))).identity
        assert identity.codice_fiscale == person["codice_fiscale"]
        assert (identity.nome, identity.cognome) == (person["nome"], person["cognome"])
        assert identity.data_nascita == date.fromisoformat(person["data_nascita"])
        assert identity.luogo_nascita == person["luogo_nascita_codice"]


async def test_localhost_is_our_other_name(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings
) -> None:
    url, pending = await relying_party.start(f"http://localhost:{settings.port}")
    assert (await relying_party.finish(pending, await chosen(browser, url, persona="P01"))).identity.nome == "Anna"


async def test_cancelling(relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings) -> None:
    url, pending = await relying_party.start(settings.base_url)
    params = await chosen(browser, url, annulla="si")
    assert params["state"] == pending.state
    assert params["iss"] == settings.oidc_issuer
    assert await refusal(relying_party.finish(pending, params)) == "annullato"


@pytest.mark.parametrize(("asked", "given"), [(2, "1"), (1, "1"), (3, "2")])
async def test_a_level_too_low_signs_nobody_in(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings, asked: int, given: str
) -> None:
    url, pending = await relying_party.start(settings.base_url, level=asked)
    params = await chosen(browser, url, persona="P01", livello=given)
    assert await refusal(relying_party.finish(pending, params)) == "livello_troppo_basso"


async def test_a_code_works_once_and_its_second_use_ends_the_token(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings
) -> None:
    url, pending = await relying_party.start(settings.base_url)
    params = await chosen(browser, url, persona="P01")
    signed_in = await relying_party.finish(pending, params)
    bearer = {"Authorization": f"Bearer {signed_in.access_token}"}
    assert (await browser.get("/userinfo", headers=bearer)).status_code == 200
    assert await refusal(relying_party.finish(pending, params)) == "fornitore_rifiuta"
    assert (await browser.get("/userinfo", headers=bearer)).status_code == 401


async def test_signing_out(relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings) -> None:
    url, pending = await relying_party.start(settings.base_url)
    signed_in = await relying_party.finish(pending, await chosen(browser, url, persona="P01"))
    out = await relying_party.end_session_url(signed_in.id_token, f"{settings.base_url}/")
    assert out
    answer = await browser.get(out)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{settings.base_url}/")
    elsewhere = await relying_party.end_session_url(signed_in.id_token, f"{settings.base_url}.evil.example/")
    unsigned = await relying_party.end_session_url("x.y.z", f"{settings.base_url}/")
    assert [(await browser.get(str(u))).status_code for u in (elsewhere, unsigned)] == [400, 400]
    await relying_party.revoke(signed_in.access_token)
    gone = await browser.get("/userinfo", headers={"Authorization": f"Bearer {signed_in.access_token}"})
    assert (gone.status_code, gone.json()["error"]) == (401, "invalid_token")


async def test_where_to_go_next_is_a_page_of_ours(relying_party: RelyingParty, settings: Settings) -> None:
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", ""):
        _, pending = await relying_party.start(settings.base_url, next=elsewhere)
        assert pending.next == "/comunicazioni"


async def test_the_authorization_request_keeps_its_secrets(relying_party: RelyingParty, settings: Settings) -> None:
    url, pending = await relying_party.start(settings.base_url, level=3, scheme="cie")
    query = dict(parse_qsl(urlsplit(url).query))
    assert pending.verifier not in url
    assert query["code_challenge"] == jose.s256(pending.verifier)
    assert (query["acr_values"], query["schema"], query["prompt"]) == (f"{ACR}3", "cie", "login")
    assert min(map(len, (pending.state, pending.nonce, pending.verifier))) >= 43


# --- what the demonstration provider shows and refuses


async def test_the_page_of_the_provider(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings
) -> None:
    url, _ = await relying_party.start(settings.base_url, scheme="cns")
    page = await browser.get(url)
    html5lib.HTMLParser(strict=True).parse(page.text)
    labels = [unescape(label).replace("\n", "") for label in re.findall(r"<button[^>]*>(.*?)</button>", page.text)]
    assert labels[0] == "Anna Prova (PRVNNA85E49H501L)"
    assert "Niccolò D'Esempio (DSMNCL83M15D612U)" in labels
    assert len(labels) == 16
    assert labels[-1] == "Annulla"
    assert re.findall(r'value="(\d)" checked', page.text) == ["2"]
    assert 'lang="it"' in page.text
    assert "inventate" in page.text
    assert "Accesso dimostrativo con CNS" in page.text
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert f"form-action 'self' http://127.0.0.1:{settings.port} http://localhost:{settings.port};" in policy
    assert "unsafe" not in policy


async def test_the_provider_is_ready_when_its_discovery_answers(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings
) -> None:
    head = await browser.head("/.well-known/openid-configuration")
    assert (head.status_code, head.content) == (200, b"")
    assert (await browser.get("/.well-known/openid-configuration")).json()["issuer"] == settings.oidc_issuer
    assert "d" not in (await browser.get("/jwks")).json()["keys"][0]
    for path, status in {"/": 200, "/nulla": 404, "/token": 405, "/end_session": 200}.items():
        page = await browser.get(path)
        assert page.status_code == status
        html5lib.HTMLParser(strict=True).parse(page.text)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "https://evil.example"}, None),
        ({"redirect_uri": "https://evil.example/accesso/oidc/ritorno"}, None),
        ({"redirect_uri": "{base}/altrove"}, None),
        ({"redirect_uri": "{base}/accesso/oidc/ritorno?x=1"}, None),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_authorization_requests_that_the_provider_refuses(
    relying_party: RelyingParty,
    browser: httpx.AsyncClient,
    settings: Settings,
    change: dict[str, str],
    error: str | None,
) -> None:
    url, _ = await relying_party.start(settings.base_url)
    query = dict(parse_qsl(urlsplit(url).query))
    query |= {name: value.format(base=settings.base_url) for name, value in change.items()}
    answer = await browser.get("/authorize", params=query)
    assert answer.status_code == (303 if error else 400)
    assert (f"error={error}&" in answer.headers["location"]) if error else ("location" not in answer.headers)


async def granted(rp: RelyingParty, browser: httpx.AsyncClient, settings: Settings) -> dict[str, str]:
    """A token request that would succeed."""
    url, pending = await rp.start(settings.base_url)
    code = (await chosen(browser, url, persona="P01"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": pending.verifier}
    return {**form, "redirect_uri": pending.redirect_uri, **rp.terms.client.credentials(settings.oidc_issuer)[0]}


def own_assertion(rp: RelyingParty, settings: Settings, key: RSAKey | None = None, **change: Any) -> dict[str, str]:
    key = key or rp.terms.client.keys[0]
    about = {"iss": settings.base_url, "sub": settings.base_url, "aud": settings.oidc_issuer, "jti": str(time.time())}
    token = jwt.encode(
        {"alg": "RS256", "kid": rp.terms.client.jwks()[0]["kid"]},
        {**about, "iat": int(time.time()), "exp": int(time.time()) + 60, **change},
        key,
    )
    return {"client_assertion": token}


@pytest.fixture(scope="session")
def other_key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({}, None),
        ({"code_verifier": "x" * 64}, "invalid_grant"),
        ({"code_verifier": "è"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/accesso/oidc/ritorno"}, "invalid_grant"),
        ({"code": "un-altro"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": "http://evil.example"}, "invalid_client"),
        ({"client_assertion_type": ""}, "invalid_client"),
        ({"client_assertion": ""}, "invalid_client"),
        ({"client_assertion": "a.b.c"}, "invalid_client"),
        ({"client_assertion": "è"}, "invalid_client"),
    ],
)
async def test_token_requests_that_the_provider_refuses(
    relying_party: RelyingParty,
    browser: httpx.AsyncClient,
    settings: Settings,
    change: dict[str, str],
    error: str | None,
) -> None:
    answer = await browser.post("/token", data={**await granted(relying_party, browser, settings), **change})
    assert answer.json().get("error") == error
    assert answer.status_code == {None: 200, "invalid_client": 401}.get(error, 400)


async def test_client_assertions_that_the_provider_refuses(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings, other_key: RSAKey
) -> None:
    past = int(time.time()) - 60
    wrong = [
        own_assertion(relying_party, settings, other_key),
        own_assertion(relying_party, settings, exp=past),
        own_assertion(relying_party, settings, exp=past + 86_400),
        own_assertion(relying_party, settings, iat=past + 3_600),
        own_assertion(relying_party, settings, aud="https://altrove.example"),
        own_assertion(relying_party, settings, iss="https://altrove.example"),
        own_assertion(relying_party, settings, jti=""),
        own_assertion(relying_party, settings, jti=None),
    ]
    form = await granted(relying_party, browser, settings)
    answers = [await browser.post("/token", data={**form, **change}) for change in wrong]
    assert [a.json()["error"] for a in answers] == ["invalid_client"] * len(wrong)
    good = form | own_assertion(relying_party, settings)
    assert (await browser.post("/token", data=good)).status_code == 200
    again = await browser.post("/token", data=good)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client"), "the jti was used"


async def test_nothing_that_is_sent_to_the_provider_breaks_it(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings
) -> None:
    url, _ = await relying_party.start(settings.base_url)
    authorize = url.removeprefix(settings.oidc_issuer)
    bodies = [b"", b"\xff\xfe=%ff", b"a=1&a=2", b"&".join(b"a%d=1" % i for i in range(99)), b"x" * 100_000, b"%00=%00"]
    kinds = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x; charset=nulla", "text/plain", ""]
    for path in (authorize, "/token", "/revoke", "/end_session", "/userinfo"):
        for body in bodies:
            for kind in kinds:
                answer = await browser.post(path, content=body, headers={"Content-Type": kind})
                assert answer.status_code < 500, (path, body[:20], kind)
    for bearer in (b"Bearer", b"Bearer x y", b"Basic x", b"Bearer \xc3\xa8", b"\xff"):
        answer = await browser.get("/userinfo", headers=[(b"Authorization", bearer)])
        assert answer.status_code == 401
    assert (await browser.get("/authorize?client_id=%ff&redirect_uri=[")).status_code == 400


def test_a_shelf_forgets() -> None:
    shelf: Shelf[int] = Shelf(-1)
    shelf.put("a", 1)
    assert shelf.get("a") is None
    assert shelf.take("a") is None


def run_provider(*environ: str) -> list[str]:
    script = (
        "from omnia_com import settings; from omnia_com.identity import demo_provider as d; d.serve(settings.read()[0])"
    )
    return ["/usr/bin/env", *environ, sys.executable, "-W", "error", "-c", script]


def test_the_provider_refuses_to_start_in_production() -> None:
    command = run_provider("OMNIA_ENV=production", "OMNIA_BASE_URL=https://omnia.example.it")
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 2
    assert "non parte" in ended.stderr


async def test_the_provider_is_a_process_of_its_own(tmp_path: Path) -> None:
    port = free_port()
    command = run_provider(f"OMNIA_IDP_PORT={port}", f"OMNIA_DATA={tmp_path}")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(200):
            with contextlib.suppress(httpx.TransportError):
                if (await client.head("/.well-known/openid-configuration")).is_success:
                    break
            await asyncio.sleep(0.05)
        assert (await client.get("/authorize?code=segreto")).status_code == 400
    process.terminate()
    output, _ = await asyncio.wait_for(process.communicate(), 8)
    assert output == b"", "nothing of what it was asked is written"


# --- providers that lie


@pytest.fixture(scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(free_port())
    async with serving(stage, stage.port):
        yield stage


@pytest.fixture
def liar(stage: Stage, settings: Settings, lying_key: RSAKey) -> Liar:
    stage.liar = Liar(stage.port, settings.base_url, lying_key)
    return stage.liar


@pytest.fixture(scope="session")
def lying_key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with remote.new_client() as client:
        yield client


@pytest.fixture
def victim(stage: Stage, settings: Settings, http: httpx.AsyncClient) -> RelyingParty:
    return RelyingParty(of_issuer(settings, f"http://127.0.0.1:{stage.port}"), http, seconds=0.5)


async def refusal(attempt: Awaitable[Any]) -> str:
    with pytest.raises(AccessRefused) as refused:
        await attempt
    assert not re.search("prvnna|anna|prova", str(refused.value), re.IGNORECASE), "no personal data in the log"
    return refused.value.reason


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
    "no name": ({"facts": {"given_name": " \n "}}, "dati_insufficienti"),
    "family name an object": ({"facts": {"family_name": {"it": "Prova"}}}, "dati_insufficienti"),
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
async def test_no_lie_signs_anybody_in(victim: RelyingParty, liar: Liar, lie: str) -> None:
    told, reason = LIES[lie]
    for name, value in (told(liar) if callable(told) else told).items():
        setattr(liar, name, value)
    assert await refusal(sign_in(victim, liar)) == reason


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


async def test_new_keys_of_the_provider_are_fetched_once(victim: RelyingParty, liar: Liar) -> None:
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


async def test_those_who_wait_together_fail_together(victim: RelyingParty, liar: Liar) -> None:
    liar.delay = {DISCOVERY: 2}
    began = time.monotonic()
    results = await asyncio.gather(*(victim.start("x") for _ in range(20)), return_exceptions=True)
    assert all(isinstance(r, AccessRefused) and r.reason == AWAY for r in results)
    assert time.monotonic() - began < 1.5
    assert await refusal(victim.end_session_url("t", "/")) == AWAY
    assert await refusal(victim.revoke("at")) == AWAY


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


async def test_a_body_that_drips_is_not_waited_for(victim: RelyingParty, liar: Liar) -> None:
    liar.drip = 0.2
    began = time.monotonic()
    assert await refusal(sign_in(victim, liar)) == AWAY
    assert time.monotonic() - began < 1


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


# --- what claims become


def identity_of(**facts: Any) -> Any:
    given = {"given_name": "Anna", "family_name": "Prova", "fiscal_number": "PRVNNA85E49H501L", **facts}
    return claims.identity_of(given, level=2, scheme="spid", issuer="x", authenticated_at=datetime.now(UTC))


def test_missing_facts_come_from_the_codice_fiscale() -> None:
    identity = identity_of(fiscal_number="tinit-mcdmrasualmhrlmx", email="", phone_number=None)
    assert identity.codice_fiscale == "MCDMRASUALMHRLMX"
    assert (identity.data_nascita, identity.luogo_nascita) == (date(1968, 1, 1), "H501")
    assert (identity.email, identity.cellulare, identity.luogo_nascita_provincia) == ("", "", "")
    assert identity_of(fiscal_number="PPSNIO88L01Z129Z").luogo_nascita_provincia == "EE"


def test_what_is_vouched_for_comes_first() -> None:
    vouched = {"birthdate": "1985-05-10", "place_of_birth": {"region": "mi", "locality": "F205"}}
    identity = identity_of(**vouched, family_name=["Prova"], given_name=" Anna  \u0000Maria\n", email="a@example.org")
    assert (identity.data_nascita, identity.luogo_nascita) == (date(1985, 5, 10), "F205")
    assert (identity.luogo_nascita_provincia, identity.email) == ("MI", "a@example.org")
    assert (identity.nome, identity.cognome) == ("Anna Maria", "Prova")


@pytest.mark.parametrize("cf", ["PRVNNA85E49H501A", "PRVNNA99Z99H501L", "0000000000000000", "PRVNNA85E49Q999X"])
def test_nobody_is_turned_away_for_an_odd_codice_fiscale(cf: str) -> None:
    assert identity_of(fiscal_number=cf).codice_fiscale == cf


@pytest.mark.parametrize("odd", ["1985", "2985-01-01", "1985-02-30", "1985-W01-1", 7, None, "ieri"])
@pytest.mark.parametrize("place", ["Roma", [], {"locality": "Roma", "region": "Lazio"}, {"locality": 7}])
def test_odd_birth_facts_are_replaced(odd: Any, place: Any) -> None:
    identity = identity_of(birthdate=odd, place_of_birth=place)
    assert (identity.data_nascita, identity.luogo_nascita) == (date(1985, 5, 9), "H501")


# --- our own key and settings


async def test_the_demonstration_makes_one_key_even_between_processes(tmp_path: Path) -> None:
    path = tmp_path / "nuova" / "chiave.pem"
    made = await asyncio.gather(
        *(asyncio.to_thread(keys.load, path, setting="OMNIA_OIDC_KEY", make=True) for _ in range(4))
    )
    assert len({key.thumbprint() for key in made}) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["chiave.pem"]


def test_what_we_publish_is_public(settings: Settings) -> None:
    (key,) = Parties(settings).jwks()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
    assert (key["use"], key["alg"]) == ("sig", "RS256")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"oidc_key": "/non/esiste.pem"}, "OMNIA_OIDC_KEY: non si può leggere"),
        ({"oidc_key": __file__}, "non contiene una chiave"),
        ({"oidc_key": ""}, "OMNIA_OIDC_KEY"),
        ({"oidc_issuer": ""}, "OMNIA_OIDC_ISSUER"),
        ({"oidc_issuer": "http://idp.example.it"}, "https"),
    ],
)
def test_settings_that_cannot_be_right_in_production(change: dict[str, str], words: str) -> None:
    right = {"OMNIA_ENV": "production", "OMNIA_BASE_URL": "https://omnia.example.it", "OMNIA_OIDC_KEY": "/x"}
    right |= {"OMNIA_OIDC_ISSUER": "https://idp.example.it", "OMNIA_REGISTRO_CHIAVI": "/x"}
    production, _ = omnia_settings.read(right)
    changed = replace(production, **change)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match=words):
        of_issuer(changed, changed.oidc_issuer)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ec.pem"
    path.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    with pytest.raises(SettingsError, match="RSA di almeno 2048"):
        keys.load(path, setting="OMNIA_OIDC_KEY", make=False)
