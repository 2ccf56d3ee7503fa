"""The Italian federation: whom the service trusts, what it says of itself, and every lie on the way."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwe, jwt
from joserfc.jwk import KeySet, RSAKey

from omnia_com import settings as setup
from omnia_com.identity import AccessRefused, keys, remote
from omnia_com.identity.oidc.agreements import Agreement, read_agreements
from omnia_com.identity.oidc.federation import metadata_policy
from omnia_com.identity.oidc.relying_parties import RelyingParties
from omnia_com.identity.oidc.relying_party import RelyingParty
from omnia_com.settings import Settings
from tests.conftest import free_port, offering
from tests.helpers.federations import LOOSE, WELL_KNOWN, Federation, unsigned
from tests.helpers.liars import EID, Stage, public, serving
from tests.helpers.waiting import PATIENCE

OURS = "http://127.0.0.1:8000"
INVALID, AWAY = "risposta_non_valida", "fornitore_non_raggiungibile"
ANCHOR, ABOUT, OWN = ("ta", "ta"), ("ta", "op"), ("op", "op")
KEYS_HEADER = {"alg": "RS256", "kid": "k1", "typ": "jwk-set+jwt"}
Change = Any


@pytest.fixture(scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(free_port())
    async with serving(stage, stage.port):
        yield stage


@pytest.fixture(scope="session")
def entity_keys() -> dict[str, RSAKey]:
    return {name: RSAKey.generate_key(2048) for name in ("ta", "op", "mid1", "mid2", "mid3", "a stranger")}


@pytest.fixture(scope="session")
def federated(stage: Stage, entity_keys: dict[str, RSAKey], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A service that pins the anchor's key and knows a SPID and a CIE provider by the same address."""
    folder, base = tmp_path_factory.mktemp("federazione"), f"http://127.0.0.1:{stage.port}"
    (folder / "ancora.json").write_text(json.dumps({"keys": [public(entity_keys["ta"])]}))
    (folder / "marchi.json").write_text(json.dumps([{"id": "https://m.example.it", "trust_mark": "e30.e30."}]))
    (folder / "oidc.toml").write_text(
        f'[federation]\nanchor = "{base}/ta"\nanchor_keys = "ancora.json"\nkeys = ["f1.pem", "f2.pem"]\n'
        'encryption_keys = ["c1.pem", "c2.pem"]\ncontacts = ["u@pec.example.it"]\ntrust_marks = "marchi.json"\n'
        f'[providers.poste]\nfederation = true\nissuer = "{base}/op"\nname = "Poste"\nschemes = ["spid"]\n'
    )
    return setup.read({"OMNIA_DATA": str(folder), "OMNIA_OIDC_PROVIDERS": str(folder / "oidc.toml")})[0]


@pytest.fixture(scope="session")
def spid(federated: Settings) -> Agreement:
    return next(agreement for agreement in read_agreements(federated)[0] if agreement.id == "poste")


@pytest.fixture(scope="session")
def cie(spid: Agreement) -> Agreement:
    return replace(spid, id="cie", schemes=("cie",))


@pytest.fixture
def federation(stage: Stage, spid: Agreement, entity_keys: dict[str, RSAKey]) -> Federation:
    assert spid.federation
    to_us = keys.public(spid.federation.encryption[0], "enc", "RSA-OAEP-256")
    federation = Federation(stage.port, OURS, entity_keys["a stranger"], entity_keys=entity_keys, to_us=to_us)
    federation.key = RSAKey.import_key(spid.federation.keys[1].as_dict(private=True))  # any key that is none of theirs
    stage.liar = federation
    return federation


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with remote.new_client() as client:
        yield client


@pytest.fixture
def party(spid: Agreement, http: httpx.AsyncClient) -> RelyingParty:
    return RelyingParty(spid, http, seconds=PATIENCE)


async def refusal(attempt: Any) -> str:
    with pytest.raises(AccessRefused) as refused:
        await attempt
    return refused.value.reason


async def sign_in(party: RelyingParty, federation: Federation, parts: Any = None, **params: str) -> Any:
    _, pending = await party.start(OURS, scheme="spid")
    federation.nonce = pending.nonce
    return await party.finish(pending, {"state": pending.state, "code": "c", "iss": federation.issuer} | params, parts)


