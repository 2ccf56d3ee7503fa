"""The seal on a receipt: PAdES (B-B, and B-T where a time-stamp is to be had), once, on the finished file."""

import io
from typing import Any

import aiohttp
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from omnia_com.communications.register import Stamp
from omnia_com.settings import Settings

from .pdf.field import FIELD
from .pdf.finish import ENDS_IN_CR
from .seal_keys import SealKeys, load

PATIENCE = 4  # seconds that a time-stamp is waited for


class StampAway(Exception):
    """The authority of time-stamps does not answer: the receipt waits for it."""


class Seal:
    def __init__(self, keys: SealKeys, stamps: str = "") -> None:
        """*stamps*: the address of an authority of time-stamps (RFC 3161), '' for none."""
        leaf, *above = [asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in keys.chain]
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(above)
        der = keys.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        key = asn1_keys.PrivateKeyInfo.load(der)
        self._signer = signers.SimpleSigner(leaf, key, store, embed_roots=False)
        self._stamps = stamps

    def put_on(self, pdf: bytes) -> bytes:
        """*pdf*, which has the field, with the seal in it. Raises `StampAway`."""
        while ENDS_IN_CR.search(sealed := self._sealed(pdf)):
            pass  # another second, or another signature: see `pdf/finish.py`
        return sealed

    def _sealed(self, pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        # It would write the metadata anew, and PDF/A asks that both kinds of it agree.
        writer._update_meta = lambda: None  # type: ignore[method-assign]
        about = signers.PdfSignatureMetadata(
            field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        stamper = HTTPTimeStamper(self._stamps, timeout=PATIENCE) if self._stamps else None
        try:
            out: Any = signers.sign_pdf(writer, about, self._signer, stamper, existing_fields_only=True)
        except (TimestampRequestError, aiohttp.ClientError, TimeoutError) as e:
            raise StampAway(type(e).__name__) from e
        return bytes(out.getvalue())


def seal_of(settings: Settings) -> Seal | None:
    """None where there is no certificate. Raises `SettingsError`."""
    keys = load(settings)
    return Seal(keys, settings.marca_temporale) if keys else None


def stamp_of(settings: Settings) -> Stamp | None:
    """What time-stamps a SHA-256 (RFC 3161), by the authority of the settings; None without one."""
    if not (address := settings.marca_temporale):
        return None

    async def stamp(digest: bytes) -> bytes:
        """The token. Raises `StampAway`."""
        try:
            token = await HTTPTimeStamper(address, timeout=PATIENCE).async_timestamp(digest, "sha256")
        except (TimestampRequestError, aiohttp.ClientError, TimeoutError) as e:
            raise StampAway(type(e).__name__) from e
        return bytes(token.dump())

    return stamp
