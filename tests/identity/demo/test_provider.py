"""What the demonstration provider shows and refuses."""

import asyncio
import contextlib
import re
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import html5lib
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from omnia_com.identity.demo.grants import Shelf
from omnia_com.identity.oidc.relying_party import RelyingParty
from omnia_com.settings import Settings
from tests.conftest import free_port
from tests.helpers.waiting import PATIENCE, until
from tests.identity.oidc.steps import chosen


async def test_the_page_of_the_provider(
    relying_party: RelyingParty, browser: httpx.AsyncClient, settings: Settings
) -> None:
    url, _ = await relying_party.start(settings.base_url, scheme="cns")
    page = await browser.get(url)
    html5lib.HTMLParser(strict=True).parse(page.text)
    buttons = re.findall(r"<button[^>]*>(.*?)</button>", page.text)
    labels = [unescape(re.sub("<[^>]+>", "", words)).replace("\n", "") for words in buttons]
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
    return {**form, "redirect_uri": pending.redirect_uri, **rp.agreement.client.credentials(settings.oidc_issuer)[0]}


def own_assertion(rp: RelyingParty, settings: Settings, key: RSAKey | None = None, **change: Any) -> dict[str, str]:
    key = key or rp.agreement.client.keys[0]
    about = {"iss": settings.base_url, "sub": settings.base_url, "aud": settings.oidc_issuer, "jti": str(time.time())}
    token = jwt.encode(
        {"alg": "RS256", "kid": rp.agreement.client.jwks()[0]["kid"]},
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
        "from omnia_com import settings; from omnia_com.identity.demo import provider as d; d.run(settings.read()[0])"
    )
    return ["/usr/bin/env", *environ, sys.executable, "-W", "error", "-c", script]


def test_the_provider_refuses_to_start_in_production() -> None:
    command = run_provider("OMNIA_ENV=production", "OMNIA_BASE_URL=https://omnia.example.it")
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 2
    assert "non parte" in ended.stderr


async def test_the_provider_is_a_process_of_its_own(tmp_path: Path) -> None:
    port = free_port()
    command = run_provider(f"OMNIA_IDP_PORT={port}", f"OMNIA_DATA={tmp_path}")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE) as client:

        async def there() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return (await client.head("/.well-known/openid-configuration")).is_success
            return False

        await until(there, lambda: process)
        assert (await client.get("/authorize?code=segreto")).status_code == 400
    process.terminate()
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert output == b"", "nothing of what it was asked is written"
