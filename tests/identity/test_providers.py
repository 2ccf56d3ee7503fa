"""Several OpenID providers at once, each on its own terms, from one file."""

import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from omnia_com import settings as setup
from omnia_com.identity import exchanges
from omnia_com.identity.oidc.relying_parties import RelyingParties
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings, SettingsError
from tests import ROOT
from tests.conftest import free_port, offering
from tests.helpers.browsing import Visitor
from tests.helpers.liars import Liar, Stage, serving
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft, send

EXAMPLE = ROOT / "deploy" / "oidc.toml"
TABLE = 'issuer = "https://sso.example.it"\nname = "Regione"\nschemes = ["spid"]\n'
FEDERATION = (
    '[federation]\nanchor = "https://a.example.it"\nanchor_keys = "ancora.jwks.json"\nkeys = ["f.pem"]\n'
    'encryption_keys = ["c.pem"]\ncontacts = ["u@pec.example.it"]\n'
)


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., Settings]:
    """The settings of a demonstration with this text as its file of providers."""
    (tmp_path / "ancora.jwks.json").write_text('{"keys": []}')

    def settings(text: str, **more: str) -> Settings:
        (tmp_path / "oidc.toml").write_text(text)
        given = {"OMNIA_DATA": str(tmp_path), "OMNIA_OIDC_PROVIDERS": str(tmp_path / "oidc.toml"), **more}
        return setup.read(given)[0]

    return settings


def test_the_example_can_be_read(told: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "regione.segreto").write_text("segreto\n")
    doors = RelyingParties(told(EXAMPLE.read_text())).doors()
    assert [(door.scheme, door.name, dict(door.fields).get("da")) for door in doors] == [
        *((scheme, "Fornitore dimostrativo", None) for scheme in ("spid", "cie", "cns")),
        ("spid", "Accesso regionale", "regione"),
        ("cie", "Accesso regionale", "regione"),
        ("spid", "Un gestore SPID", "poste"),
        ("cie", "CIE", "cie"),
    ]
    assert doors[3].origin == "https://sso.example.it"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[providers.r]\n" + TABLE + 'colore = "blu"', "colore"),
        ("[altro]\n", "altro"),
        ("[providers.r]\nissuer = [", "oidc.toml"),
        ("[providers.Regione]\n" + TABLE, "providers"),
        ("[providers.r]\n" + TABLE.replace('"spid"', '"eidas"'), "eidas"),
        ("[providers.r]\n" + TABLE.replace('["spid"]', "[]"), "schemes"),
        ("[providers.r]\n" + TABLE.replace("https", "http"), "https"),
        ("[providers.r]\n" + TABLE + "[providers.r.acr]\nuno = 4", "acr"),
        ("[providers.r]\n" + TABLE + '[providers.r.claims]\ncolore = "x"', "colore"),
        ("[providers.r]\n" + TABLE + '[providers.r.claims]\npec = ""', "claims"),
        ("[providers.r]\n" + TABLE + 'secret_file = "manca"', "segreto"),
        ("[providers.r]\n" + TABLE + 'secret_file = "oidc.toml.vuoto"', "vuoto"),
        ("[providers.r]\n" + TABLE + "[providers.q]\n" + TABLE, "stesso issuer"),
        ("[providers.fornitore]\n" + TABLE + "[providers.dimostrativo]\n" + TABLE.replace("sso", "q"), "stesso id"),
        ("[providers.r]\nfederation = true\n" + TABLE, "[federation]"),
        (FEDERATION + "[providers.r]\nfederation = true\n" + TABLE.replace('["spid"]', '["spid", "cie"]'), "schema"),
        (FEDERATION.replace("https", "http"), "https"),
        (FEDERATION.replace('["f.pem"]', "[]"), "keys"),
        (FEDERATION.replace("ancora.jwks", "manca"), "manca"),
        (FEDERATION.replace("ancora.jwks.json", "oidc.toml"), "federation"),
    ],
)
def test_what_cannot_be_right_stops_the_start(
    told: Callable[..., Settings], tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "oidc.toml.vuoto").write_text("\n")
    with pytest.raises(SettingsError, match=r"(?s)OMNIA_OIDC_PROVIDERS.*" + words.replace("[", r"\[")):
        RelyingParties(told(text))