# --- the whole way


async def test_a_person_comes_in_by_a_chain_of_trust(party: RelyingParty, federation: Federation) -> None:
    parts: dict[str, str] = {}
    signed_in = await sign_in(party, federation, parts)
    assert (signed_in.identity.nome, signed_in.identity.level) == ("Anna", 2)
    assert signed_in.identity.issuer == federation.issuer
    assert len(parts["chain"].splitlines()) == 3, "the provider's own, the anchor on it, the anchor's own"
    assert parts["userinfo"].count(".") == 2, "decrypted: the signed token is the evidence"
    form = federation.asked["/token"][1]
    assertion = jwt.decode(form["client_assertion"], party.agreement.client.keys[0]).claims
    assert (assertion["iss"], assertion["sub"], form["client_id"]) == (OURS, OURS, OURS)
    assert assertion["aud"].endswith("/token")
    assert await party.revoke("at") == "200 {}"
    revocation = jwt.decode(federation.asked["/revoke"][1]["client_assertion"], party.agreement.client.keys[0]).claims
    assert revocation["aud"].endswith("/revoke")
    assert federation.seen.count("/ta/fetch") == 1, "the chain is kept"


async def test_the_request_is_a_signed_object(party: RelyingParty, federation: Federation) -> None:
    url, pending = await party.start(OURS, scheme="spid")
    query = dict(parse_qsl(urlsplit(url).query))
    assert query.keys() == {"client_id", "response_type", "scope", "code_challenge", "code_challenge_method", "request"}
    request = jwt.decode(query["request"], party.agreement.client.keys[0]).claims
    assert "sub" not in request, "or it would do as a client assertion"
    assert min(len(request["state"]), len(request["nonce"])) >= 32
    assert request["acr_values"] == "https://www.spid.gov.it/SpidL2"
    assert (request["prompt"], request["iss"], request["client_id"]) == ("consent login", OURS, OURS)
    assert request["aud"] == [federation.issuer, federation.discovery()["authorization_endpoint"]]
    assert 0 < request["exp"] - time.time() <= 180
    assert f"{EID}fiscal_number" in request["claims"]["userinfo"]
    assert pending.verifier not in url
    assert request["redirect_uri"] == f"{OURS}/accesso/oidc/ritorno"
    assert pending.request == url


async def test_an_intermediate_may_stand_between(party: RelyingParty, federation: Federation) -> None:
    federation.between = ["mid1"]
    parts: dict[str, str] = {}
    assert (await sign_in(party, federation, parts)).identity.nome == "Anna"
    assert len(parts["chain"].splitlines()) == 4


async def test_the_providers_keys_may_stand_elsewhere_signed(party: RelyingParty, federation: Federation) -> None:
    base = f"http://127.0.0.1:{federation.port}"
    federation.provider = {"jwks": None, "signed_jwks_uri": f"{base}/keys"}
    header = {"alg": "RS256", "kid": "k1", "typ": "jwk-set+jwt"}
    federation.answers["/keys"] = 200, {}, jwt.encode(header, federation.keys(), federation.entity_keys["op"]).encode()
    assert (await sign_in(party, federation)).identity.nome == "Anna"
    federation.provider = {"jwks": None, "jwks_uri": f"{base}/jwks"}
    assert (await sign_in(RelyingParty(party.agreement, party._http), federation)).identity.nome == "Anna"


async def test_the_superior_may_correct_the_provider(party: RelyingParty, federation: Federation) -> None:
    base = f"http://127.0.0.1:{federation.port}"
    federation.provider = {"token_endpoint": f"{base}/altrove"}
    federation.changes[ABOUT] = {"metadata": {"openid_provider": {"token_endpoint": f"{base}/token"}}}
    assert (await sign_in(party, federation)).identity.nome == "Anna"


async def test_userinfo_for_any_of_our_keys_is_read(party: RelyingParty, federation: Federation) -> None:
    assert party.agreement.federation
    federation.to_us = keys.public(party.agreement.federation.encryption[1], "enc", "RSA-OAEP-256")
    assert (await sign_in(party, federation)).identity.nome == "Anna"


