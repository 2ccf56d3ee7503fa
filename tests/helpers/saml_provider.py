"""An identity provider of the tests that signs SAML answers: right ones, and with its help any wrong one."""

import base64
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

from tests.helpers.signer import new_certificate

NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-"
LEVEL = "https://www.spid.gov.it/SpidL"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
Change = Callable[[Any], None]


def q(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"


def stamp(**later: float) -> str:
    """Now, or so much later, as SAML writes it."""
    return f"{datetime.now(UTC) + timedelta(**later):%Y-%m-%dT%H:%M:%SZ}"


def attributes_of(person: dict[str, str], scheme: str) -> dict[str, str]:
    """What SPID gives of a person; CIE gives four."""
    four = {
        "name": person["nome"],
        "familyName": person["cognome"],
        "dateOfBirth": person["data_nascita"],
        "fiscalNumber": f"TINIT-{person['codice_fiscale']}",
    }
    more = {
        "placeOfBirth": person["luogo_nascita_codice"],
        "countyOfBirth": person["luogo_nascita_provincia"],
        "email": person.get("email", ""),
        "mobilePhone": person.get("cellulare", ""),
        "digitalAddress": person.get("pec", ""),
    }
    return four if scheme == "cie" else four | more


@cache
def private(pem: bytes) -> Any:
    """The key itself: to read it takes longer than to sign."""
    return load_pem_private_key(pem, None)


class AnySigner(XMLSigner):
    """Signs with anything, SHA-1 included."""

    def check_deprecated_methods(self) -> None:
        pass


class Provider:
    """`sign_in` and `sign_out` are addresses where nobody listens: the tests are its pages."""

    def __init__(self, entity_id: str, scheme: str = "spid", bindings: tuple[str, ...] = ("Redirect", "POST")) -> None:
        self.entity_id, self.scheme, self.bindings = entity_id, scheme, bindings
        self.key, self.certificate = new_certificate(entity_id)

    def metadata(self, *more_certificates: bytes, **attributes: str) -> bytes:
        role = etree.Element(q("md:IDPSSODescriptor"), {"protocolSupportEnumeration": NS["samlp"]}, nsmap=NS)
        for certificate in (*more_certificates, self.certificate):
            key = etree.SubElement(role, q("md:KeyDescriptor"), {"use": "signing"})
            data = etree.SubElement(etree.SubElement(key, q("ds:KeyInfo")), q("ds:X509Data"))
            text = "".join(certificate.decode().split("-----")[2].split())
            etree.SubElement(data, q("ds:X509Certificate")).text = text
        for service in ("SingleLogoutService", "SingleSignOnService"):
            for binding in self.bindings:
                where = {"Binding": BINDINGS + binding, "Location": f"{self.entity_id}/{service}/{binding}"}
                etree.SubElement(role, q(f"md:{service}"), where)
        entity = etree.Element(q("md:EntityDescriptor"), {"entityID": self.entity_id, **attributes}, nsmap=NS)
        entity.append(role)
        organization = etree.SubElement(entity, q("md:Organization"))
        name = etree.SubElement(organization, q("md:OrganizationDisplayName"))
        name.set("{http://www.w3.org/XML/1998/namespace}lang", "it")
        name.text = f"Prova {self.scheme.upper()}"
        return bytes(etree.tostring(entity))

    def sign(self, element: Any, **how: Any) -> Any:
        """*element* with its signature after its Issuer, as SAML wants it."""
        place = etree.Element(q("ds:Signature"), {"Id": "placeholder"})
        element.insert(1, place)
        signer = AnySigner(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=how.get("signature", SignatureMethod.RSA_SHA256),
            digest_algorithm=how.get("digest", DigestAlgorithm.SHA256),
            c14n_algorithm=how.get("canonical", EXCLUSIVE),
        )
        key, certificate = how.get("key", self.key), how.get("certificate", self.certificate)
        reference = how.get("reference", f"#{element.get('ID')}")
        key = private(key) if isinstance(key, bytes) else key
        return signer.sign(element, key=key, cert=certificate.decode(), reference_uri=reference, id_attribute="ID")

    def signed_query(self, kind: str, document: Any, relay_state: str = "", key: bytes = b"") -> str:
        """The query of the HTTP-Redirect binding."""
        compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = base64.b64encode(compressor.compress(etree.tostring(document)) + compressor.flush()).decode()
        parts = {kind: packed, "RelayState": relay_state, "SigAlg": SignatureMethod.RSA_SHA256.value}
        query = "&".join(f"{name}={quote_plus(text)}" for name, text in parts.items() if text)
        signature = private(key or self.key).sign(query.encode(), PKCS1v15(), hashes.SHA256())
        return f"{query}&Signature={quote_plus(base64.b64encode(signature))}"


class Request:
    """An AuthnRequest of the service, as its provider reads it."""

    def __init__(self, document: bytes, relay_state: str, url: str = "") -> None:
        self.url, self.relay_state, self.document = url, relay_state, etree.fromstring(document)
        self.id, self.issuer = self.document.get("ID"), self.document.findtext("saml:Issuer", None, NS)

    @classmethod
    def in_address(cls, url: str) -> "Request":
        """As the browser brings it by a redirect."""
        parts = parse_qs(urlsplit(url).query)
        return cls(zlib.decompress(base64.b64decode(parts["SAMLRequest"][0]), -15), parts["RelayState"][0], url)

    def is_signed_by(self, certificate: x509.Certificate) -> bool:
        query = urlsplit(self.url).query
        signed, signature = query.partition("&Signature=")[0].encode(), parse_qs(query)["Signature"][0]
        public: Any = certificate.public_key()
        public.verify(base64.b64decode(signature), signed, PKCS1v15(), hashes.SHA256())
        return True


def unsigned(provider: Provider, request: Request, acs: str, attributes: dict[str, str], level: int = 2) -> Any:
    """A right answer, but for its signatures."""
    common = {"Version": "2.0", "IssueInstant": stamp()}
    head = {"ID": "_risposta", "InResponseTo": request.id, "Destination": acs}
    response = etree.Element(q("samlp:Response"), {**common, **head}, nsmap=NS)
    etree.SubElement(response, q("saml:Issuer")).text = provider.entity_id
    status = etree.SubElement(response, q("samlp:Status"))
    etree.SubElement(status, q("samlp:StatusCode"), {"Value": "urn:oasis:names:tc:SAML:2.0:status:Success"})
    response.append(_assertion(provider, request, acs, attributes, {"ID": "_asserzione", **common}, level))
    return response


def _assertion(
    provider: Provider, request: Request, acs: str, attributes: dict[str, str], head: dict[str, str], level: int
) -> Any:
    text = f"""
<saml:Assertion xmlns:saml="{NS["saml"]}"><saml:Issuer Format="{ENTITY}">{provider.entity_id}</saml:Issuer>
<saml:Subject><saml:NameID Format="{TRANSIENT}" NameQualifier="{provider.entity_id}">_persona</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
 Recipient="{acs}" InResponseTo="{request.id}" NotOnOrAfter="{stamp(minutes=5)}"/></saml:SubjectConfirmation>
</saml:Subject>
<saml:Conditions NotBefore="{stamp()}" NotOnOrAfter="{stamp(minutes=5)}"><saml:AudienceRestriction>
<saml:Audience>{request.issuer}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{stamp()}" SessionIndex="_sessione"><saml:AuthnContext>
<saml:AuthnContextClassRef>{LEVEL}{level}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement/></saml:Assertion>"""
    assertion = etree.fromstring(text)
    assertion.attrib.update(head)
    if provider.scheme == "cie":
        assertion.find("saml:Issuer", NS).attrib.pop("Format")
    statement = assertion.find("saml:AttributeStatement", NS)
    for name, value in attributes.items():
        attribute = etree.SubElement(statement, q("saml:Attribute"), {"Name": name})
        etree.SubElement(attribute, q("saml:AttributeValue")).text = value
    return assertion


def signed(provider: Provider, response: Any, **how: Any) -> Any:
    """The answer with both its signatures: the assertion's, then the response's."""
    assertion = response.find("saml:Assertion", NS)
    if assertion is not None and how.get("sign_assertion", True):
        response.replace(assertion, provider.sign(assertion, **how))
    return provider.sign(response, **how) if how.get("sign_response", True) else response


def posted(document: Any) -> str:
    raw = document if isinstance(document, bytes) else etree.tostring(document)
    return base64.b64encode(raw).decode()
