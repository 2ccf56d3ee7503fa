"""Whole sign-ins by the federation, with the reference trust anchor and provider of SPID and CIE OpenID Connect."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
import httpx
import pytest

from omnia_com import settings as setup
from omnia_com.identity import exchanges, keys
from omnia_com.identity.oidc.relying_parties import RelyingParties
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from tests.conftest import free_port, offering
from tests.helpers.waiting import PATIENCE, until
from tests.peers.beside import running
from tests.peers.venv import peer

pytestmark = pytest.mark.peers

PROGRAM = Path(__file__).with_name("federation_provider.py")
TOML = """
[federation]
anchor = "{anchor}"
anchor_keys = "ancora.json"
keys = ["federazione.pem"]
encryption_keys = ["cifratura.pem"]
contacts = ["ufficio@pec.example.it"]
trust_marks = "marchi.json"
[providers.prova]
federation = true
issuer = "{anchor}/oidc/op"
name = "Fornitore di prova"
schemes = ["{profile}"]
"""


@pytest.fixture(scope="module", params=["spid", "cie"])
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def federated(
    profile: str, environment: dict[str, str], settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The service as a member of the peer's federation, which runs beside it."""
    folder, port = tmp_path_factory.mktemp(profile), free_port()
    key = keys.load(folder / "federazione.pem", setting="prova", make=True)
    told = {"port": port, "profile": profile, "rp": settings.base_url, "rp_keys": [keys.public(key)]}
    with running([peer("python"), PROGRAM], told, folder / "peer.log") as said:
        (folder / "ancora.json").write_text(json.dumps(said["anchor_keys"]))
        (folder / "marchi.json").write_text(json.dumps(said["trust_marks"]))
        (folder / "oidc.toml").write_text(TOML.format(anchor=f"http://127.0.0.1:{port}", profile=profile))
        yield setup.read({**environment, "OMNIA_OIDC_PROVIDERS": str(folder / "oidc.toml")})[0]


@pytest.fixture
async def browser(app: Front, web: str, clean: None, federated: Settings) -> AsyncIterator[httpx.AsyncClient]:
    parties = RelyingParties(federated)
    with offering(app, parties):
        async with httpx.AsyncClient(base_url=web, timeout=PATIENCE) as client:
            yield client
    await parties.aclose()


async def arrived(browser: httpx.AsyncClient, person: str) -> tuple[str, httpx.Response]:
    """From our button through the peer's pages, as *person*: the state, and our answer at the end."""
    left = await browser.get("/accesso/oidc/entra", params={"da": "prova"})
    assert left.status_code == 303, left.text
    login = await open_page(browser, left.headers["location"])
    consent = await fill(browser, login, username=person, password="prova")
    back = await fill(browser, await open_page(browser, consent.headers["location"], base=login), agree="on")
    address = back.headers["location"]
    assert urlsplit(address).path == "/accesso/oidc/ritorno", address
    return dict(httpx.QueryParams(urlsplit(address).query))["state"], await browser.get(address)


async def open_page(browser: httpx.AsyncClient, url: str, base: httpx.Response | None = None) -> httpx.Response:
    """A page of the peer's, which may need a moment to start."""
    url = urljoin(str(base.url), url) if base else url

    async def answered() -> httpx.Response | None:
        try:
            return await browser.get(url)
        except httpx.TransportError:
            return None

    page = await until(answered, lambda: f"no answer at {url}")
    assert page is not None
    assert page.status_code == 200, (page.status_code, page.headers, page.text[:300])
    return page


