"""Keys and certificates of identity providers that only the tests know."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def new_certificate(name: str, days: int = 30, bits: int = 2048) -> tuple[bytes, bytes]:
    """(private key, self-signed certificate), both PEM; with negative *days* it has expired."""
    key = rsa.generate_private_key(65537, bits)
    subject, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[-60:])]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), certificate.public_bytes(Encoding.PEM)
