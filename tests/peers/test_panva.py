"""Whole sign-ins with panva's oidc-provider, by a signed assertion and by a shared secret."""

import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from omnia_com import settings as setup
from omnia_com.identity import exchanges
from omnia_com.identity.oidc.relying_parties import RelyingParties
from omnia_com.identity.oidc.relying_party import RelyingParty
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from tests.conftest import free_port, offering
from tests.helpers.browsing import Visitor, said
from tests.helpers.people import PERSONE
from tests.peers.beside import running
from tests.peers.venv import npm_package, tool

pytestmark = pytest.mark.peers

VERSION, NODE = "9.13.3", 20
# Luca with all ten facts; his birth is not what the codice fiscale says, so that only the provider can have said it.
BORN = {"data_nascita": "1979-12-30", "luogo_nascita_codice": "H501", "luogo_nascita_provincia": "RM"}
PEOPLE = {**PERSONE, "P02": {**PERSONE["P02"], **BORN, "telefono": "+390612345678"}}
OWN = ("codice_fiscale", "nome", "cognome", "email", "cellulare", "telefono", "pec")  # shown as they come
RETURN = "/accesso/oidc/ritorno/panva"
SECRET = "un segreto: 100% + altro, abbastanza lungo"  # has what RFC 6749, 2.3.1 wants encoded
CLIENTS = {
    "chiave": {"client_id": "omnia-com", "token_endpoint_auth_method": "private_key_jwt"},
    "segreto": {
        "client_id": "omnia com:2",
        "client_secret": SECRET,
        "token_endpoint_auth_method": "client_secret_basic",
        "userinfo_signed_response_alg": "RS256",
    },
}
TOML = '[providers.panva]\nissuer = "{issuer}"\nname = "Panva"\nschemes = ["spid"]\nclient_id = "{client_id}"\n'


