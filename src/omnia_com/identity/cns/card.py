"""The Carta nazionale dei servizi: whether a certificate is a card's, and whose.

Source: AgID, "Profilo di certificato digitale per l'autenticazione mediante Carta Nazionale dei Servizi": the
policy 1.3.76.16.2.1, clientAuth, digitalSignature, and a common name that begins with the holder's codice fiscale
and a slash. The TLS handshake that proves possession of the key, and revocation, are the proxy's.
"""

import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from omnia_com.italy import codice_fiscale
from omnia_com.settings import Settings, SettingsError

from .. import AccessRefused, Identity, claims
from .client_certificate import UNREADABLE, shown, unreadable

SECRET_HEADER = b"omnia-segreto"
SECRET = re.compile(r"[!-~]{32,200}")
POLICY = x509.ObjectIdentifier("1.3.76.16.2.1")
LEVEL = 3  # a key that never leaves a card, and its PIN: what SPID asks of its level 3
RSA_BITS, EC_BITS = 2048, 256

_ANY = verification.ExtensionPolicy.permit_all()  # the profile is checked here; cards have no subjectAltName
_CA = _ANY.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)


class CardReader:
    """Reads cards that the proxy vouches for. Raises `SettingsError` if it cannot be one."""

    def __init__(self, settings: Settings) -> None:
        self._secret = _secret(Path(settings.cns_segreto))
        self._store = verification.Store(_authorities(Path(settings.cns_ca)))

    def certificate(self, headers: Iterable[tuple[bytes, bytes]]) -> x509.Certificate:
        """What the proxy hands on, if it is the proxy that asks. Raises `AccessRefused`."""
        headers = list(headers)
        given = [value for name, value in headers if name == SECRET_HEADER]
        if len(given) != 1 or not hmac.compare_digest(given[0], self._secret):
            raise AccessRefused("non_dal_proxy", "senza il segreto del proxy")
        return shown(headers)

    def identity(self, certificate: x509.Certificate, now: datetime | None = None) -> Identity:
        """The holder of *certificate*, a card that is good at *now*. Raises `AccessRefused`."""
        now = now or datetime.now(UTC)
        try:
            self._check(certificate, now)
            return _holder(certificate, now)
        except UNREADABLE as e:
            raise unreadable(type(e).__name__) from e

    def _check(self, certificate: x509.Certificate, now: datetime) -> None:
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise AccessRefused("carta_scaduta", "fuori dal tempo di validità")
        builder = verification.PolicyBuilder().store(self._store).time(now.replace(tzinfo=None))
        verifier = builder.extension_policies(ca_policy=_CA, ee_policy=_ANY).build_client_verifier()
        try:
            verifier.verify(certificate, [])
        except verification.VerificationError as e:
            raise AccessRefused("carta_non_riconosciuta", "nessuna autorità riconosciuta l'ha firmata") from e
        if missing := [what for what, there in _profile(certificate) if not there]:
            raise AccessRefused("carta_non_cns", f"manca: {', '.join(missing)}")


def _profile(certificate: x509.Certificate) -> Iterable[tuple[str, bool]]:
    """What makes a certificate one of a card, and whether it is so."""
    found = {type(e.value): e.value for e in certificate.extensions}
    policies = found.get(x509.CertificatePolicies, ())
    usage, purposes = found.get(x509.KeyUsage), found.get(x509.ExtendedKeyUsage, ())
    basic = found.get(x509.BasicConstraints)
    yield "policy della CNS", any(p.policy_identifier == POLICY for p in policies)
    yield "clientAuth", ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    yield "digitalSignature", isinstance(usage, x509.KeyUsage) and usage.digital_signature
    yield "certificato di persona", not (isinstance(basic, x509.BasicConstraints) and basic.ca)
    yield "chiave abbastanza lunga", _long_enough(certificate)


def _long_enough(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= EC_BITS


def _holder(certificate: x509.Certificate, now: datetime) -> Identity:
    """The person of the subject; the day and place of birth are read from the codice fiscale."""
    cf, slash, _ = _text(certificate, NameOID.COMMON_NAME).partition("/")
    if not slash or not codice_fiscale.is_valid(cf):
        raise unreadable("il nome comune non comincia con un codice fiscale")
    names = {"given_name": _text(certificate, NameOID.GIVEN_NAME), "family_name": _text(certificate, NameOID.SURNAME)}
    facts = {"fiscal_number": cf, **names}
    issuer = issuer_of(certificate)
    return claims.identity_of(facts, level=LEVEL, scheme="cns", issuer=issuer, authenticated_at=now)


def issuer_of(certificate: x509.Certificate) -> str:
    """The authority's name; '' if it cannot be read."""
    try:
        return certificate.issuer.rfc4514_string()
    except UNREADABLE:
        return ""


def _text(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    """The one value of *oid* in the subject; '' where there is none, or several."""
    values = [str(a.value).strip() for a in certificate.subject.get_attributes_for_oid(oid)]
    return values[0] if len(values) == 1 else ""


def _secret(path: Path) -> bytes:
    try:
        text = path.read_text().strip()
    except (OSError, ValueError) as e:
        raise SettingsError(f"OMNIA_CNS_SEGRETO: {path} non si può leggere ({type(e).__name__})") from e
    if not SECRET.fullmatch(text):
        raise SettingsError("OMNIA_CNS_SEGRETO: nel file servono da 32 a 200 caratteri, senza spazi")
    return text.encode()


def _authorities(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, *UNREADABLE) as e:
        raise SettingsError(f"OMNIA_CNS_CA: {path} non contiene certificati PEM ({type(e).__name__})") from e
