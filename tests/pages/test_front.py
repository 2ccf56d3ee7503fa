"""What is true of every answer: headers, compression, limits, what is logged."""

import gzip
import json
from collections.abc import Callable

import asyncpg
import brotli
import httpx
import pytest
import structlog

from omnia_com.pages.http import assets
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor, bare
from tests.helpers.people import PERSONE, SUBORDINATO
from tests.helpers.steps import posted_draft, send

EVERYWHERE = ["/", "/entra", "/comunicazioni", "/nulla", "/salute", "/static/nulla", assets.url("modulo.js")]


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_is_guarded(path: str, visitor: Callable[[], Visitor]) -> None:
    for method in ("GET", "HEAD", "POST", "DELETE"):
        headers = (await visitor().client.request(method, path)).headers
        if path != assets.url("modulo.js"):
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers


async def test_https_is_told_to_stay_so(settings: Settings) -> None:
    async with bare(settings, base_url="https://omnia.example.it") as client:
        answer = await client.get("/nulla")
        assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("gzip, br;q=0", "gzip"), ("identity", None), ("BR", "br"), ("", None)],
)
async def test_pages_and_assets_are_compressed_as_the_browser_likes(
    accepted: str, encoding: str | None, web: str
) -> None:
    async with httpx.AsyncClient(base_url=web) as client:
        for path in ("/", assets.url("modulo.js")):
            async with client.stream("GET", path, headers={"accept-encoding": accepted}) as answer:
                body = b"".join([chunk async for chunk in answer.aiter_raw()])
            assert answer.headers.get("content-encoding") == encoding
            assert "Accept-Encoding" in answer.headers["vary"] or answer.headers["cache-control"] == "no-store"
            plain = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](body)
            assert b"htmx" in plain or b"NASpI" in plain


async def test_assets_are_asked_for_once_in_a_life(visitor: Callable[[], Visitor]) -> None:
    answer = await visitor().client.get(assets.url("modulo.js"))
    assert answer.headers["cache-control"] == "max-age=31536000, immutable"


async def test_the_stylesheet_stands_in_the_page_until_the_browser_has_it(visitor: Callable[[], Visitor]) -> None:
    reader = visitor()
    await reader.get("/")
    assert "<style>" in reader.page.text
    file = assets.style(fonts=True).url
    assert f'<link rel="stylesheet" media="print" href="{file}">' in reader.page.text
    answer = await reader.client.get(file)
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    await reader.get("/privacy")
    assert f'<link rel="stylesheet" href="{file}">' in reader.page.text
    assert "<style>" not in reader.page.text
    reader.client.headers["save-data"] = "on"
    await reader.get("/privacy")
    assert "<style>" in reader.page.text, "another stylesheet"
    assert "font-face" not in reader.page.text


async def test_an_older_stylesheet_is_of_no_use(visitor: Callable[[], Visitor]) -> None:
    reader = visitor()
    for kept in ("stile.0123456789.css", "", "modulo.js", "../x"):
        reader.client.cookies.set(assets.KEPT, kept)
        await reader.get("/")
        assert "<style>" in reader.page.text
        reader.client.cookies.clear()


async def test_the_cookie_of_the_stylesheet_is_for_this_host_alone(settings: Settings) -> None:
    async with bare(settings, base_url="https://omnia.example.it") as client:
        said = (await client.get(assets.style(fonts=True).url)).headers["set-cookie"]
    assert said.startswith("__Host-stile=stile.")
    for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=31536000"):
        assert flag in said


async def test_head_has_the_headers_and_no_body(visitor: Callable[[], Visitor]) -> None:
    answer = await visitor().client.head("/")
    assert answer.status_code == 200
    assert answer.content == b""


async def test_a_method_that_a_page_does_not_have_is_told_which_it_has(visitor: Callable[[], Visitor]) -> None:
    client = visitor().client
    for path, method, allowed in (("/privacy", "DELETE", "GET, HEAD"), ("/bozze", "GET", "POST")):
        answer = await client.request(method, path)
        assert answer.status_code == 405
        assert "Azione non possibile" in answer.text
        assert set(allowed.split(", ")) <= set(answer.headers["allow"].split(", "))