async def test_a_jwe_may_repeat_claims_in_its_header(party: RelyingParty, federation: Federation) -> None:
    federation.jwe_header = {"iss": "https://altro.example", "aud": OURS}
    federation.registry = LOOSE
    assert (await sign_in(party, federation)).identity.nome == "Anna"


async def test_spid_may_leave_iss_out_and_cie_may_not(
    party: RelyingParty, federation: Federation, cie: Agreement, http: httpx.AsyncClient
) -> None:
    async def without_iss(party: RelyingParty) -> Any:
        _, pending = await party.start(OURS)
        federation.nonce = pending.nonce
        return await party.finish(pending, {"state": pending.state, "code": "c"})

    assert (await without_iss(party)).identity.scheme == "spid"
    assert await refusal(without_iss(RelyingParty(cie, http))) == INVALID
    assert (await sign_in(RelyingParty(cie, http), federation)).identity.scheme == "cie"
    assert await refusal(sign_in(party, federation, iss="https://altro.example")) == INVALID


@pytest.mark.parametrize("error", ["access_denied", "rejected_by_user"])
async def test_who_cancels_is_told_so_even_by_a_provider_that_leaves_iss_out(
    federation: Federation, cie: Agreement, http: httpx.AsyncClient, error: str
) -> None:
    party = RelyingParty(cie, http)
    _, pending = await party.start(OURS)
    assert await refusal(party.finish(pending, {"state": pending.state, "error": error})) == "annullato"


# --- every lie on the way


def said(*of: tuple[str, str], **change: Any) -> Change:
    """These statements, changed."""
    return {"changes": dict.fromkeys(of, change)}


def signed_by(name: str, *of: tuple[str, str]) -> Change:
    return lambda f: {"signers": dict.fromkeys(of, f.entity_keys[name])}


def userinfo(body: Any) -> Change:
    return lambda f: {"answers": {"/userinfo": (200, {"content-type": "application/jwt"}, body(f))}}


def for_policy(**rules: Any) -> Change:
    return said(ABOUT, metadata_policy={"openid_provider": rules})


def now(seconds: float) -> int:
    return int(time.time() + seconds)


def encrypted_to(f: Federation, key: RSAKey, **header: Any) -> bytes:
    right = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": f.to_us["kid"], **header}
    return jwe.encrypt_compact(right, f.userinfo_token(), key, registry=f.registry).encode()


def a_stranger(f: Federation) -> RSAKey:
    return f.entity_keys["a stranger"]


