"""Sign-in by OpenID Connect over real sockets, with the demonstration provider; our own key and settings."""

import asyncio
import json
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest
from joserfc.jwk import ECKey

from omnia_com import settings as omnia_settings
from omnia_com.identity import keys
from omnia_com.identity.oidc import jose
from omnia_com.identity.oidc.agreements import of_issuer
from omnia_com.identity.oidc.relying_parties import RelyingParties
from omnia_com.identity.oidc.relying_party import PendingSignIn, RelyingParty
from omnia_com.settings import Settings, SettingsError
from tests.helpers.liars import ACR
from tests.identity.oidc.steps import chosen, refusal


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
    people = json.loads((files("omnia_com.identity.demo") / "persone.json").read_text("utf-8"))
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


async def test_the_demonstration_makes_one_key_even_between_processes(tmp_path: Path) -> None:
    path = tmp_path / "nuova" / "chiave.pem"
    made = await asyncio.gather(
        *(asyncio.to_thread(keys.load, path, setting="OMNIA_OIDC_KEY", make=True) for _ in range(4))
    )
    assert len({key.thumbprint() for key in made}) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["chiave.pem"]


def test_what_we_publish_is_public(settings: Settings) -> None:
    (key,) = RelyingParties(settings).jwks()["keys"]
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