async def test_numbers_that_no_page_of_ours_sends_are_none(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    for number in ("9" * 5000, "99999999999", "-1", "²", "x"):
        await anna.post(draft, {"togli": number, "gruppo_mostrato": "subordinato", **SUBORDINATO})
        await anna.post(draft, {"versione": number, "gruppo_mostrato": "subordinato", **SUBORDINATO})
        await anna.post(f"{draft}/invio", {"versione": number})


@pytest.mark.parametrize("spelling", [str.upper, str.title, lambda name: f"{name}.", lambda name: f"{name.upper()}."])
async def test_our_name_is_ours_however_it_is_spelt(spelling: Callable[[str], str], web: str) -> None:
    """In capitals and with the dot that ends a full name; cookies know them as one, and as two."""
    host, _, port = web.removeprefix("http://").rpartition(":")
    for name in (host, "localhost"):
        async with httpx.AsyncClient(base_url=web, headers={"host": f"{spelling(name)}:{port}"}) as client:
            assert (await client.get("/")).status_code == 200
            for path in ("/accesso/oidc/entra?con=spid", "/accesso/oidc/entra?con=%0d%0a"):
                answer = await client.get(path)
                led_away = answer.headers.get("location") == web + path
                assert led_away == spelling("x").endswith("."), "a sign-in begins under the name to which it comes back"


@pytest.mark.parametrize(
    "name", ["male.example", "male.example.", "127.0.0.1..", ".127.0.0.1", "127.0.0.1.male.example", ".", ""]
)
async def test_a_name_that_is_not_ours_is_refused(name: str, web: str) -> None:
    async with httpx.AsyncClient(base_url=web) as client:
        for path in ("/", "/accesso/oidc/entra?con=spid"):
            answer = await client.get(path, headers={"host": f"{name}:{web.rpartition(':')[2]}"})
            assert answer.status_code == 400
            assert "location" not in answer.headers


async def test_a_form_sent_from_our_name_with_a_dot_is_of_a_page_of_ours(anna: Visitor, web: str) -> None:
    await anna.get("/contatti")
    data = {"csrf": anna.page.token, "email": "anna@example.org", "torna": "/comunicazioni"}
    port = web.rpartition(":")[2]
    for origin, status in ((f"http://LOCALHOST.:{port}", 303), (f"http://localhost.male.example:{port}", 403)):
        answer = await anna.client.post("/contatti", data=data, headers={"origin": origin})
        assert answer.status_code == status


async def test_too_many_requests_are_told_to_wait(settings: Settings, one_minute: None) -> None:
    async with bare(settings, limite_richieste=3) as client:
        answers = [await client.get("/accesso/oidc/jwks") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert "Aspetta un minuto" in answers[-1].text


async def test_too_many_sign_ins_are_told_to_wait(settings: Settings) -> None:
    async with bare(settings, limite_accessi=0) as client:
        for path in ("/accesso/oidc/entra", "/accesso/cns"):
            answer = await client.get(path)
            assert answer.status_code == 429, path
            assert "Aspetta un minuto" in answer.text
        assert (await client.get("/accesso/oidc/jwks")).status_code == 200


async def test_the_log_names_nobody(anna: Visitor) -> None:
    with structlog.testing.capture_logs() as lines:
        draft = await posted_draft(anna, SUBORDINATO)
        await send(anna, draft)
        await anna.press("Esci")
        await anna.sign_in("P01")
    text = json.dumps(lines)
    assert '"percorso": "/comunicazioni"' in text
    for fact in (*PERSONE["P01"].values(), *SUBORDINATO.values(), anna.client.cookies["sid"]):
        assert fact in ("F", "RM", "no", "IT", "TO", "20") or fact not in text, fact


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.TooManyConnectionsError,
        asyncpg.DiskFullError,
        asyncpg.CannotConnectNowError,
        asyncpg.AdminShutdownError,
        asyncpg.QueryCanceledError,
        asyncpg.DeadlockDetectedError,
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.ConnectionDoesNotExistError,
        asyncpg.InterfaceError,
        TimeoutError,
    ],
)
async def test_a_database_that_cannot_just_now_is_no_fault_of_ours(
    error: type[Exception], anna: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise error("no")

    monkeypatch.setattr("omnia_com.communications.drafts.of_person", broken)
    page = await anna.get("/comunicazioni", expect=503)
    assert "Riprova fra qualche minuto" in page.text


async def test_a_fault_of_ours_is_a_page_with_a_number_that_is_in_the_log(
    anna: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("PRVNNA85E49H501L")

    monkeypatch.setattr("omnia_com.communications.drafts.of_person", broken)
    with structlog.testing.capture_logs() as lines:
        page = await anna.get("/comunicazioni", expect=500)
    number = next(line["numero"] for line in lines if line["event"] == "errore")
    assert number in page.text
    assert "PRVNNA85E49H501L" not in json.dumps(lines) + page.text