def test_a_file_that_is_not_there_stops_the_start(told: Callable[..., Settings]) -> None:
    with pytest.raises(SettingsError, match="non si può leggere"):
        RelyingParties(told("", OMNIA_OIDC_PROVIDERS="/non/esiste.toml"))


def test_without_a_key_a_provider_needs_a_secret(told: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "s").write_text("segreto")
    right = {"OMNIA_ENV": "production", "OMNIA_BASE_URL": "https://o.example.it", "OMNIA_REGISTRO_CHIAVI": "/x"}
    with pytest.raises(SettingsError, match="secret_file"):
        RelyingParties(told("[providers.r]\n" + TABLE, **right))
    parties = RelyingParties(told("[providers.r]\n" + TABLE + 'secret_file = "s"', **right))
    assert [door.fields for door in parties.doors()] == [(("con", "spid"),)], "the only one needs no name"
    assert parties.jwks() == {"keys": []}


def test_another_issuer_in_the_demonstration_is_offered_beside_the_invented_people(
    told: Callable[..., Settings],
) -> None:
    doors = RelyingParties(told("", OMNIA_OIDC_ISSUER="https://sso.example.it")).doors()
    assert {door.name for door in doors} == {"Fornitore dimostrativo", "sso.example.it"}
    assert {dict(door.fields).get("da") for door in doors} == {None, "fornitore"}


def test_while_keys_change_both_are_published_and_the_first_signs(
    told: Callable[..., Settings], tmp_path: Path
) -> None:
    new, old = tmp_path / "nuova.pem", tmp_path / "vecchia.pem"
    parties = RelyingParties(told("", OMNIA_OIDC_KEY=f"{new}, {old}"))
    published = [key["kid"] for key in parties.jwks()["keys"]]
    assert published == [RSAKey.import_key(path.read_bytes()).thumbprint() for path in (new, old)]
    form, authorization = parties.named("").agreement.client.credentials("https://sso.example.it")
    header = json.loads(base64.urlsafe_b64decode(form["client_assertion"].split(".")[0] + "=="))
    assert (header["kid"], authorization) == (published[0], "")


# --- a gateway that has its own ways, asked by the running service


@pytest.fixture(scope="session")
async def gateway() -> AsyncIterator[Stage]:
    stage = Stage(free_port())
    async with serving(stage, stage.port):
        yield stage


@pytest.fixture
def keycloak(gateway: Stage) -> Liar:
    """Its own acr values, its own names of claims; it knows us by a secret."""
    gateway.liar = Liar(gateway.port, "omnia com", RSAKey.generate_key(2048), claims={"acr": "loa-2"})
    gateway.liar.facts = {
        "given_name": "Prova",
        "family_name": None,
        "name": "Anna",
        "https://attributes.eid.gov.it/fiscal_number": None,
        "fiscalNumber": "TINIT-PRVNNA85E49H501L",
        "place": {"code": "F205"},
        "county": "mi",
        "mobile": ["+393331234567"],
        "pec": "anna@pec.example.org",
    }
    return gateway.liar


@pytest.fixture
async def service(
    environment: dict[str, str], app: Front, web: str, clean: None, gateway: Stage, tmp_path: Path
) -> AsyncIterator[str]:
    """The service, with the gateway beside the demonstration provider."""
    (tmp_path / "segreto").write_text("s3greto:è\n")
    (tmp_path / "oidc.toml").write_text(
        f'[providers.regione]\nissuer = "http://127.0.0.1:{gateway.port}"\nname = "Accesso regionale"\n'
        'schemes = ["spid"]\nclient_id = "omnia com"\nsecret_file = "segreto"\n'
        "[providers.regione.acr]\nloa-1 = 1\nloa-2 = 2\n[providers.regione.claims]\n"
        'codice_fiscale = ["cf", "fiscalNumber"]\nnome = "name"\ncognome = "given_name"\nluogo_nascita = "place#code"\n'
        'luogo_nascita_provincia = "county"\ncellulare = "mobile"\npec = "pec"\n'
    )
    parties = RelyingParties(setup.read({**environment, "OMNIA_OIDC_PROVIDERS": str(tmp_path / "oidc.toml")})[0])
    with offering(app, parties):
        yield web
    await parties.aclose()