@pytest.fixture(scope="module")
def issuer(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The provider, where the service has signed up twice."""
    port, ours = free_port(), settings.base_url
    addresses = {"redirect_uris": [ours + RETURN], "post_logout_redirect_uris": [f"{ours}/"]}
    clients = [{**CLIENTS["chiave"], **addresses, "jwks_uri": f"{ours}/accesso/oidc/jwks"}]
    clients.append({**CLIENTS["segreto"], **addresses})
    told = {"package": str(npm_package("oidc-provider", VERSION)), "port": port, "people": PEOPLE, "clients": clients}
    log = tmp_path_factory.mktemp("panva") / "log"
    with running([node(), Path(__file__).with_name("panva.mjs")], told, log):
        yield f"http://127.0.0.1:{port}"


def node() -> Path:
    """Debian 12's is too old for this provider."""
    program = tool("node")
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < NODE:
        pytest.skip(f"oidc-provider {VERSION} wants Node {NODE} at least, here is {version}")
    return program


@pytest.fixture(params=CLIENTS)
async def parties(
    request: pytest.FixtureRequest, issuer: str, environment: dict[str, str], app: Front, tmp_path: Path
) -> AsyncIterator[RelyingParties]:
    """What the service offers: this provider beside the demonstration's, known by a key or by a secret."""
    client = CLIENTS[request.param]
    text = TOML.format(issuer=issuer, **client)
    if secret := client.get("client_secret"):
        (tmp_path / "segreto").write_text(secret)
        text += 'secret_file = "segreto"\n'
    (tmp_path / "oidc.toml").write_text(text)
    parties = RelyingParties(setup.read({**environment, "OMNIA_OIDC_PROVIDERS": str(tmp_path / "oidc.toml")})[0])
    with offering(app, parties):
        yield parties
    await parties.aclose()


@pytest.fixture
def panva(parties: RelyingParties) -> RelyingParty:
    return parties.named("panva")


@pytest.fixture
def luca(panva: RelyingParty, visitor: Callable[[], Visitor]) -> Visitor:
    """He has not signed in yet."""
    return visitor()


async def leave(person: Visitor) -> dict[str, str]:
    """By our button to the provider's page: what the browser took there."""
    await person.get("/entra")
    form, _ = person.page.button("Panva")
    went = await person.client.get(form.get("action", ""), params=person.page.successful(form, {}))
    await person.get(went.headers["location"])
    return dict(parse_qsl(urlsplit(went.headers["location"]).query))


async def signs_in(person: Visitor, level: int = 2, expect: int = 200) -> dict[str, str]:
    asked = await leave(person)
    await person.fill(persona="P02", livello=str(level)).press("Entra", expect=expect)
    return asked


async def answered(person: Visitor) -> str:
    """The address that the provider sends the browser to, without going there."""
    asked = await leave(person)
    url = str(person.page.url)
    while not url.startswith(asked["redirect_uri"]):
        data = {"persona": "P02", "livello": "2"}
        step = await (person.client.post(url, data=data) if "/persone/" in url else person.client.get(url))
        url = step.headers["location"]
    return url


async def is_active(panva: RelyingParty, token: str) -> bool:
    """What the provider says of a token to the client that it was given to."""
    who, authorization = panva.agreement.client.credentials(panva.agreement.issuer)
    headers = {"authorization": authorization} if authorization else {}
    async with httpx.AsyncClient() as client:
        url = f"{panva.agreement.issuer}/token/introspection"
        answer = await client.post(url, data={"token": token, **who}, headers=headers)
    return bool(answer.raise_for_status().json()["active"])


async def outcomes(state: str, settings: Settings) -> list[str]:
    return [kept.exchange.outcome for kept in await exchanges.read(state, "prova", "prova", settings)]


async def test_a_person_signs_in_and_sees_their_ten_facts(luca: Visitor, database: Any, settings: Settings) -> None:
    asked = await signs_in(luca)
    assert luca.page.path == "/comunicazioni"
    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid profile email phone")
    await luca.press("Nuova Comunicazione")
    own = {PEOPLE["P02"][fact] for fact in OWN}
    assert {said(dd) for dd in luca.page.tree.iter("dd")} >= own | {"30/12/1979", "Roma", "RM"}
    session = await database.fetchrow("SELECT * FROM sessione")
    assert (session["mezzo"], session["livello"]) == ("spid", 2)
    assert await outcomes(asked["state"], settings) == ["entrato"]


async def test_the_highest_level_will_do(luca: Visitor, database: Any) -> None:
    await signs_in(luca, level=3)
    assert await database.fetchval("SELECT livello FROM sessione") == 3


async def test_a_level_too_low_is_refused_in_words(luca: Visitor, database: Any, settings: Settings) -> None:
    """The provider lets them pass: it was asked for two or three, and tells that it was one."""
    asked = await signs_in(luca, level=1, expect=403)
    assert "Hai usato un livello troppo basso" in luca.page.text
    assert await database.fetchval("SELECT count(*) FROM sessione") == 0
    assert await outcomes(asked["state"], settings) == ["livello_troppo_basso"]


async def test_who_cancels_at_the_provider_may_try_again(luca: Visitor, database: Any, settings: Settings) -> None:
    asked = await leave(luca)
    await luca.press("Annulla", expect=403)
    assert "Hai annullato l’accesso" in luca.page.text
    assert await database.fetchval("SELECT count(*) FROM sessione") == 0
    assert await outcomes(asked["state"], settings) == ["annullato"]
    await signs_in(luca)
    assert luca.page.path == "/comunicazioni"


async def test_an_answer_counts_once(luca: Visitor) -> None:
    address = await answered(luca)
    await luca.get(address)
    assert luca.page.path == "/comunicazioni"
    await luca.get(address, expect=400)
    assert "era già stato usato" in luca.page.text


async def test_a_code_is_of_no_use_to_anybody_else_before_or_after(
    luca: Visitor, visitor: Callable[[], Visitor], panva: RelyingParty, database: Any
) -> None:
    """The provider refuses it: it does not fit the thief's code_verifier (RFC 7636)."""
    answer, thief = await answered(luca), visitor()
    for uses in (0, 1):
        asked = await leave(thief)
        await thief.get(str(httpx.URL(answer).copy_set_param("state", asked["state"])), expect=403)
        assert "ha rifiutato l’accesso" in thief.page.text
        assert await database.fetchval("SELECT count(*) FROM sessione") == uses
        if not uses:
            await luca.get(answer)
            assert luca.page.path == "/comunicazioni"
    assert await is_active(panva, await database.fetchval("SELECT access_token FROM sessione"))


async def test_an_answer_that_names_another_provider_is_refused(luca: Visitor, panva: RelyingParty) -> None:
    address = httpx.URL(await answered(luca))
    assert address.params["iss"] == panva.agreement.issuer
    await luca.get(str(address.copy_set_param("iss", "https://altrove.example")), expect=403)
    assert "Accesso non riuscito" in luca.page.text


async def test_who_signs_out_leaves_the_provider_too_and_comes_back(
    luca: Visitor, panva: RelyingParty, database: Any, settings: Settings
) -> None:
    asked = await signs_in(luca)
    assert panva.agreement.issuer in luca.page.response.headers["content-security-policy"], "or the browser stops there"
    token = await database.fetchval("SELECT access_token FROM sessione")
    assert await is_active(panva, token)
    assert "code=" in await silently(luca, panva)
    await luca.press("Esci")
    assert luca.page.url.copy_with(query=None) == f"{panva.agreement.issuer}/session/end"
    assert not await is_active(panva, token)
    assert await outcomes(asked["state"], settings) == ["entrato", "uscito"]
    await luca.press("Yes, sign me out")
    assert str(luca.page.url) == f"{settings.base_url}/"
    luca.page.button("Panva")
    assert "error=login_required" in await silently(luca, panva)


async def silently(person: Visitor, panva: RelyingParty) -> str:
    """Where the provider sends a browser that asks whether anybody is signed in there."""
    url, _ = await panva.start("http://" + person.client.base_url.netloc.decode())
    return str((await person.client.get(url.replace("prompt=login", "prompt=none"))).headers["location"])
