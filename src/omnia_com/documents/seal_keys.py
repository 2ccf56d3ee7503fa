"""The key and the certificates with which receipts are sealed; in the demonstration of a small authority of its own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from omnia_com.identity import keys
from omnia_com.settings import Settings, SettingsError

DAYS = 3650
NAMES = "OMNIA_SIGILLO_CHIAVE e OMNIA_SIGILLO_CERTIFICATO"
DEMO_FILE, DEMO_AUTHORITY = "sigillo-dimostrativo.pem", "Autorità dimostrativa di OMNIA IS – COM"


@dataclass(frozen=True, slots=True)
class SealKeys:
    """`chain`: the certificate of the key first, then those up to its authority."""

    key: PrivateKeyTypes
    chain: tuple[x509.Certificate, ...]


def load(settings: Settings) -> SealKeys | None:
    """None where there is no certificate: then nothing is sealed. Raises `SettingsError`."""
    if settings.sigillo_chiave and settings.sigillo_certificato:
        return _read(Path(settings.sigillo_chiave), Path(settings.sigillo_certificato))
    if settings.sigillo_chiave or settings.sigillo_certificato:
        raise SettingsError(f"{NAMES}: scrivile tutte e due, o nessuna")
    if not settings.demo:
        return None
    file = settings.data / DEMO_FILE
    if not file.exists():
        keys.make_once(file, _demonstration(settings.ente))
    return _read(file, file)


def _read(key_file: Path, chain_file: Path) -> SealKeys:
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        chain = tuple(x509.load_pem_x509_certificates(chain_file.read_bytes()))
    except OSError as e:
        raise SettingsError(f"{NAMES}: {e.filename} non si legge ({e.strerror})") from None
    except (ValueError, TypeError):
        raise SettingsError(f"{NAMES}: servono file PEM, la chiave senza password") from None
    if key.public_key() != chain[0].public_key():
        raise SettingsError(f"{NAMES}: il primo certificato di {chain_file} è di un'altra chiave")
    return SealKeys(key, chain)


def _demonstration(name: str) -> bytes:
    """A key, its certificate and that of its authority, whose own key is forgotten at once."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEMO_AUTHORITY)])
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, "Sigillo dimostrativo"),
        ]
    )
    root = _certificate(issuer, issuer, authority, authority, authority=True)
    leaf = _certificate(subject, issuer, key, authority, authority=False)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + b"".join(c.public_bytes(Encoding.PEM) for c in (leaf, root))


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    begin = datetime.now(UTC) - timedelta(minutes=5)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    signs = {"digital_signature": not authority, "content_commitment": not authority}
    issues = {"key_cert_sign": authority, "crl_sign": authority}
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(x509.KeyUsage(**usage, **signs, **issues), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