@pytest.fixture
async def person(service: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service) as client:
        yield client


async def left(person: httpx.AsyncClient, keycloak: Liar, query: str = "con=spid&da=regione") -> dict[str, str]:
    """What the browser took to the gateway."""
    answer = await person.get(f"/accesso/oidc/entra?{query}")
    assert answer.status_code == 303
    asked = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    keycloak.nonce = asked["nonce"]
    return asked


async def test_a_gateway_with_its_own_names_levels_and_a_secret(
    person: httpx.AsyncClient, service: str, keycloak: Liar, settings: Settings
) -> None:
    asked = await left(person, keycloak)
    assert asked["redirect_uri"] == f"{service}/accesso/oidc/ritorno/regione"
    assert (asked["client_id"], asked["acr_values"]) == ("omnia com", "loa-2")
    assert {"cf", "place", "county"} <= json.loads(asked["claims"])["userinfo"].keys()
    back = await person.get("/accesso/oidc/ritorno/regione", params={"state": asked["state"], "code": "c"})
    assert (back.status_code, back.headers["location"]) == (303, "/comunicazioni")
    headers, form = keycloak.asked["/token"]
    assert headers["authorization"] == "Basic " + base64.b64encode(b"omnia+com:s3greto%3A%C3%A8").decode()
    assert "client_assertion" not in form
    assert form["redirect_uri"] == asked["redirect_uri"]
    page = await person.get("/contatti")
    assert "+393331234567" in page.text
    assert "anna@pec.example.org" in page.text
    (kept,) = await exchanges.read(asked["state"], "prova", "prova", settings)
    assert (kept.exchange.outcome, kept.exchange.codice_fiscale) == ("entrato", "PRVNNA85E49H501L")
    assert kept.exchange.parts.keys() == {"chain", "request", "response", "token", "userinfo"}
    assert "fiscalNumber" in kept.exchange.parts["userinfo"]
    assert f"nonce={asked['nonce']}" in kept.exchange.parts["request"]


@pytest.mark.parametrize(
    ("facts", "called", "rows"),
    [
        ({"given_name": None}, "Anna", {"Nome": "Anna", "Cognome": "Non indicato"}),
        ({"name": ""}, "Prova", {"Nome": "Non indicato", "Cognome": "Prova"}),
        ({"name": None, "given_name": None}, "PRVNNA85E49H501L", {"Nome": "Non indicato", "Cognome": "Non indicato"}),
        ({"name": "Maria " * 60}, "Maria " * 60 + "Prova", {"Nome": ("Maria " * 60).strip(), "Cognome": "Prova"}),
    ],
)
async def test_people_of_one_name_or_of_long_ones_communicate(
    service: str,
    keycloak: Liar,
    visitor: Callable[[], Visitor],
    monkeypatch: pytest.MonkeyPatch,
    facts: dict[str, Any],
    called: str,
    rows: dict[str, str],
) -> None:
    """C25: only the codice fiscale is indispensable."""
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)  # no worker runs here
    keycloak.facts |= facts
    one = visitor()
    asked = await left(one.client, keycloak)
    back = await one.client.get("/accesso/oidc/ritorno/regione", params={"state": asked["state"], "code": "c"})
    assert back.status_code == 303
    draft = await posted_draft(one, SUBORDINATO)
    assert f'<bdi translate="no">{called}</bdi>' in one.page.text
    await send(one, draft)
    await one.get(f"{one.page.path}/ricevuta/stampa")
    for label, value in rows.items():
        assert re.search(rf">{label}</\w+>\s*<\w+[^>]*>(?:<bdi[^>]*>)?{value}<", one.page.text), label


