"""The certificate that a browser showed to the proxy, as the proxy hands it on in the header `Client-Cert`.

Two forms are read: RFC 9440 (a Byte Sequence of RFC 8941: base64 of the DER between colons) and nginx's
`$ssl_client_escaped_cert` (a PEM, percent-encoded). Whoever may send the header is decided elsewhere.
"""

import base64
import binascii
import re
import warnings
from collections.abc import Iterable
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

from .. import AccessRefused

HEADER = b"client-cert"
LONGEST = 16_000  # characters; a card's certificate has about 2,500
BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
PEM = re.compile(r"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n?")
PLACEHOLDER = re.compile(r":?\{[\w.]*\}:?")  # Caddy, where the browser has shown nothing
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def shown(headers: Iterable[tuple[bytes, bytes]]) -> x509.Certificate:
    """The certificate in the one `Client-Cert` of *headers* (names in small letters). Raises `AccessRefused`."""
    values = [value.strip().decode("latin-1") for name, value in headers if name == HEADER]
    if not any(values) or PLACEHOLDER.fullmatch(values[0]):
        raise AccessRefused("carta_assente", "il browser non ha mostrato un certificato")
    if len(values) > 1 or len(values[0]) > LONGEST:
        raise unreadable("più certificati, o troppo lungo")
    try:
        with warnings.catch_warnings(action="error", category=CryptographyDeprecationWarning):
            return x509.load_der_x509_certificate(_der(values[0]))
    except (*UNREADABLE, CryptographyDeprecationWarning) as e:  # such as a serial number below 1: RFC 5280 has none
        raise unreadable(type(e).__name__) from e


def _der(value: str) -> bytes:
    """Raises `ValueError`."""
    if match := BYTES.fullmatch(value):
        return base64.b64decode(match[1], validate=True)
    if match := PEM.fullmatch(unquote(value, errors="strict")):
        return base64.b64decode(match[1].replace("\n", ""), validate=True)
    raise binascii.Error("nessuna delle due forme")


def unreadable(detail: str) -> AccessRefused:
    return AccessRefused("carta_illeggibile", detail)
