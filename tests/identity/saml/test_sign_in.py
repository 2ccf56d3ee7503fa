"""Signing in with SPID and CIE by SAML 2, from the door to the session, in a browser and at its provider."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from cryptography import x509
from lxml import etree

from omnia_com.identity.saml import providers as saml_providers
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor, client_of, said
from tests.helpers.people import PERSONE
from tests.helpers.saml_provider import (
    BINDINGS,
    NS,
    Provider,
    Request,
    attributes_of,
    posted,
    q,
    signed,
    stamp,
    unsigned,
)
from tests.identity.saml.steps import ACS, CIE, ENTER, ONLY_POST, SLO, SPID, leave, providers

__all__ = ["providers"]


async def arrive(person: Visitor, document: Any, request: Request) -> httpx.Response:
    """The provider's form, posted from its site: the browser sends none of our cookies."""
    form = {"SAMLResponse": posted(document), "RelayState": request.relay_state}
    async with client_of(str(person.client.base_url)) as cross_site:
        return await cross_site.post(ACS, data=form, headers={"origin": "null", "sec-fetch-site": "cross-site"})


def answer_to(
    request: Request, settings: Settings, provider: Provider = SPID, person: str = "P02", level: int = 2
) -> Any:
    """What *provider* answers once *person* has signed in there."""
    given = attributes_of(PERSONE[person], provider.scheme)
    return signed(provider, unsigned(provider, request, settings.base_url + ACS, given, level))


async def enter(browser: Visitor, settings: Settings, provider: Provider = SPID, **how: Any) -> Visitor:
    request = await leave(browser, provider)
    arrived = await arrive(browser, answer_to(request, settings, provider, **how), request)
    assert arrived.status_code == 303, arrived.text
    await browser.get(arrived.headers["location"])
    return browser


@pytest.mark.parametrize("level", [2, 3])
async def test_a_person_enters_with_spid(
    level: int, visitor: Callable[[], Visitor], settings: Settings, database: asyncpg.Connection
) -> None:
    person = await enter(visitor(), settings, level=level)
    assert person.page.path == "/comunicazioni"
    assert "Luca Esempio" in person.page.text
    session = await database.fetchrow("SELECT * FROM sessione")
    assert (session["mezzo"], session["livello"], session["emittente"]) == ("spid", level, SPID.entity_id)
    row = await database.fetchrow("SELECT * FROM dichiarante")
    assert (row["codice_fiscale"], row["email"]) == ("SMPLCU79T31F205Z", "luca.esempio@example.org")
    assert (row["luogo_nascita"], row["luogo_nascita_provincia"], str(row["data_nascita"])) == (
        *("F205", "MI"),
        "1979-12-31",
    )
    assert (row["cellulare"], row["pec"]) == ("+393471234567", "luca.esempio@pec.example.org")


async def test_a_person_enters_with_cie_which_gives_four_facts(
    visitor: Callable[[], Visitor], settings: Settings, database: asyncpg.Connection
) -> None:
    person = await enter(visitor(), settings, CIE, level=3)
    assert "Luca Esempio" in person.page.text
    row = await database.fetchrow("SELECT * FROM dichiarante JOIN sessione ON dichiarante = codice_fiscale")
    assert (row["mezzo"], row["email"], row["luogo_nascita"]) == ("cie", "", "F205")


@pytest.mark.parametrize("person", PERSONE)
async def test_everybody_can_enter(person: str, visitor: Callable[[], Visitor], settings: Settings) -> None:
    entered = await enter(visitor(), settings, person=person)
    assert PERSONE[person]["cognome"] in said(entered.page.tree)


