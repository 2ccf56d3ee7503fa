"""Answers that a provider must not give, or that somebody made of one: none signs anybody in, none is a 500."""

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor, client_of
from tests.helpers.people import PERSONE
from tests.helpers.saml_provider import ENTITY, NS, Provider, Request, attributes_of, q, signed, stamp, unsigned
from tests.identity.saml.steps import ACS, CIE, SPID, leave, providers

__all__ = ["providers"]
OTHER = Provider(SPID.entity_id)  # the same name, another key
WEAK: dict[str, Any] = {"signature": SignatureMethod.RSA_SHA1, "digest": DigestAlgorithm.SHA1}
VICTIM, THIEF = PERSONE["P02"], PERSONE["P01"]
ROOT = "urn:oasis:names:tc:SAML:2.0:"


@dataclass
class Case:
    """One sign-in that has got as far as the provider."""

    request: Request
    acs: str
    provider: Provider = SPID

    def unsigned(self, person: dict[str, str] = THIEF, level: int = 2) -> Any:
        given = attributes_of(person, self.provider.scheme)
        return unsigned(self.provider, self.request, self.acs, given, level)

    def signed(self, change: Callable[[Any], None] = lambda _: None, **how: Any) -> Any:
        response = self.unsigned()
        change(response)
        return signed(self.provider, response, **how)


Attack = Callable[[Case], Any]


def find(response: Any, path: str) -> Any:
    return response.find(path, NS)


# --- what a provider may get wrong: the answer is signed all the same


def put(path: str, attribute: str, value: str | None) -> Callable[[Any], None]:
    """An attribute with another value, or with none."""

    def change(response: Any) -> None:
        element = response if path == "." else find(response, path)
        if value is None:
            element.attrib.pop(attribute)
        else:
            element.set(attribute, value)

    return change


def say(path: str, text: str) -> Callable[[Any], None]:
    def change(response: Any) -> None:
        find(response, path).text = text

    return change


def drop(path: str) -> Callable[[Any], None]:
    def change(response: Any) -> None:
        element = find(response, path)
        element.getparent().remove(element)

    return change


def twice(path: str) -> Callable[[Any], None]:
    def change(response: Any) -> None:
        element = find(response, path)
        element.addnext(copy.deepcopy(element))

    return change


def attribute(name: str) -> str:
    return f"saml:Assertion/saml:AttributeStatement/saml:Attribute[@Name='{name}']"


A = "saml:Assertion"
NAME_ID, DATA = (
    f"{A}/saml:Subject/saml:NameID",
    f"{A}/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData",
)
AUDIENCE = f"{A}/saml:Conditions/saml:AudienceRestriction/saml:Audience"
CONTEXT = f"{A}/saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef"
WRONG: dict[str, Callable[[Any], None]] = {
    "an ID that is empty": put(".", "ID", ""),
    "an old version": put(".", "Version", "1.1"),
    "another Destination": put(".", "Destination", "https://male.example/acs"),
    "no Destination": put(".", "Destination", None),
    "made before the request": put(".", "IssueInstant", stamp(minutes=-10)),
    "made in the future": put(".", "IssueInstant", stamp(days=1)),
    "a local instant": put(".", "IssueInstant", "2026-11-24T10:00:00+01:00"),
    "an instant that is none": put(".", "IssueInstant", "2026-13-45T99:99:99Z"),
    "another Issuer": say("saml:Issuer", "https://altro.example"),
    "an Issuer's Format that is none": put("saml:Issuer", "Format", "persistent"),
    "a status that is none": put("samlp:Status/samlp:StatusCode", "Value", "Success"),
    "two statuses": twice("samlp:Status"),
    "no assertion": drop(A),
    "two assertions": twice(A),
    "the assertion: made before the request": put(A, "IssueInstant", stamp(minutes=-10)),
    "the assertion: another Issuer": say(f"{A}/saml:Issuer", CIE.entity_id),
    "the assertion: no Format of the Issuer": put(f"{A}/saml:Issuer", "Format", None),
    "the assertion: an old version": put(A, "Version", "1.1"),
    "no subject": drop(f"{A}/saml:Subject"),
    "a NameID that stays": put(NAME_ID, "Format", f"{ROOT}nameid-format:persistent"),
    "no NameQualifier": put(NAME_ID, "NameQualifier", ""),
    "an empty NameID": say(NAME_ID, " "),
    "two NameIDs": twice(NAME_ID),
    "not a bearer": put(f"{A}/saml:Subject/saml:SubjectConfirmation", "Method", f"{ROOT}cm:holder-of-key"),
    "two confirmations": twice(f"{A}/saml:Subject/saml:SubjectConfirmation"),
    "another Recipient": put(DATA, "Recipient", "https://male.example/acs"),
    "another request within": put(DATA, "InResponseTo", "_altra"),
    "too late": put(DATA, "NotOnOrAfter", stamp(minutes=-5)),
    "no end": put(DATA, "NotOnOrAfter", None),
    "too early": put(f"{A}/saml:Conditions", "NotBefore", stamp(days=1)),
    "out of date": put(f"{A}/saml:Conditions", "NotOnOrAfter", stamp(minutes=-5)),
    "no conditions": drop(f"{A}/saml:Conditions"),
    "another audience": say(AUDIENCE, "https://altro-servizio.example"),
    "a second audience": twice(AUDIENCE),
    "a second restriction": twice(f"{A}/saml:Conditions/saml:AudienceRestriction"),
    "level 1": say(CONTEXT, "https://www.spid.gov.it/SpidL1"),
    "a level that is none": say(CONTEXT, f"{ROOT}ac:classes:PasswordProtectedTransport"),
    "signed in long ago": put(f"{A}/saml:AuthnStatement", "AuthnInstant", stamp(hours=-1)),
    "two authentications": twice(f"{A}/saml:AuthnStatement"),
    "no attributes": drop(f"{A}/saml:AttributeStatement"),
    "no codice fiscale": drop(attribute("fiscalNumber")),
    "a codice fiscale that is none": say(f"{attribute('fiscalNumber')}/saml:AttributeValue", "TINIT-1"),
    "a foreign number": say(f"{attribute('fiscalNumber')}/saml:AttributeValue", "TINDE-12345678901"),
    "two codici fiscali": twice(attribute("fiscalNumber")),
    "two values": twice(f"{attribute('fiscalNumber')}/saml:AttributeValue"),
}