async def fill(browser: httpx.AsyncClient, page: httpx.Response, **typed: str) -> httpx.Response:
    """Sends the page's form, with what is typed and what it holds already."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    form = next(f for f in tree.iter("form") if f.get("method", "").lower() == "post")
    held = {i.get("name", ""): i.get("value", "") for i in form.iter("input") if i.get("type") == "hidden"}
    action = urljoin(str(page.url), form.get("action") or "")
    return await browser.post(action, data={**held, **typed}, headers={"referer": str(page.url)})


Registered = Callable[[str], Any]


@pytest.fixture
def registered(settings: Settings) -> Registered:
    async def read(state: str) -> list[exchanges.Exchange]:
        return [kept.exchange for kept in await exchanges.read(state, "prova", "prova", settings)]

    return read


async def test_a_person_signs_in_and_out(
    browser: httpx.AsyncClient, profile: str, database: Any, registered: Registered
) -> None:
    state, back = await arrived(browser, "ada")
    assert (back.status_code, back.headers.get("location")) == (303, "/comunicazioni"), back.text
    row = await database.fetchrow("SELECT * FROM dichiarante")
    assert (row["codice_fiscale"], row["nome"], row["cognome"]) == ("LVLDAA85T50G702B", "Ada", "Lovelace")
    assert (row["luogo_nascita"], row["luogo_nascita_provincia"]) == ("G702", "PI")
    assert row["email"] == "ada@example.org"
    session = await database.fetchrow("SELECT * FROM sessione")
    assert (session["mezzo"], session["livello"]) == (profile, 2)
    (kept,) = await registered(state)
    assert kept.outcome == "entrato"
    assert len(kept.parts["chain"].splitlines()) == 3
    await signs_out(browser, session["access_token"], f"{session['emittente']}/userinfo")
    _, out = await registered(state)
    assert out.parts["revocation"].startswith("200")


async def signs_out(browser: httpx.AsyncClient, access_token: str, userinfo: str) -> None:
    """And the token that the session had opens nothing at the provider any more."""
    page = html5lib.parse((await browser.get("/comunicazioni")).text, namespaceHTMLElements=False)
    csrf = next(i.get("value") for i in page.iter("input") if i.get("name") == "csrf")
    assert (await browser.post("/esci", data={"csrf": csrf})).headers["location"] == "/"
    assert (await browser.get("/comunicazioni")).headers["location"].startswith("/entra")
    assert (await browser.get(userinfo, headers={"Authorization": f"Bearer {access_token}"})).status_code == 403


@pytest.mark.parametrize(
    ("person", "outcome", "status"),
    [
        ("ada con poco", "livello_troppo_basso", 403),
        ("ada di ieri", "risposta_non_valida", 403),
        ("ada senza codice", "dati_insufficienti", 403),
    ],
)
async def test_what_signs_nobody_in(
    browser: httpx.AsyncClient, database: Any, registered: Registered, person: str, outcome: str, status: int
) -> None:
    state, back = await arrived(browser, person)
    assert back.status_code == status
    assert "Accesso non riuscito" in back.text
    assert await database.fetchval("SELECT count(*) FROM sessione") == 0
    (kept,) = await registered(state)
    assert (kept.outcome, kept.codice_fiscale) == (outcome, "")
    assert kept.parts["token"]


async def test_three_facts_are_enough(browser: httpx.AsyncClient, database: Any) -> None:
    _, back = await arrived(browser, "ada in breve")
    assert back.status_code == 303, back.text
    row = await database.fetchrow("SELECT * FROM dichiarante")
    assert (row["data_nascita"].isoformat(), row["luogo_nascita"], row["email"]) == ("1985-12-10", "G702", "")


async def test_an_answer_counts_once(browser: httpx.AsyncClient) -> None:
    """The code too: the peer would give its tokens again."""
    left = await browser.get("/accesso/oidc/entra", params={"da": "prova"})
    login = await open_page(browser, left.headers["location"])
    consent = await fill(browser, login, username="ada", password="prova")
    back = await fill(browser, await open_page(browser, consent.headers["location"], base=login), agree="on")
    address = back.headers["location"]
    assert (await browser.get(address)).status_code == 303
    assert (await browser.get(address)).status_code == 400
    again = await browser.get("/accesso/oidc/entra", params={"da": "prova"})
    state = login_state(again.headers["location"])
    replayed = httpx.URL(address).copy_set_param("state", state)
    assert (await browser.get(replayed)).status_code == 403, "an old code for a new request"


def login_state(url: str) -> str:
    from omnia_com.identity.oidc import jose

    request = dict(httpx.QueryParams(urlsplit(url).query))["request"]
    return str(jose.unverified(request, "JWT")["state"])