LIES: dict[str, tuple[Change, str]] = {
    "an anchor with another key": (signed_by("a stranger", ANCHOR), INVALID),
    "an anchor of another name": (said(ANCHOR, iss="https://altra.example", sub="https://altra.example"), INVALID),
    "an expired anchor": (lambda _: said(ANCHOR, exp=now(-1)), INVALID),
    "a statement by a stranger": (signed_by("a stranger", ABOUT), INVALID),
    "a statement by the provider": (signed_by("op", ABOUT), INVALID),
    "a statement of another": (said(ABOUT, iss="https://altra.example"), INVALID),
    "a statement on another": (said(ABOUT, sub="https://altro.example"), INVALID),
    "an expired statement": (lambda _: said(ABOUT, exp=now(-1)), INVALID),
    "a statement from tomorrow": (lambda _: said(ABOUT, iat=now(86_400)), INVALID),
    "a statement without end": (said(ABOUT, exp=None), INVALID),
    "a statement without keys": (said(ABOUT, jwks=None), INVALID),
    "a statement of another type": ({"types": {ABOUT: "JWT"}}, INVALID),
    "a statement that is not one": (
        lambda f: {"answers": {"/ta/fetch": (200, {}, unsigned({"alg": "none"}, {}).encode())}},
        INVALID,
    ),
    "no statement": (lambda f: {"answers": {"/ta/fetch": (404, {}, b"{}")}}, INVALID),
    "the provider's keys swapped": (
        lambda f: said(OWN, jwks={"keys": [public(a_stranger(f))]}) | signed_by("a stranger", OWN)(f),
        INVALID,
    ),
    "keys vouched for that the provider does not have": (
        lambda f: said(ABOUT, jwks={"keys": [public(a_stranger(f))]}),
        INVALID,
    ),
    "a provider of another name": (said(OWN, iss="https://a.example", sub="https://a.example"), INVALID),
    "an expired provider": (lambda _: said(OWN, exp=now(-1)), INVALID),
    "a provider with another anchor": (said(OWN, authority_hints=["http://127.0.0.1:1/altra"]), INVALID),
    "a provider of nobody": (said(OWN, authority_hints=[]), INVALID),
    "a provider under itself": (lambda f: said(OWN, authority_hints=[f.issuer]), INVALID),
    "a provider that is none": (said(OWN, metadata={"openid_relying_party": {}}), INVALID),
    "a provider that calls itself another": ({"provider": {"issuer": "https://altro.example"}}, INVALID),
    "a provider without keys": ({"provider": {"jwks": None}}, INVALID),
    "a page instead of a provider": (lambda f: {"answers": {"/op" + WELL_KNOWN: (200, {}, b"<html>")}}, INVALID),
    "a provider that is away": (lambda f: {"answers": {"/op" + WELL_KNOWN: (503, {}, b"")}}, AWAY),
    "an anchor that is away": (lambda f: {"answers": {"/ta" + WELL_KNOWN: (503, {}, b"")}}, AWAY),
    "an anchor that is slow": ({"delay": {"/ta" + WELL_KNOWN: 2}}, AWAY),
    "critical claims": (said(ABOUT, crit=["jti"]), INVALID),
    "constraints on names": (said(ABOUT, constraints={"naming_constraints": {"excluded": [".it"]}}), INVALID),
    "no providers allowed": (said(ABOUT, constraints={"allowed_leaf_entity_types": ["openid_relying_party"]}), INVALID),
    "policy: not one of": (for_policy(issuer={"one_of": ["https://altro.example"]}), INVALID),
    "policy: essential and missing": (for_policy(organization_name={"essential": True}), INVALID),
    "policy: too little": (for_policy(scopes_supported={"superset_of": ["openid", "offline_access"]}), INVALID),
    "policy: nothing left": (for_policy(scopes_supported={"subset_of": [], "essential": True}), INVALID),
    "policy: another's name": (for_policy(issuer={"value": "https://altro.example"}), INVALID),
    "policy: critical and unknown": (
        said(ABOUT, metadata_policy={}, metadata_policy_crit=["regexp"]),
        INVALID,
    ),
    "policy: not a policy": (said(ABOUT, metadata_policy={"openid_provider": []}), INVALID),
    "too many between": ({"between": ["mid1", "mid2", "mid3"]}, INVALID),
    "one between, none allowed by the anchor": (
        {"between": ["mid1"], **said(ANCHOR, constraints={"max_path_length": 0})},
        INVALID,
    ),
    "one between, none allowed by the statement": (
        {"between": ["mid1"], **said(("ta", "mid1"), constraints={"max_path_length": 0})},
        INVALID,
    ),
    "an intermediate nobody vouches for": (
        lambda f: {"between": ["mid1"], **signed_by("a stranger", ("ta", "mid1"))(f)},
        INVALID,
    ),
    "an intermediate's statement by a stranger": (
        lambda f: {"between": ["mid1"], **signed_by("a stranger", ("mid1", "op"))(f)},
        INVALID,
    ),
    "an intermediate that has expired": (lambda _: {"between": ["mid1"], **said(("ta", "mid1"), exp=now(-1))}, INVALID),
    "keys elsewhere by a stranger": (
        lambda f: {
            "provider": {"jwks": None, "signed_jwks_uri": f"http://127.0.0.1:{f.port}/keys"},
            "answers": {"/keys": (200, {}, jwt.encode(KEYS_HEADER, f.keys(), a_stranger(f)).encode())},
        },
        INVALID,
    ),
    "no at_hash": ({"claims": {"at_hash": None}}, INVALID),
    "userinfo in clear": (lambda f: {"answers": {"/userinfo": (200, {}, json.dumps(f.userinfo()).encode())}}, INVALID),
    "userinfo signed and not encrypted": (userinfo(lambda f: f.userinfo_token().encode()), INVALID),
    "userinfo encrypted and not signed": (userinfo(lambda f: f.encrypted(json.dumps(f.userinfo()))), INVALID),
    "userinfo encrypted, alg none inside": (
        userinfo(lambda f: f.encrypted(unsigned({"alg": "none", "kid": "k1"}, f.userinfo()))),
        INVALID,
    ),
    "userinfo encrypted, signed by another": (
        userinfo(lambda f: f.encrypted(jwt.encode({"alg": "RS256", "kid": "k1"}, f.userinfo(), a_stranger(f)))),
        INVALID,
    ),
    "userinfo encrypted, signed with a federation key": (
        userinfo(lambda f: f.encrypted(jwt.encode({"alg": "RS256", "kid": "k1"}, f.userinfo(), f.entity_keys["op"]))),
        INVALID,
    ),
    "userinfo encrypted twice": (userinfo(lambda f: f.encrypted(f.encrypted(f.userinfo_token()).decode())), INVALID),
    "userinfo encrypted to another's key": (userinfo(lambda f: encrypted_to(f, a_stranger(f))), INVALID),
    "userinfo for a key that we do not have": ({"jwe_header": {"kid": "un-altro"}}, INVALID),
    "userinfo compressed": ({"jwe_header": {"zip": "DEF"}}, INVALID),
    "userinfo by an algorithm of long ago": ({"jwe_header": {"alg": "RSA1_5"}}, INVALID),
    "userinfo not a token": (userinfo(lambda f: b"\xff....."), INVALID),
    "userinfo of another": ({"facts": {"sub": "s-2"}}, INVALID),
    "level too low": ({"claims": {"acr": "https://www.spid.gov.it/SpidL1"}}, "livello_troppo_basso"),
    "no codice fiscale": ({"facts": {f"{EID}fiscal_number": None}}, "dati_insufficienti"),
}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("lie", LIES)
async def test_no_lie_signs_anybody_in(
    party: RelyingParty, spid: Agreement, http: httpx.AsyncClient, federation: Federation, lie: str
) -> None:
    told, reason = LIES[lie]
    for name, value in (told(federation) if callable(told) else told).items():
        setattr(federation, name, value)
    if federation.delay:
        party = RelyingParty(spid, http, seconds=1)
    assert await refusal(sign_in(party, federation)) == reason