# --- signature wrapping, in its eight forms, alone and within a response that is signed anew


def _evil(assertion: Any) -> Any:
    """The victim's, as the attacker would write it: no signature of its own."""
    evil = copy.deepcopy(assertion)
    if (signature := evil.find("ds:Signature", NS)) is not None:
        evil.remove(signature)
    evil.set("ID", "_malvagia")
    evil.find(
        f"{attribute('fiscalNumber').partition('/')[2]}/saml:AttributeValue", NS
    ).text = f"TINIT-{VICTIM['codice_fiscale']}"
    return evil


def xsw1(response: Any) -> Any:
    """The signed response within the signature of another."""
    evil, inside = copy.deepcopy(response), copy.deepcopy(response)
    evil.set("ID", "_malvagia_risposta")
    inside.remove(find(inside, "ds:Signature"))
    find(evil, "ds:Signature").append(inside)
    evil.replace(find(evil, A), _evil(find(evil, A)))
    return evil


def xsw2(response: Any) -> Any:
    """The signed response beside its signature, in another."""
    evil, beside = copy.deepcopy(response), copy.deepcopy(response)
    evil.set("ID", "_malvagia_risposta")
    beside.remove(find(beside, "ds:Signature"))
    find(evil, "ds:Signature").addprevious(beside)
    evil.replace(find(evil, A), _evil(find(evil, A)))
    return evil


def xsw3(response: Any) -> Any:
    """Another assertion before the signed one."""
    find(response, A).addprevious(_evil(find(response, A)))
    return response


def xsw4(response: Any) -> Any:
    """The signed assertion within another."""
    good = find(response, A)
    evil = _evil(good)
    response.replace(good, evil)
    evil.append(good)
    return response


def xsw5(response: Any) -> Any:
    """The signature on another assertion, the signed one at the end without it."""
    good = find(response, A)
    evil, bare = _evil(good), copy.deepcopy(good)
    bare.remove(find(bare, "ds:Signature"))
    evil.insert(1, copy.deepcopy(find(good, "ds:Signature")))
    response.replace(good, evil)
    response.append(bare)
    return response


def xsw6(response: Any) -> Any:
    """The signed assertion within the signature of another."""
    good = find(response, A)
    evil, bare, signature = _evil(good), copy.deepcopy(good), copy.deepcopy(find(good, "ds:Signature"))
    bare.remove(find(bare, "ds:Signature"))
    signature.append(bare)
    evil.insert(1, signature)
    response.replace(good, evil)
    return response


def xsw7(response: Any) -> Any:
    """Another assertion in an extension, where schemas let anything be."""
    extensions = etree.Element(q("samlp:Extensions"))
    extensions.append(_evil(find(response, A)))
    find(response, A).addprevious(extensions)
    return response


