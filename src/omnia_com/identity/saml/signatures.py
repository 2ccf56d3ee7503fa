"""XML signatures and signed queries: what we sign, and what counts as signed by a provider.

Only what a signature covers is ever read: `verified` gives back the element as it was signed, not as it arrived.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from urllib.parse import quote_plus, unquote_plus

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from ..remote import invalid
from .credentials import Credentials
from .xml import NS, Element, now, q, serialized

EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
TRANSFORMS = [SignatureConstructionMethod.enveloped.value, EXCLUSIVE.value]
RULES = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}),
)
QUERY_HASHES = {
    SignatureMethod.RSA_SHA256.value: hashes.SHA256(),
    SignatureMethod.RSA_SHA384.value: hashes.SHA384(),
    SignatureMethod.RSA_SHA512.value: hashes.SHA512(),
}
# What a signature may consist of: each element, and what may stand in it.
SHAPE = {
    "Signature": {"SignedInfo", "SignatureValue", "KeyInfo"},
    "SignedInfo": {"CanonicalizationMethod", "SignatureMethod", "Reference"},
    "Reference": {"Transforms", "DigestMethod", "DigestValue"},
    "Transforms": {"Transform"},
}


def sign(element: Element, ours: Credentials) -> Element:
    """*element* with its signature where `ds:Signature` stands empty in it."""
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=EXCLUSIVE,
    )
    return signer.sign(
        element, key=ours.key, cert=[ours.certificate], reference_uri=f"#{element.get('ID')}", id_attribute="ID"
    )


def verified(element: Element, certificates: Iterable[x509.Certificate]) -> Element:
    """*element* as one of these certificates' keys signed it, without its signature. Raises `AccessRefused`."""
    _check_shape(element)
    alone = serialized(element)
    for certificate in certificates:
        try:
            result = XMLVerifier().verify(alone, x509_cert=certificate, id_attribute="ID", expect_config=RULES)
        except (SignXMLException, etree.LxmlError, ValueError, TypeError, AttributeError):
            continue
        signed = None if isinstance(result, list) else result.signed_xml
        if signed is not None and (signed.tag, signed.get("ID")) == (element.tag, element.get("ID")):
            return signed
    raise invalid("firma non valida")


def _check_shape(element: Element) -> None:
    """One signature, a child of what it signs, over all of it, by the two transforms that the rules foresee."""
    found = element.findall("ds:Signature", NS)
    if len(found) != 1 or not element.get("ID"):
        raise invalid(f"{len(found)} firme su {etree.QName(element).localname}")
    for name, allowed in SHAPE.items():
        for part in found[0].iter(q(f"ds:{name}")):
            if not {etree.QName(child) for child in part} <= {etree.QName(q(f"ds:{tag}")) for tag in allowed}:
                raise invalid(f"firma con altro in {name}")
    references = [r.get("URI") for r in found[0].iter(q("ds:Reference"))]
    transforms = [t.get("Algorithm") for t in found[0].iter(q("ds:Transform"))]
    canonical = [c.get("Algorithm") for c in found[0].iter(q("ds:CanonicalizationMethod"))]
    if (references, transforms, canonical) != ([f"#{element.get('ID')}"], TRANSFORMS, [EXCLUSIVE.value]):
        raise invalid("firma su altro, o con altre trasformazioni")


def signed_query(message: str, value: str, relay_state: str, ours: Credentials) -> str:
    """The query of the HTTP-Redirect binding. *message*: SAMLRequest or SAMLResponse."""
    parts = {message: value, "RelayState": relay_state, "SigAlg": SignatureMethod.RSA_SHA256.value}
    query = _query({name: part for name, part in parts.items() if part})
    signature = ours.key.sign(query.encode(), PKCS1v15(), hashes.SHA256())
    return f"{query}&Signature={quote_plus(base64.b64encode(signature))}"


def _query(parts: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote_plus(part)}" for name, part in parts.items())


def check_query(raw: str, message: str, certificates: Iterable[x509.Certificate]) -> None:
    """Whether *raw*, a query as it arrived, is signed by one of these certificates' keys. Raises `AccessRefused`.

    The signature is over the characters as they were sent: they are taken from *raw*, in the rules' order. No other
    name may be there, in no other spelling: `SAML%52equest` would be read as well, and not be signed.
    """
    pairs = [pair.partition("=") for pair in raw.split("&")]
    sent = {name: f"{name}={value}" for name, _, value in pairs}
    names = [name for name in (message, "RelayState", "SigAlg") if name in sent]
    required = {message, "SigAlg", "Signature"}
    if len(sent) != len(pairs) or not required <= sent.keys() <= required | {"RelayState"}:
        raise invalid("richiesta non firmata")
    signed = "&".join(sent[name] for name in names).encode()
    algorithm = QUERY_HASHES.get(_unquoted(sent["SigAlg"]))
    try:
        signature = base64.b64decode(_unquoted(sent["Signature"]), validate=True)
    except binascii.Error:
        raise invalid("firma illeggibile") from None
    if algorithm is None or not any(_signed_by(c, signature, signed, algorithm) for c in certificates):
        raise invalid("firma non valida")


def _unquoted(pair: str) -> str:
    return unquote_plus(pair.partition("=")[2])


def _signed_by(certificate: x509.Certificate, signature: bytes, signed: bytes, algorithm: hashes.HashAlgorithm) -> bool:
    key = certificate.public_key()
    if (
        not isinstance(key, RSAPublicKey)
        or not certificate.not_valid_before_utc <= now() <= certificate.not_valid_after_utc
    ):
        return False
    try:
        key.verify(signature, signed, PKCS1v15(), algorithm)
    except InvalidSignature:
        return False
    return True