async def test_a_chain_counts_no_longer_than_its_shortest_statement(
    party: RelyingParty, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    federation.changes[ABOUT] = {"exp": now(PATIENCE)}
    await sign_in(party, federation)
    later = time.time() + PATIENCE + 1
    monkeypatch.setattr(time, "time", lambda: later)
    federation.answers["/ta/fetch"] = (503, {}, b"")
    assert await refusal(party.start(OURS)) == AWAY
    assert await refusal(party.start(OURS)) == AWAY, "the last good copy serves no longer"


async def test_an_ended_chain_is_found_anew(
    party: RelyingParty, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    federation.changes[ABOUT] = {"exp": now(PATIENCE)}
    await sign_in(party, federation)
    later = time.time() + PATIENCE + 1
    monkeypatch.setattr(time, "time", lambda: later)
    federation.changes = {}
    assert (await sign_in(party, federation)).identity.nome == "Anna"


async def test_new_keys_of_the_provider_come_by_the_chain(party: RelyingParty, federation: Federation) -> None:
    await sign_in(party, federation)
    federation.key = RSAKey.generate_key(2048)
    federation.header = {"kid": "k2"}
    federation.published = [public(federation.key, kid="k2"), public(federation.key)]
    assert (await sign_in(party, federation)).identity.nome == "Anna"


# --- what policies do


@pytest.mark.parametrize(
    ("before", "rules", "after"),
    [
        (None, {"value": ["a"]}, ["a"]),
        (["a"], {"add": ["b", "a"]}, ["a", "b"]),
        (None, {"add": "b"}, ["b"]),
        (None, {"default": "d"}, "d"),
        ("x", {"default": "d"}, "x"),
        (["a", "b"], {"subset_of": ["b", "c"]}, ["b"]),
        ("a b", {"subset_of": ["b", "c"]}, "b"),
        (None, {"subset_of": ["b"]}, None),
        (["a", "b"], {"superset_of": ["b"]}, ["a", "b"]),
        ("a", {"one_of": ["a", "b"]}, "a"),
        (None, {"one_of": ["a"], "essential": False}, None),
        (["a"], {"essential": True}, ["a"]),
        (["a"], {"regexp": ".*"}, ["a"]),
    ],
)
def test_a_policy_changes_what_it_may(before: Any, rules: dict[str, Any], after: Any) -> None:
    left = metadata_policy.apply({} if before is None else {"m": before}, {"m": rules})
    assert left.get("m") == after


@pytest.mark.parametrize(
    ("before", "rules"),
    [
        ("c", {"one_of": ["a", "b"]}),
        (["a"], {"superset_of": ["a", "b"]}),
        (None, {"essential": True}),
        ([], {"essential": True}),
        (["c"], {"subset_of": ["a"], "superset_of": ["a"]}),
    ],
)
def test_a_policy_refuses_what_it_must(before: Any, rules: dict[str, Any]) -> None:
    with pytest.raises(AccessRefused):
        metadata_policy.apply({} if before is None else {"m": before}, {"m": rules})


# --- what we say of ourselves


def entity_configuration(federated: Settings) -> tuple[dict[str, Any], dict[str, Any]]:
    statement = RelyingParties(federated).entity_configuration()
    assert statement
    first = RSAKey.import_key((Path(federated.oidc_providers).parent / "f1.pem").read_bytes())
    token = jwt.decode(statement, first)
    return token.header, token.claims


def test_our_statement(federated: Settings) -> None:
    header, claims = entity_configuration(federated)
    assert header["typ"] == "entity-statement+jwt"
    assert (claims["iss"], claims["sub"]) == (OURS, OURS)
    assert len(claims["jwks"]["keys"]) == 2, "while keys change both are known"
    assert header["kid"] == claims["jwks"]["keys"][0]["kid"]
    assert claims["authority_hints"] == [f"http://127.0.0.1:{urlsplit(claims['authority_hints'][0]).port}/ta"]
    assert claims["trust_marks"] == [{"id": "https://m.example.it", "trust_mark": "e30.e30."}]
    assert claims["metadata"]["federation_entity"]["contacts"] == ["u@pec.example.it"]
    party = claims["metadata"]["openid_relying_party"]
    assert party["redirect_uris"] == [f"{OURS}/accesso/oidc/ritorno", "http://localhost:8000/accesso/oidc/ritorno"]
    assert [key["use"] for key in party["jwks"]["keys"]] == ["sig", "enc", "enc"]
    assert party["userinfo_encrypted_response_enc"] == "A256CBC-HS512"
    private = {"d", "p", "q", "dp", "dq", "qi"}
    assert not any(private & key.keys() for key in [*claims["jwks"]["keys"], *party["jwks"]["keys"]])


def test_no_key_serves_two_ends(federated: Settings) -> None:
    _, claims = entity_configuration(federated)
    published = [*claims["jwks"]["keys"], *claims["metadata"]["openid_relying_party"]["jwks"]["keys"]]
    assert len(KeySet.import_key_set({"keys": published}).keys) == len({key["n"] for key in published}) == 5


def test_who_is_in_no_federation_says_nothing(tmp_path: Path) -> None:
    assert RelyingParties(setup.read({"OMNIA_DATA": str(tmp_path)})[0]).entity_configuration() is None


async def test_the_statement_stands_where_it_is_looked_for(
    web: str, app: Any, federated: Settings, clean: None
) -> None:
    async with httpx.AsyncClient(base_url=web) as client:
        assert (await client.get(WELL_KNOWN)).status_code == 404
        with offering(app, RelyingParties(federated)):
            answer = await client.get(WELL_KNOWN)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/entity-statement+jwt")
    assert answer.text.count(".") == 2