def xsw8(response: Any) -> Any:
    """The signed assertion as an object of the signature of another."""
    good = find(response, A)
    evil, bare, signature = _evil(good), copy.deepcopy(good), copy.deepcopy(find(good, "ds:Signature"))
    bare.remove(find(bare, "ds:Signature"))
    etree.SubElement(signature, q("ds:Object")).append(bare)
    evil.insert(1, signature)
    response.replace(good, evil)
    return response


XSW = (xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8)


def wrong(change: Callable[[Any], None]) -> Attack:
    return lambda case: case.signed(change)


def wrapped(wrap: Callable[[Any], Any]) -> Attack:
    return lambda case: wrap(case.signed())


def wrapped_and_signed(wrap: Callable[[Any], Any]) -> Attack:
    """Somebody between us and the provider signs whatever response passes: only the assertion's signature defends."""
    return lambda case: SPID.sign(wrap(case.signed(sign_response=False)))


# --- signatures that are none, or not what the rules foresee


def unsigned_assertion_in_a_signed_response(case: Case) -> Any:
    return case.signed(sign_assertion=False)


def assertion_of_another_key(case: Case) -> Any:
    response = case.unsigned()
    response.replace(find(response, A), OTHER.sign(find(response, A)))
    return SPID.sign(response)


def key_in_the_signature(case: Case) -> Any:
    """The attacker's own certificate comes with the signature, as if that made it trusted."""
    return signed(OTHER, case.unsigned())


def changed_after_signing(path: str, text: str) -> Attack:
    def attack(case: Case) -> Any:
        response = case.signed()
        find(response, path).text = text
        return response

    return attack


def over_nothing_named(case: Case) -> Any:
    """Reference "": the whole document, whatever that is when it is read."""
    response = case.unsigned()
    find(response, A).attrib.pop("ID")  # the signer then refers to "" by itself
    response.replace(find(response, A), SPID.sign(find(response, A), reference=None))
    assert find(response, f"{A}/ds:Signature/ds:SignedInfo/ds:Reference").get("URI") == ""
    return SPID.sign(response)


def with_transforms(*algorithms: str) -> Attack:
    """Other transforms than signed: they could choose what is digested."""

    def attack(case: Case) -> Any:
        response = case.signed()
        transforms = find(response, "ds:Signature/ds:SignedInfo/ds:Reference/ds:Transforms")
        for child in list(transforms):
            transforms.remove(child)
        for algorithm in algorithms:
            transform = etree.SubElement(transforms, q("ds:Transform"), {"Algorithm": algorithm})
            if algorithm.endswith("REC-xslt-19991116"):
                transform.append(etree.fromstring(XSLT))
            if algorithm.endswith("REC-xpath-19991116"):
                etree.SubElement(transform, q("ds:XPath")).text = "not(ancestor-or-self::*)"
        return response

    return attack


