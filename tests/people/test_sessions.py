"""Signing in and out: whose session it is, how long it lasts, what a thief can do with it."""

import re
from collections.abc import Callable
from http.cookies import SimpleCookie

import asyncpg
import httpx
import pytest

from omnia_com.pages.http import ready
from omnia_com.pages.http.cookies import cookie_name
from omnia_com.pages.http.front import Front
from omnia_com.settings import ROME, Settings
from tests.helpers.browsing import Page, Visitor, said
from tests.helpers.people import SUBORDINATO
from tests.helpers.routes import private
from tests.helpers.steps import posted_draft, send


@pytest.mark.parametrize("button", ["Entra con SPID", "Entra con CIE", "Entra con CNS"])
async def test_each_identity_signs_in(button: str, visitor: Callable[[], Visitor]) -> None:
    person = await visitor().sign_in("P02", button=button)
    assert person.page.path == "/comunicazioni"
    assert "Luca Esempio" in person.page.text


async def test_sign_in_leads_back_to_the_page_that_was_asked_for(visitor: Callable[[], Visitor]) -> None:
    person = visitor()
    await person.get("/bozze/00000000-0000-4000-8000-000000000000")
    assert person.page.path == "/entra"
    await person.press("Entra con SPID")
    await person.press("Anna Prova (PRVNNA85E49H501L)", expect=404)
    assert person.page.path == "/bozze/00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("next", ["https://male.example/", "//male.example", "/\\male.example", "javascript:alert(1)"])
async def test_sign_in_leads_to_no_other_site(next: str, visitor: Callable[[], Visitor]) -> None:
    person = visitor()
    await person.get(f"/entra?next={next}")
    await person.press("Entra con SPID")
    await person.press("Anna Prova (PRVNNA85E49H501L)")
    assert person.page.path == "/comunicazioni"
    assert person.page.url.port == person.client.base_url.port


async def test_level_one_is_too_low(visitor: Callable[[], Visitor]) -> None:
    person = await visitor().sign_in("P01", level=1, expect=403)
    assert "livello troppo basso" in person.page.text
    await person.get("/comunicazioni")
    assert person.page.path == "/entra"


async def test_cancelling_is_no_error_of_ours(visitor: Callable[[], Visitor]) -> None:
    person = visitor()
    await person.get("/")
    await person.press("Entra con SPID")
    await person.press("Annulla", expect=403)
    assert "Hai annullato" in person.page.text


async def test_an_answer_of_the_provider_counts_once_and_only_in_its_browser(
    visitor: Callable[[], Visitor],
) -> None:
    anna, thief = visitor(), visitor()
    start = await anna.client.get("/accesso/oidc/entra")
    form = await anna.client.get(start.headers["location"])
    choice = await anna.client.post(str(form.url), data={"persona": "P01", "livello": "2"})
    answer = choice.headers["location"]
    assert (await thief.client.get(answer)).status_code == 400, "login CSRF: another browser"
    assert (await anna.client.get(answer)).status_code == 303
    assert (await anna.client.get(answer)).status_code == 400, "a second time"


async def test_an_id_chosen_by_the_client_is_no_session(visitor: Callable[[], Visitor]) -> None:
    person = visitor()
    person.client.cookies.set("sid", "scelto-da-altri", domain="127.0.0.1")
    await person.sign_in("P01")
    assert person.client.cookies["sid"] != "scelto-da-altri"
    planted = visitor()
    planted.client.cookies.set("sid", "scelto-da-altri")
    await planted.get("/comunicazioni")
    assert planted.page.path == "/entra"


async def test_each_sign_in_has_a_new_id_and_ends_the_one_before(visitor: Callable[[], Visitor]) -> None:
    person, other = await visitor().sign_in("P01"), visitor()
    before = person.client.cookies["sid"]
    assert len(before) >= 43, "256 bits"
    await person.sign_in("P01")
    assert person.client.cookies["sid"] != before
    other.client.cookies.set("sid", before)
    await other.get("/comunicazioni")
    assert other.page.path == "/entra"


async def test_signing_out_ends_the_session_on_the_server(anna: Visitor, visitor: Callable[[], Visitor]) -> None:
    token = anna.client.cookies["sid"]
    await anna.press("Esci")
    assert anna.page.path == "/"
    thief = visitor()
    thief.client.cookies.set("sid", token)
    await thief.get("/comunicazioni")
    assert thief.page.path == "/entra"


async def test_every_private_page_has_esci(app: Front, anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "PATIENCE", 0.01)
    sent = await posted_draft(anna, SUBORDINATO)
    await send(anna, sent)
    draft, pages = await posted_draft(anna, SUBORDINATO), 0
    for path in {p for record in (sent, draft) for p in private(app, "GET", record.rpartition("/")[2])}:
        answer = await anna.client.get(path, follow_redirects=True)
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            Page(answer).button("Esci")
            pages += 1
    assert pages >= 12


@pytest.mark.parametrize(("column", "age"), [("vista", "31 minutes"), ("creata", "8 hours 1 minute")])
async def test_a_session_ends_when_idle_or_old(
    column: str, age: str, anna: Visitor, database: asyncpg.Connection
) -> None:
    await database.execute(f"UPDATE sessione SET {column} = now() - interval '{age}'")
    await anna.get("/comunicazioni")
    assert anna.page.path == "/entra"


async def test_using_the_service_keeps_the_session(anna: Visitor, database: asyncpg.Connection) -> None:
    await database.execute("UPDATE sessione SET vista = now() - interval '29 minutes'")
    await anna.get("/comunicazioni")
    assert await database.fetchval("SELECT vista > now() - interval '5 seconds' FROM sessione")


