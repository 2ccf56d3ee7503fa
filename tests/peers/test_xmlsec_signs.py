"""An answer signed by another implementation, with the list of prefixes that CIE's provider (Shibboleth) writes."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from omnia_com.identity.saml import providers, requests, responses, xml
from tests.helpers.people import PERSONE
from tests.helpers.saml_provider import NS, Provider, Request, attributes_of, unsigned
from tests.peers.venv import peer

pytestmark = pytest.mark.peers

TEMPLATE = """<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="#{}"><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces
 xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs md"/></ds:Transform></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
<ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>"""
CIE = Provider("https://cie.prova.example", "cie")


def signed_by_xmlsec(document: Any, element: Any, name: str, folder: Path) -> Any:
    (folder / "key").write_bytes(CIE.key)
    (folder / "certificate").write_bytes(CIE.certificate)
    element.insert(1, etree.fromstring(TEMPLATE.format(element.get("ID"))))
    (folder / "in.xml").write_bytes(etree.tostring(document))
    credentials = ("--sign", "--privkey-pem", f"{folder / 'key'},{folder / 'certificate'}")
    files = ("--id-attr:ID", f"urn:oasis:names:tc:SAML:2.0:{name}", "--output", folder / "out.xml", folder / "in.xml")
    stand_in = Path(__file__).with_name("xmlsec1.py")
    subprocess.run([peer("python"), stand_in, *credentials, *files], check=True)
    return etree.parse(folder / "out.xml").getroot()


def test_its_answer_is_taken(tmp_path: Path) -> None:
    request = Request(f'<r xmlns:saml="{NS["saml"]}" ID="_r"><saml:Issuer>https://noi</saml:Issuer></r>'.encode(), "s")
    response = unsigned(CIE, request, "https://noi/acs", attributes_of(PERSONE["P02"], "cie"), 3)
    assertion = response.find("saml:Assertion", NS)
    response = signed_by_xmlsec(response, assertion, "assertion:Assertion", tmp_path)
    response = signed_by_xmlsec(response, response, "protocol:Response", tmp_path)
    pending = requests.PendingSaml("_r", CIE.entity_id, 2, "s", time.time(), "https://noi", "/", "")
    [entity] = providers.entities(CIE.metadata())
    provider, us = providers.provider_of(entity, is_cie=True), responses.Addressee("https://noi", "https://noi/acs")
    read = xml.read(etree.tostring(response), responses.LARGEST)
    identity, _ = responses.identity_in(read, pending, provider, us)
    assert (identity.codice_fiscale, identity.scheme, identity.level) == ("SMPLCU79T31F205Z", "cie", 3)