XSLT = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">
<xsl:value-of select="document('file:///etc/passwd')"/></xsl:template></xsl:stylesheet>"""
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def two_references(case: Case) -> Any:
    response = case.signed()
    reference = find(response, "ds:Signature/ds:SignedInfo/ds:Reference")
    reference.addnext(copy.deepcopy(reference))
    return response


def two_signatures(case: Case) -> Any:
    response = case.signed()
    find(response, "ds:Signature").addnext(copy.deepcopy(find(response, "ds:Signature")))
    return response


def hmac_with_our_public_key(case: Case) -> Any:
    response = case.signed()
    method = find(response, "ds:Signature/ds:SignedInfo/ds:SignatureMethod")
    method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    return response


def with_empty_signature(case: Case) -> Any:
    response = case.unsigned()
    for element in (find(response, A), response):
        element.insert(1, etree.Element(q("ds:Signature")))
    return response


# --- XML itself


def raw(case: Case) -> bytes:
    document: bytes = etree.tostring(case.signed())
    return document


def comment_in(path: str) -> Attack:
    """«attacker<!-- -->.victim»: readers that stop at a comment see another value than was signed."""

    def attack(case: Case) -> Any:
        response = case.signed()
        element = find(response, path)
        element.text, rest = element.text[:4], element.text[4:]
        comment = etree.Comment("x")
        comment.tail = rest
        element.insert(0, comment)
        return response

    return attack


def with_doctype(inside: str) -> Attack:
    return lambda case: f"<!DOCTYPE r [{inside}]>".encode() + raw(case)


def laughs(case: Case) -> bytes:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    return f'<!DOCTYPE r [<!ENTITY l0 "ah">{entities}]><r>&l11;</r>'.encode()


def in_encoding(name: str) -> Attack:
    """A DTD that a look for its ASCII characters does not find."""
    text = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
    return lambda _: f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(name)


def duplicate_id(case: Case) -> Any:
    response = case.signed()
    find(response, NAME_ID).set("ID", "_asserzione")
    return response


def duplicate_lower_case_id(case: Case) -> Any:
    response = case.signed()
    find(response, NAME_ID).set("Id", "_asserzione")
    return response


def encrypted(case: Case) -> Any:
    response = case.unsigned()
    hidden = etree.Element(q("saml:EncryptedAssertion"))
    etree.SubElement(hidden, "{http://www.w3.org/2001/04/xmlenc#}EncryptedData").text = "AAAA"
    response.replace(find(response, A), hidden)
    return SPID.sign(response)


def markup_in_a_value(case: Case) -> Any:
    def change(response: Any) -> None:
        value = find(response, f"{attribute('fiscalNumber')}/saml:AttributeValue")
        value.text = ""
        etree.SubElement(value, "x").text = f"TINIT-{VICTIM['codice_fiscale']}"

    return case.signed(change)


def deep(case: Case) -> bytes:
    return b"<a>" * 20_000 + b"</a>" * 20_000


def other_root(case: Case) -> Any:
    response = case.signed()
    wrapper = etree.Element("{urn:x}Busta", {"InResponseTo": case.request.id})
    wrapper.append(response)
    return wrapper


def assertion_alone(case: Case) -> Any:
    assertion = find(case.signed(sign_response=False), A)
    assertion.set("InResponseTo", case.request.id)
    return assertion


def another_providers(case: Case) -> Any:
    """Signed by CIE, which we know, about a request to SPID."""
    return signed(CIE, unsigned(CIE, case.request, case.acs, attributes_of(VICTIM, "spid"), 3))


def in_the_name_of(case: Case) -> Any:
    """Signed by CIE, saying that it is the provider that was asked."""
    response = unsigned(SPID, case.request, case.acs, attributes_of(VICTIM, "spid"), 3)
    return signed(CIE, response)


def no_request(case: Case) -> Any:
    """Unasked for: what single sign-on begun by a provider would send."""
    return case.signed(put(".", "InResponseTo", None))


ATTACKS: dict[str, Attack] = {
    **{name: wrong(change) for name, change in WRONG.items()},
    **{f"{wrap.__name__.upper()}: {wrap.__doc__}": wrapped(wrap) for wrap in XSW},
    **{f"{wrap.__name__.upper()} in a signed response": wrapped_and_signed(wrap) for wrap in XSW[2:]},
    "no signature": Case.unsigned,
    "empty signatures": with_empty_signature,
    "the response unsigned": lambda case: case.signed(sign_response=False),
    "the assertion unsigned": unsigned_assertion_in_a_signed_response,
    "another key": key_in_the_signature,
    "another key on the assertion": assertion_of_another_key,
    "SHA-1": lambda case: case.signed(**WEAK),
    "SHA-1 digests": lambda case: case.signed(digest=DigestAlgorithm.SHA1),
    "an HMAC": hmac_with_our_public_key,
    "inclusive canonicalisation": lambda case: case.signed(canonical=CanonicalizationMethod.CANONICAL_XML_1_0),
    "canonicalisation with comments": lambda case: case.signed(
        canonical=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS
    ),
    "no transforms": with_transforms(),
    "XSLT": with_transforms(ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116", EXCLUSIVE),
    "XPath": with_transforms(ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116", EXCLUSIVE),
    "base64": with_transforms(ENVELOPED, "http://www.w3.org/2000/09/xmldsig#base64", EXCLUSIVE),
    "a transform twice": with_transforms(ENVELOPED, ENVELOPED, EXCLUSIVE),
    "two references": two_references,
    "two signatures": two_signatures,
    "a reference to the whole": over_nothing_named,
    "another codice fiscale after signing": changed_after_signing(
        f"{attribute('fiscalNumber')}/saml:AttributeValue", f"TINIT-{VICTIM['codice_fiscale']}"
    ),
    "another level after signing": changed_after_signing(CONTEXT, "https://www.spid.gov.it/SpidL3"),
    "another provider's answer": another_providers,
    "another provider in this one's name": in_the_name_of,
    "unasked for": no_request,
    "another request's": lambda case: case.signed(put(".", "InResponseTo", "_altra")),
    "a comment in the NameID": comment_in(NAME_ID),
    "a comment in the codice fiscale": comment_in(f"{attribute('fiscalNumber')}/saml:AttributeValue"),
    "a comment in the Issuer": comment_in("saml:Issuer"),
    "a processing instruction": lambda case: b"<?php x?>" + raw(case),
    "a DTD": with_doctype(""),
    "an entity": with_doctype('<!ENTITY x "y">'),
    "an entity from a file": with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">'),
    "a DTD from elsewhere": with_doctype('<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;'),
    "a billion laughs": laughs,
    "a DTD in UTF-16": in_encoding("utf-16"),
    "a DTD in UTF-7": in_encoding("utf-7"),
    "a DTD in EBCDIC": in_encoding("cp037"),
    "the same ID twice": duplicate_id,
    "the same Id in other letters": duplicate_lower_case_id,
    "encrypted junk": encrypted,
    "elements in a value": markup_in_a_value,
    "deep": deep,
    "another root": other_root,
    "an assertion alone": assertion_alone,
    "nothing": lambda _: b"",
    "junk": lambda _: b"\x00\xff" * 100,
    "half of it": lambda case: raw(case)[:500],
    "a bomb": lambda _: b"<a " + b" ".join(b'x%d="1"' % i for i in range(9_000)) + b"/>",
}


@pytest.fixture
async def case(visitor: Callable[[], Visitor], settings: Settings) -> Case:
    return Case(await leave(visitor()), settings.base_url + ACS)


async def post(case: Case, saml_response: str) -> httpx.Response:
    form = {"SAMLResponse": saml_response, "RelayState": case.request.relay_state}
    async with client_of(case.acs) as cross_site:
        return await cross_site.post("", data=form)


async def nobody_entered(answer: httpx.Response, database: asyncpg.Connection) -> None:
    assert answer.status_code in (400, 403, 413), answer.text[:300]
    assert "location" not in answer.headers
    assert "Se chiedi aiuto, indica questo numero" in answer.text
    assert await database.fetchval("SELECT count(*) FROM sessione") == 0
    assert not await database.fetchval("SELECT count(*) FROM accesso_in_corso WHERE dati ? 'signed_in'")


async def test_the_right_answer_is_taken(case: Case) -> None:
    """What the attacks are made of is good."""
    answer = await post(case, base64.b64encode(raw(case)).decode())
    assert answer.status_code == 303


@pytest.mark.parametrize("name", ATTACKS)
async def test_no_attack_signs_anybody_in(name: str, case: Case, database: asyncpg.Connection) -> None:
    made = ATTACKS[name](case)
    document = made if isinstance(made, bytes) else etree.tostring(made)
    answer = await post(case, base64.b64encode(document).decode())
    assert "<h1>Accesso non riuscito</h1>" in answer.text
    await nobody_entered(answer, database)


@pytest.mark.parametrize(
    "text", ["", "è", "%%%", "A", "====", "A" * 200_000, "A" * 400_000], ids=lambda text: f"{len(text)} {text[:3]}"
)
async def test_what_is_no_base64_is_refused_in_words(text: str, case: Case, database: asyncpg.Connection) -> None:
    await nobody_entered(await post(case, text), database)


async def test_another_relay_state_is_refused(case: Case, database: asyncpg.Connection) -> None:
    case.request.relay_state = "altro"
    await nobody_entered(await post(case, base64.b64encode(raw(case)).decode()), database)


async def test_a_provider_whose_certificate_has_expired_is_none(
    visitor: Callable[[], Visitor], settings: Settings, providers: Path
) -> None:
    from tests.helpers.signer import new_certificate

    old = Provider("https://scaduto.example")
    old.key, old.certificate = new_certificate(old.entity_id, days=-1)
    (providers / "scaduto.xml").write_bytes(old.metadata())
    answer = await visitor().client.get("/accesso/saml/entra", params={"idp": old.entity_id})
    assert answer.status_code == 400


async def test_a_provider_that_goes_while_somebody_is_there_is_no_longer_believed(
    case: Case, database: asyncpg.Connection, providers: Path
) -> None:
    document = raw(case)
    (providers / "spid.xml").unlink()
    await nobody_entered(await post(case, base64.b64encode(document).decode()), database)


def test_cie_may_leave_out_what_spid_must_say() -> None:
    """The one difference between them: Format of the assertion's Issuer."""
    request = Request(b"<r ID='_r'/>", "s")
    for provider, format in ((CIE, None), (SPID, ENTITY)):
        response = unsigned(provider, request, "https://x", attributes_of(THIEF, provider.scheme))
        assert find(response, f"{A}/saml:Issuer").get("Format") == format
