"""Our key and certificate, as SPID's notice 29 wants them: made by a command, in the demonstration by themselves."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID, ObjectIdentifier

from omnia_com.settings import SettingsError

from .. import keys

BITS, DAYS = 3072, 730
URI = ObjectIdentifier("2.5.4.83")
ORGANIZATION_IDENTIFIER = ObjectIdentifier("2.5.4.97")
POLICIES = {"1.3.76.16": "AgIDroot", "1.3.76.16.6": "agIDcert", "1.3.76.16.4.2.1": "cert_SP_Pub"}


@dataclass(frozen=True, slots=True)
class Credentials:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def certificate_text(self) -> str:
        """The certificate as metadata carries it."""
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who offers the service, as certificate and metadata say it."""

    entity_id: str
    name: str
    ipa: str
    city: str
    belfiore: str
    url: str
    email: str
    phone: str


def load(key_file: Path, certificate_file: Path) -> Credentials:
    """Raises `SettingsError` if they are not a key of 2048 bits or more and its certificate."""
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    except OSError as e:
        raise SettingsError(
            f"OMNIA_SAML_KEY e OMNIA_SAML_CERTIFICATE: {e.filename} non si legge ({e.strerror})"
        ) from None
    except (ValueError, TypeError):
        raise SettingsError(
            "OMNIA_SAML_KEY e OMNIA_SAML_CERTIFICATE: servono file PEM, la chiave senza password"
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < keys.SMALLEST:
        raise SettingsError(f"OMNIA_SAML_KEY: {key_file} deve contenere una chiave RSA di almeno {keys.SMALLEST} bit")
    if key.public_key() != certificate.public_key():
        raise SettingsError(f"OMNIA_SAML_CERTIFICATE: {certificate_file} è di un'altra chiave")
    return Credentials(key, certificate)


def make(organisation: Organisation, days: int = DAYS) -> Credentials:
    """A new key and its self-signed certificate, for a public body."""
    key = rsa.generate_private_key(65537, BITS)
    begin = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=_subject(organisation),
        subject_name=_subject(organisation),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=begin,
        not_valid_after=begin + timedelta(days=days),
    )
    for extension, critical in _extensions():
        builder = builder.add_extension(extension, critical)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Credentials(key, builder.sign(key, hashes.SHA256()))


def make_request(organisation: Organisation) -> tuple[rsa.RSAPrivateKey, x509.CertificateSigningRequest]:
    """A new key, and the request with which AgID's authority makes its certificate."""
    key = rsa.generate_private_key(65537, BITS)
    builder = x509.CertificateSigningRequestBuilder(_subject(organisation))
    for extension, critical in _extensions():
        builder = builder.add_extension(extension, critical)
    return key, builder.sign(key, hashes.SHA256())


def _subject(o: Organisation) -> x509.Name:
    said = (
        (NameOID.ORGANIZATION_NAME, o.name),
        (NameOID.COMMON_NAME, o.name),
        (URI, o.entity_id),
        (ORGANIZATION_IDENTIFIER, f"PA:IT-{o.ipa}"),
        (NameOID.COUNTRY_NAME, "IT"),
        (NameOID.LOCALITY_NAME, o.city),
    )
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in said])


def _extensions() -> tuple[tuple[x509.ExtensionType, bool], ...]:
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    policies = [
        x509.PolicyInformation(ObjectIdentifier(oid), [x509.UserNotice(None, text)]) for oid, text in POLICIES.items()
    ]
    return (
        (x509.BasicConstraints(ca=False, path_length=None), False),
        (x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **usage), True),
        (x509.CertificatePolicies(policies), False),
    )


def key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def pem(document: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    return document.public_bytes(Encoding.PEM)


def made_once(folder: Path, organisation: Organisation) -> Path:
    """For the demonstration: a file with key and certificate of this organisation. Of several processes that make
    it at once the first wins."""
    file = folder / f"saml-{hashlib.sha256(repr(organisation).encode()).hexdigest()[:12]}.pem"
    if not file.exists():
        made = make(organisation)
        keys.make_once(file, key_pem(made.key) + pem(made.certificate))
    return file