async def test_a_level_of_the_gateways_that_is_too_low(
    person: httpx.AsyncClient, keycloak: Liar, settings: Settings
) -> None:
    for acr in ("loa-1", "https://www.spid.gov.it/SpidL2", "loa-9"):
        keycloak.claims = {"acr": acr}
        asked = await left(person, keycloak)
        back = await person.get("/accesso/oidc/ritorno/regione", params={"state": asked["state"], "code": "c"})
        assert back.status_code == 403, acr
        assert "livello troppo basso" in back.text
        (kept,) = await exchanges.read(asked["state"], "prova", "prova", settings)
        assert (kept.exchange.outcome, kept.exchange.codice_fiscale) == ("livello_troppo_basso", "")
        assert kept.exchange.parts["token"], "what was refused is kept too"


async def test_no_answer_counts_at_another_providers_address(person: httpx.AsyncClient, keycloak: Liar) -> None:
    """A provider that takes a person on to another one must not get that one's code (RFC 9700, 4.4)."""
    for path in ("/accesso/oidc/ritorno", "/accesso/oidc/ritorno/altrove"):
        asked = await left(person, keycloak)
        answer = await person.get(path, params={"state": asked["state"], "code": "c"})
        assert answer.status_code == 403
        assert "Accesso non riuscito" in answer.text
    assert "/token" not in keycloak.seen


async def test_an_unknown_provider_is_told_in_words(person: httpx.AsyncClient) -> None:
    answer = await person.get("/accesso/oidc/entra?da=nessuno")
    assert answer.status_code == 503
    assert "Accesso non riuscito" in answer.text


async def test_signing_out_revokes_the_token_at_the_provider_that_gave_it(
    person: httpx.AsyncClient, keycloak: Liar, settings: Settings
) -> None:
    asked = await left(person, keycloak)
    await person.get("/accesso/oidc/ritorno/regione", params={"state": asked["state"], "code": "c"})
    keycloak.about = {"end_session_endpoint": f"{keycloak.issuer}/esci"}
    visitor = Visitor(person)
    await visitor.get("/comunicazioni")
    answer = await person.post("/esci", data={"csrf": visitor.page.token})
    assert answer.status_code == 303
    assert keycloak.asked["/revoke"][1] == {"token": "at"}
    _, out = await exchanges.read(asked["state"], "prova", "prova", settings)
    assert (out.exchange.outcome, out.exchange.parts) == ("uscito", {"revocation": "200 {}"})


async def test_a_provider_that_is_away_keeps_nobody_signed_in(
    person: httpx.AsyncClient, keycloak: Liar, settings: Settings
) -> None:
    asked = await left(person, keycloak)
    await person.get("/accesso/oidc/ritorno/regione", params={"state": asked["state"], "code": "c"})
    keycloak.answers["/revoke"] = (503, {}, b"")
    visitor = Visitor(person)
    await visitor.get("/comunicazioni")
    token = visitor.page.token
    assert (await person.post("/esci", data={"csrf": token})).headers["location"] == "/"
    assert (await person.get("/comunicazioni")).headers["location"].startswith("/entra")
    _, out = await exchanges.read(asked["state"], "prova", "prova", settings)
    assert out.exchange.parts == {"revocation": "503"}


async def test_birth_facts_of_the_gateway(keycloak: Liar, person: httpx.AsyncClient, database: Any) -> None:
    asked = await left(person, keycloak)
    await person.get("/accesso/oidc/ritorno/regione", params={"state": asked["state"], "code": "c"})
    row = await database.fetchrow("SELECT * FROM dichiarante")
    assert (row["nome"], row["cognome"], row["data_nascita"]) == ("Anna", "Prova", date(1985, 5, 9))
    assert (row["luogo_nascita"], row["luogo_nascita_provincia"]) == ("F205", "MI")