async def test_the_database_keeps_no_token(anna: Visitor, database: asyncpg.Connection) -> None:
    row = await database.fetchval("SELECT sessione::text FROM sessione")
    assert anna.client.cookies["sid"] not in row


async def test_cookies_are_for_the_server_alone(visitor: Callable[[], Visitor]) -> None:
    answer = await visitor().client.get("/accesso/oidc/entra")
    cookie = SimpleCookie(answer.headers["set-cookie"])["accesso"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert not cookie["secure"], "plain http at a loopback address, and only there"


def test_over_https_cookies_are_bound_to_the_host() -> None:
    assert cookie_name(Settings(base_url="https://omnia.example.it"), "sid") == "__Host-sid"


async def test_two_people_in_two_browsers_see_each_their_own(anna: Visitor, luca: Visitor) -> None:
    for person, name in ((anna, "Anna Prova"), (luca, "Luca Esempio")):
        await person.get("/comunicazioni")
        assert name in said(next(person.page.tree.iter("header")))


# How long, told and extended.


def end(page: Page) -> int:
    """Seconds from now until the end that the page tells."""
    return int(page.hook("fine-sessione"))


async def test_every_page_tells_until_when(anna: Visitor, database: asyncpg.Connection) -> None:
    await anna.get("/comunicazioni")
    assert 29.5 * 60 < end(anna.page) <= 30 * 60
    ends = await database.fetchval("SELECT vista + interval '30 minutes' FROM sessione")
    on_the_clock = ends.astimezone(ROME)
    assert f"Collegato fino alle {on_the_clock:%H:%M}" in said(anna.page.tree), "real time, on an Italian clock"
    await database.execute("UPDATE sessione SET creata = now() - interval '7 hours 50 minutes'")
    await anna.get("/comunicazioni")
    assert 9.5 * 60 < end(anna.page) <= 10 * 60, "after eight hours it ends anyway"


async def test_what_is_told_is_kept(anna: Visitor, database: asyncpg.Connection) -> None:
    """The last use is not written each time: what is told counts from what is written."""
    await database.execute("UPDATE sessione SET vista = now() - interval '50 seconds'")
    await anna.get("/comunicazioni")
    kept = await database.fetchval(
        "SELECT extract(epoch FROM vista + interval '30 minutes' - now())::float FROM sessione"
    )
    assert abs(end(anna.page) - kept) < 2


async def test_staying_signed_in_without_a_script(anna: Visitor, database: asyncpg.Connection) -> None:
    await database.execute("UPDATE sessione SET vista = now() - interval '29 minutes'")
    await anna.get("/comunicazioni")
    await database.execute("UPDATE sessione SET vista = now() - interval '29 minutes'")
    await anna.follow("Resta collegato")
    assert anna.page.path == "/sessione"
    await anna.press("Resta collegato")
    assert end(anna.page) > 29.5 * 60


async def test_staying_signed_in_with_a_script(anna: Visitor, database: asyncpg.Connection) -> None:
    await anna.get("/comunicazioni")
    script = {"HX-Request": "true"}
    await database.execute("UPDATE sessione SET vista = now() - interval '29 minutes'")
    answer = await anna.client.post("/sessione", data={"csrf": anna.page.token}, headers=script)
    assert answer.status_code == 200
    assert 29.5 * 60 < answer.json()["fine"] <= 30 * 60
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["ora"])
    size = sum(len(k) + len(v) + 4 for k, v in answer.headers.raw) + len(answer.content)
    assert size <= 400, size
    await database.execute("UPDATE sessione SET vista = now() - interval '31 minutes'")
    gone = await anna.client.post("/sessione", data={"csrf": anna.page.token}, headers=script)
    assert gone.status_code == 401


# Signing out.


async def test_signing_out_clears_what_the_browser_kept(anna: Visitor) -> None:
    await anna.get("/comunicazioni")
    answer = await anna.client.post("/esci", data={"csrf": anna.page.token})
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "sid=" in answer.headers["set-cookie"]
    assert answer.headers["location"].startswith("http://127.0.0.1"), "and at the provider"


async def test_one_sees_where_one_is_signed_in_and_leaves_everywhere(
    anna: Visitor, luca: Visitor, visitor: Callable[[], Visitor], database: asyncpg.Connection, settings: Settings
) -> None:
    phone = await visitor().sign_in("P01", button="Entra con CIE")
    await anna.get("/comunicazioni")
    await anna.follow("La tua sessione")
    items = [said(li) for li in next(anna.page.tree.iter("main")).iter("li")]
    assert len(items) == 2, "Luca's is not there"
    assert any(i.startswith("Questo dispositivo: entrato con SPID il") for i in items)
    assert any(i.startswith("Un altro dispositivo: entrato con CIE il") for i in items)
    tokens = [r["access_token"] for r in await database.fetch("SELECT access_token FROM sessione WHERE mezzo = 'cie'")]
    await anna.press("Esci da tutti i dispositivi")
    assert anna.page.path == "/"
    for gone in (anna, phone):
        await gone.get("/comunicazioni")
        assert gone.page.path == "/entra"
    await luca.get("/comunicazioni")
    assert luca.page.path == "/comunicazioni"
    for token in tokens:
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{settings.oidc_issuer}/userinfo", headers=headers)
        assert answer.status_code == 401, "revoked"


async def test_signing_out_of_one_leaves_the_other(anna: Visitor, visitor: Callable[[], Visitor]) -> None:
    phone = await visitor().sign_in("P01")
    await anna.get("/comunicazioni")
    await anna.press("Esci")
    await phone.get("/comunicazioni")
    assert phone.page.path == "/comunicazioni"