async def test_the_request_is_what_spid_asks_for(visitor: Callable[[], Visitor], settings: Settings) -> None:
    person = visitor()
    request, other = await leave(person), await leave(person)
    document = request.document
    assert document.get("Destination") == f"{SPID.entity_id}/SingleSignOnService/Redirect"
    assert (document.get("ForceAuthn"), document.get("AssertionConsumerServiceIndex")) == ("true", "0")
    assert document.find("samlp:NameIDPolicy", NS).attrib == {
        "Format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    }
    context = document.find("samlp:RequestedAuthnContext", NS)
    assert (context.get("Comparison"), context[0].text) == ("minimum", "https://www.spid.gov.it/SpidL2")
    assert (request.id, request.relay_state) != (other.id, other.relay_state), "both are new each time"
    metadata = etree.fromstring((await person.client.get("/accesso/saml/metadata")).content)
    certificate = base64.b64decode(metadata.findtext("md:SPSSODescriptor//ds:X509Certificate", None, NS))
    assert request.is_signed_by(x509.load_der_x509_certificate(certificate))
    assert metadata.get("entityID") == request.issuer == settings.base_url


async def test_a_provider_that_only_takes_a_form_gets_one_with_a_button(
    visitor: Callable[[], Visitor], settings: Settings
) -> None:
    person = visitor()
    page = await person.get(f"{ENTER}?idp={ONLY_POST.entity_id}")
    form, _ = page.button("Continua")
    assert form.get("action") == f"{ONLY_POST.entity_id}/SingleSignOnService/POST"
    policy = page.response.headers["content-security-policy"]
    assert re.search(rf"form-action[^;]* {re.escape(ONLY_POST.entity_id)}(;|$)", policy), policy
    fields = dict(page.successful(form, {}))
    assert set(fields) == {"SAMLRequest", "RelayState"}


async def test_an_unknown_provider_is_refused_in_words(visitor: Callable[[], Visitor]) -> None:
    for address in (f"{ENTER}?idp=https://altro.example", ENTER):
        page = await visitor().get(address, expect=400)
        assert "non è fra quelli con cui si entra" in page.text


async def test_sign_in_leads_back_to_the_page_that_was_asked_for_and_to_no_other_site(
    visitor: Callable[[], Visitor], settings: Settings
) -> None:
    for next, path in (
        ("/contatti", "/contatti"),
        ("//male.example", "/comunicazioni"),
        ("https://x", "/comunicazioni"),
    ):
        person = visitor()
        request = await leave(person, next=next)
        arrived = await arrive(person, answer_to(request, settings), request)
        await person.get(arrived.headers["location"])
        assert person.page.path == path
        assert person.page.url.port == person.client.base_url.port


async def test_an_answer_counts_once(visitor: Callable[[], Visitor], settings: Settings) -> None:
    person = visitor()
    request = await leave(person)
    document = answer_to(request, settings)
    first = await arrive(person, document, request)
    assert first.status_code == 303
    again = await arrive(person, document, request)
    assert (again.status_code, "già stato usato" in again.text) == (400, True)
    await person.get(first.headers["location"])
    assert person.page.path == "/comunicazioni"
    await person.get(first.headers["location"], expect=400)


async def test_an_answer_that_was_refused_cannot_be_mended(visitor: Callable[[], Visitor], settings: Settings) -> None:
    person = visitor()
    request = await leave(person)
    assert (await arrive(person, answer_to(request, settings, level=1), request)).status_code == 403
    assert (await arrive(person, answer_to(request, settings, level=2), request)).status_code == 400


async def test_somebody_elses_answer_signs_nobody_in(
    visitor: Callable[[], Visitor], settings: Settings, database: asyncpg.Connection
) -> None:
    thief, victim = visitor(), visitor()
    request = await leave(thief)
    arrived = await arrive(thief, answer_to(request, settings), request)
    await victim.get(arrived.headers["location"], expect=400)  # login CSRF: a link in a mail
    await leave(victim)
    await victim.get(arrived.headers["location"], expect=400)  # though the victim is signing in as well
    assert await database.fetchval("SELECT count(*) FROM sessione") == 0


async def test_a_planted_session_is_not_the_one_that_signing_in_opens(
    visitor: Callable[[], Visitor], settings: Settings
) -> None:
    person = visitor()
    person.client.cookies.set("sid", "scelto-da-altri", domain="127.0.0.1")
    await enter(person, settings)
    assert person.client.cookies["sid"] != "scelto-da-altri"
    thief = visitor()
    thief.client.cookies.set("sid", "scelto-da-altri")
    await thief.get("/comunicazioni")
    assert thief.page.path == "/entra"


async def test_a_sign_in_waits_ten_minutes_and_its_second_step_one(
    visitor: Callable[[], Visitor], settings: Settings, database: asyncpg.Connection
) -> None:
    person = visitor()
    request = await leave(person)
    await database.execute("UPDATE accesso_in_corso SET creato = now() - interval '10 minutes 1 second'")
    assert (await arrive(person, answer_to(request, settings), request)).status_code == 400
    request = await leave(person)
    arrived = await arrive(person, answer_to(request, settings), request)
    await database.execute("UPDATE accesso_in_corso SET creato = now() - interval '61 seconds'")
    await person.get(arrived.headers["location"], expect=400)


async def test_the_two_certificates_of_a_provider_both_count(
    visitor: Callable[[], Visitor], settings: Settings, providers: Path
) -> None:
    new = Provider(SPID.entity_id)
    (providers / "spid.xml").write_bytes(new.metadata(SPID.certificate))
    for provider in (SPID, new):
        person = visitor()
        request = await leave(person)
        assert (await arrive(person, answer_to(request, settings, provider), request)).status_code == 303


NR = {
    19: "credenziali troppe volte",
    20: "non ha il livello",
    21: "è passato troppo tempo",
    22: "Non hai dato il consenso",
    23: "sospesa, revocata o bloccata",
    25: "Hai annullato",
    30: "identità di un altro tipo",
    8: "colpa nostra",
    18: "colpa nostra",
    24: "ha rifiutato",
}


@pytest.mark.parametrize("sign", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize("number", NR)
async def test_each_refusal_of_spid_has_its_words(
    number: int, sign: bool, visitor: Callable[[], Visitor], settings: Settings, database: asyncpg.Connection
) -> None:
    person = visitor()
    request = await leave(person)
    response = unsigned(SPID, request, settings.base_url + ACS, {})
    response.remove(response.find("saml:Assertion", NS))
    code = response.find("samlp:Status/samlp:StatusCode", NS)
    code.set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
    value = {"Value": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"}
    etree.SubElement(code, q("samlp:StatusCode"), value)
    etree.SubElement(code.getparent(), q("samlp:StatusMessage")).text = f"ErrorCode nr{number:02d}"
    refused = await arrive(person, SPID.sign(response) if sign else response, request)
    assert refused.status_code == 403
    assert NR[number] in refused.text
    assert "<h1>Accesso non riuscito</h1>" in refused.text
    assert await database.fetchval("SELECT count(*) FROM sessione") == 0


async def test_every_exchange_is_in_the_register(
    visitor: Callable[[], Visitor], settings: Settings, database: asyncpg.Connection
) -> None:
    from omnia_com.identity import exchanges

    person = visitor()
    good, bad = await leave(person), await leave(person)
    await arrive(person, answer_to(good, settings), good)
    await arrive(person, answer_to(bad, settings, level=1), bad)
    for request, outcome, cf in ((good, "entrato", "SMPLCU79T31F205Z"), (bad, "livello_troppo_basso", "")):
        [kept] = await exchanges.read(request.id, "prova", "prova", settings)
        assert (kept.exchange.outcome, kept.exchange.codice_fiscale) == (outcome, cf)
        assert request.id in kept.exchange.parts["AuthnRequest"]
        assert "_asserzione" in kept.exchange.parts["Response"]


# --- single logout


def logout_request(settings: Settings, provider: Provider = SPID, **changes: str) -> Any:
    head = {"ID": "_esci", "Version": "2.0", "IssueInstant": stamp(), "Destination": settings.base_url + SLO}
    request = etree.Element(q("samlp:LogoutRequest"), {**head, **changes}, nsmap=NS)
    etree.SubElement(request, q("saml:Issuer")).text = provider.entity_id
    etree.SubElement(request, q("saml:NameID")).text = "_persona"
    return request


async def test_signing_out_at_the_provider_ends_the_session_here(
    visitor: Callable[[], Visitor], settings: Settings
) -> None:
    person = await enter(visitor(), settings)
    query = SPID.signed_query("SAMLRequest", logout_request(settings), "stato")
    answer = await person.client.get(f"{SLO}?{query}")
    assert answer.status_code == 302
    told = answer.headers["location"]
    assert told.startswith(f"{SPID.entity_id}/SingleLogoutService/Redirect?SAMLResponse=")
    assert "&RelayState=stato&" in told
    await person.get("/comunicazioni")
    assert person.page.path == "/entra"


async def test_a_posted_logout_is_answered_by_a_form_where_the_provider_wants_one(
    visitor: Callable[[], Visitor], settings: Settings
) -> None:
    person = await enter_by_form(visitor(), settings)
    form = {"SAMLRequest": posted(ONLY_POST.sign(logout_request(settings, ONLY_POST)))}
    answer = await person.client.post(SLO, data=form)
    assert f'action="{ONLY_POST.entity_id}/SingleLogoutService/POST"' in answer.text
    assert 'name="SAMLResponse"' in answer.text
    await person.get("/comunicazioni")
    assert person.page.path == "/entra"


async def enter_by_form(person: Visitor, settings: Settings) -> Visitor:
    page = await person.get(f"{ENTER}?idp={ONLY_POST.entity_id}")
    fields = dict(page.successful(page.button("Continua")[0], {}))
    request = Request(base64.b64decode(str(fields["SAMLRequest"])), str(fields["RelayState"]))
    arrived = await arrive(person, answer_to(request, settings, ONLY_POST), request)
    await person.get(arrived.headers["location"])
    return person


async def test_nobody_is_signed_out_by_a_message_that_is_not_the_providers(
    visitor: Callable[[], Visitor], settings: Settings, database: asyncpg.Connection
) -> None:
    person = await enter(visitor(), settings)
    other = Provider(SPID.entity_id)
    good = logout_request(settings)
    queries = {
        "unsigned": SPID.signed_query("SAMLRequest", good).partition("&SigAlg")[0],
        "another key": other.signed_query("SAMLRequest", good),
        "another relay state": SPID.signed_query("SAMLRequest", good, "a").replace("=a&", "=b&"),
        "another before it, in another spelling": f"SAML%52equest=x&{SPID.signed_query('SAMLRequest', good)}",
        "another instead of it": SPID.signed_query("SAMLRequest", good).replace("SAMLRequest", "SAML%52equest"),
        "twice": "SAMLRequest=x&" + SPID.signed_query("SAMLRequest", good),
        "another address": SPID.signed_query("SAMLRequest", logout_request(settings, Destination="https://x")),
        "old": SPID.signed_query("SAMLRequest", logout_request(settings, IssueInstant=stamp(minutes=-6))),
        "over": SPID.signed_query("SAMLRequest", logout_request(settings, NotOnOrAfter=stamp(minutes=-1))),
        "another provider's": CIE.signed_query("SAMLRequest", good),
        "nothing": "",
        "junk": "SAMLRequest=%00%ff",
    }
    for name, query in queries.items():
        answer = await person.client.get(f"{SLO}?{query}")
        assert answer.status_code in (400, 403), name
        assert "<h1>Accesso non riuscito</h1>" in answer.text, name
    for document in (good, other.sign(logout_request(settings)), CIE.sign(logout_request(settings))):
        assert (await person.client.post(SLO, data={"SAMLRequest": posted(document)})).status_code == 403
    await person.get("/comunicazioni")
    assert person.page.path == "/comunicazioni"


async def test_a_providers_answer_about_logout_is_taken(visitor: Callable[[], Visitor], settings: Settings) -> None:
    response = logout_request(settings)
    response.tag = q("samlp:LogoutResponse")
    response.remove(response.find("saml:NameID", NS))
    answer = await visitor().client.get(f"{SLO}?{SPID.signed_query('SAMLResponse', response)}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_esci_ends_the_session_of_cie_at_its_own_page_and_spids_here(
    visitor: Callable[[], Visitor], settings: Settings
) -> None:
    for provider, leads_to in ((CIE, f"{CIE.entity_id}/SingleLogoutService/Redirect"), (SPID, "/")):
        person = await enter(visitor(), settings, provider)
        out = await person.client.post("/esci", data={"csrf": person.page.token})
        assert (out.status_code, out.headers["location"]) == (303, leads_to)
        await person.get("/comunicazioni")
        assert person.page.path == "/entra"


# --- providers in a folder


async def test_metadata_is_there_before_any_provider(visitor: Callable[[], Visitor], providers: Path) -> None:
    for file in providers.iterdir():
        file.unlink()
    for path in ("/accesso/saml/metadata", "/accesso/cie/metadata"):
        answer = await visitor().client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/samlmetadata+xml")


BAD = {
    "junk": b"\x00\xff",
    "no XML": b"<a>",
    "no metadata": b"<a/>",
    "a page": b"<!DOCTYPE html><html/>",
    "out of date": Provider("https://vecchio.example").metadata(validUntil=stamp(days=-1)),
    "no instant": Provider("https://strano.example").metadata(validUntil="domani"),
    "addresses that are no place to go": Provider("javascript:alert(1)//x").metadata(),
    "over plain http": Provider("http://chiaro.example").metadata(),
    "no certificate": re.sub(rb"(?s)<md:KeyDescriptor.*?</md:KeyDescriptor>", b"", SPID.metadata()),
    "a certificate that is none": re.sub(rb"X509Certificate>[^<]+<", b"X509Certificate>AAAA<", SPID.metadata()),
    "a certificate of no version": re.sub(rb"(X509Certificate>[^<]{16})Ag", rb"\1AQ", SPID.metadata()),
    "a service provider": SPID.metadata().replace(b"IDPSSO", b"SPSSO"),
}


def test_a_bad_file_stops_no_other(tmp_path: Path) -> None:
    for index, content in enumerate(BAD.values()):
        (tmp_path / f"{index}.xml").write_bytes(content)
    (tmp_path / "z.xml").write_bytes(CIE.metadata())
    (tmp_path / ".nascosto.xml").write_bytes(SPID.metadata())
    assert list(saml_providers.Folder(tmp_path).all()) == [CIE.entity_id]


def test_one_file_may_describe_many_and_one_of_them_may_be_bad(tmp_path: Path) -> None:
    entities = etree.Element(q("md:EntitiesDescriptor"), nsmap=NS)
    for content in (SPID.metadata(), BAD["over plain http"], ONLY_POST.metadata()):
        entities.append(etree.fromstring(content))
    (tmp_path / "tutti.xml").write_bytes(b"<!-- del registro -->" + etree.tostring(entities))
    found = saml_providers.Folder(tmp_path).all()
    assert list(found) == [SPID.entity_id, ONLY_POST.entity_id]
    assert found[ONLY_POST.entity_id].binding == f"{BINDINGS}POST"


def test_cie_is_known_by_its_file_its_folder_or_its_host(tmp_path: Path) -> None:
    (tmp_path / "cie").mkdir()
    hosts = ("https://a.example", "https://b.example", "https://preproduzione.idserver.servizicie.interno.gov.it")
    for name, host in zip(("cie-prova.xml", "cie/prova.xml", "altro.xml"), hosts, strict=True):
        (tmp_path / name).write_bytes(Provider(host).metadata())
    (tmp_path / "spid.xml").write_bytes(SPID.metadata())
    schemes = {entity: p.scheme for entity, p in saml_providers.Folder(tmp_path).all().items()}
    assert schemes == dict.fromkeys(hosts, "cie") | {SPID.entity_id: "spid"}


async def test_a_provider_that_comes_or_goes_is_noticed(visitor: Callable[[], Visitor], providers: Path) -> None:
    person = visitor()
    (providers / "spid.xml").unlink()
    assert (await person.client.get(ENTER, params={"idp": SPID.entity_id})).status_code == 400
    (providers / "spid.xml").write_bytes(SPID.metadata())
    await leave(person)


def test_the_doors_say_where_they_lead(providers: Path) -> None:
    known = saml_providers.Folder(providers).all().values()
    assert {(p.name, p.origin) for p in known} == {
        ("Prova SPID", SPID.entity_id),
        ("Prova CIE", CIE.entity_id),
        ("Prova SPID", ONLY_POST.entity_id),
    }
    assert all(urlsplit(p.origin).path == "" for p in known)
