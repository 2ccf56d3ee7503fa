"""Cards and those who issue them, made for a test: authorities, good cards, and cards with one thing wrong."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.3.76.16.2.1"
ANNA = "PRVNNA85E49H501L"
SECRET = "un-segreto-fatto-per-le-prove-0123456789"
NOW = datetime.now(UTC)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Issued:
    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """(certificate, key), as PEM files of *folder*."""
        paths = folder / f"{name}.pem", folder / f"{name}.key"
        paths[0].write_text(self.pem)
        paths[1].write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return paths


def rfc9440(der: bytes) -> bytes:
    """A certificate as the header `Client-Cert` has it."""
    return b":" + base64.b64encode(der) + b":"


@cache
def key(bits: int = 2048, which: str = "") -> Key:
    return rsa.generate_private_key(65537, bits)


@cache
def authority(name: str = "CA di prova CNS", which: str = "ca") -> Issued:
    mine, subject = key(which=which), _name((NameOID.COMMON_NAME, name))
    builder = _builder(subject, subject, mine, NOW - timedelta(days=100), NOW + timedelta(days=1000))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    return Issued(builder.sign(mine, hashes.SHA256()), mine)


def card(
    cn: str = f"{ANNA}/6120010012345678.Yx3bA0o=",
    *,
    names: tuple[str, str] | None = ("ANNA", "PROVA"),
    policies: tuple[str, ...] = (POLICY,),
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    usage: str = "digital_signature",
    days: tuple[int, int] = (-10, 1000),
    issuer: Issued | None = None,
    bits: int = 2048,
    also: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    subject: tuple[tuple[x509.ObjectIdentifier, str], ...] = (),
) -> Issued:
    """A card as AgID's profile wants it, but for what is said otherwise."""
    issuer, mine = issuer or authority(), key(bits, "card")
    given = ((NameOID.GIVEN_NAME, names[0]), (NameOID.SURNAME, names[1])) if names else ()
    whole = _name((NameOID.COUNTRY_NAME, "IT"), *given, (NameOID.COMMON_NAME, cn), *subject)
    start, end = (NOW + timedelta(days=d) for d in days)
    builder = _builder(whole, issuer.certificate.subject, mine, start, end)
    if policies:
        infos = [x509.PolicyInformation(x509.ObjectIdentifier(p), None) for p in policies]
        builder = builder.add_extension(x509.CertificatePolicies(infos), critical=False)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    builder = builder.add_extension(_usage(**{usage: True}), critical=True)
    for extension, critical in also:
        builder = builder.add_extension(extension, critical=critical)
    return Issued(builder.sign(issuer.key, hashes.SHA256()), mine)


@cache
def server(*hosts: str) -> Issued:
    """What the proxy shows, for *hosts*."""
    issuer, mine = authority("CA di prova TLS", "tls"), key(which="server")
    builder = _builder(
        _name((NameOID.COMMON_NAME, hosts[0])), issuer.certificate.subject, mine, NOW - timedelta(days=1),
        NOW + timedelta(days=30),
    )  # fmt: skip
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in hosts]), critical=False)
    return Issued(builder.sign(issuer.key, hashes.SHA256()), mine)


def _builder(
    subject: x509.Name, issuer: x509.Name, mine: Key, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(mine.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start)
    return builder.not_valid_after(end)


def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def _usage(**yes: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    more = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    every: dict[str, Any] = dict.fromkeys((*names, *more), False)
    return x509.KeyUsage(**every | yes)


def revocations(issuer: Issued, *gone: Issued) -> str:
    """The CRL of *issuer*, as PEM, with the cards that are *gone*."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(NOW - timedelta(days=1)).next_update(NOW + timedelta(days=1))
    for card in gone:
        revoked = x509.RevokedCertificateBuilder().serial_number(card.certificate.serial_number)
        builder = builder.add_revoked_certificate(revoked.revocation_date(NOW - timedelta(hours=1)).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def bundle(folder: Path) -> Path:
    """The authorities of the cards: of the two, the second has issued these."""
    path = folder / "cns-ca.pem"
    path.write_text(authority("Altra CA di prova", "other").pem + authority().pem)
    return path


BAD: dict[str, tuple[Issued, str]] = {}  # what is wrong -> (the card, the reason with which it is refused)


def bad() -> dict[str, tuple[Issued, str]]:
    """Every card that must not let anybody in."""
    if not BAD:
        foreign = authority("CA di prova CNS", "foreign")  # the same name, another key
        as_if = card(cn="Uno che firma", also=())
        not_yet, ended = (1, 1000), (-1000, -1)
        email = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
        ca = ((x509.BasicConstraints(ca=True, path_length=None), True),)
        unknown = ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.76.16.99"), b"\x05\x00"), True),)
        BAD.update(
            {
                "no policy": (card(policies=()), "carta_non_cns"),
                "the policy of a signature": (card(policies=("1.3.76.24.1.1.1", POLICY + ".1")), "carta_non_cns"),
                "no clientAuth": (card(purposes=email), "carta_non_cns"),
                "no purpose": (card(purposes=()), "carta_non_cns"),
                "a signing key": (card(usage="content_commitment"), "carta_non_cns"),
                "an authority": (card(also=ca), "carta_non_cns"),
                "the authority itself": (authority(), "carta_non_cns"),
                "a short key": (card(bits=1024), "carta_non_cns"),
                "an unknown critical extension": (card(also=unknown), "carta_non_riconosciuta"),
                "bad check character": (card(f"{ANNA[:-1]}M/612001"), "carta_illeggibile"),
                "no codice fiscale": (card("12345678901/612001"), "carta_illeggibile"),
                "small letters": (card(f"{ANNA.lower()}/612001"), "carta_illeggibile"),
                "no slash": (card(ANNA), "carta_illeggibile"),
                "an empty name": (card("/"), "carta_illeggibile"),
                "two common names": (
                    card(subject=((NameOID.COMMON_NAME, "SMPLCU79T31F205Z/6"),)),
                    "carta_illeggibile",
                ),
                "expired": (card(days=ended), "carta_scaduta"),
                "not yet valid": (card(days=not_yet), "carta_scaduta"),
                "a foreign authority": (card(issuer=foreign), "carta_non_riconosciuta"),
                "issued by a card": (card(issuer=as_if), "carta_non_riconosciuta"),
            }
        )
    return BAD
