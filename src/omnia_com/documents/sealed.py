"""Whether a sealed receipt is whole, and by whom it is: of the file alone, without network or database."""

import asyncio
import hashlib
import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import pikepdf
from asn1crypto import x509 as asn1_x509
from asn1crypto.cms import ContentInfo
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from .pdf.text import contains_text

DATA_NAME = "comunicazione.json"


class NotGenuine(Exception):
    """Why, in words for whoever holds the file."""


class Said(msgspec.Struct, frozen=True):
    """What a true receipt says of itself."""

    protocol: str
    sent_at: datetime
    sha256: str
    sealed_by: str
    stamped_at: datetime | None
    """By an authority of time-stamps; None without one."""


def check(pdf: bytes, authorities: Iterable[x509.Certificate]) -> Said:
    """Raises `NotGenuine` for a file that was changed in any byte, is not sealed under *authorities*, or is no
    receipt."""
    try:
        return _said(pdf, authorities)
    except NotGenuine:
        raise
    except Exception as e:  # a changed file breaks wherever it likes
        raise NotGenuine("il file non si legge") from e


def _said(pdf: bytes, authorities: Iterable[x509.Certificate]) -> Said:
    status, signed = asyncio.run(_status(pdf, authorities))
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and _as_written(pdf, signed)
    if not (whole and status.bottom_line):
        raise NotGenuine("il sigillo non è di questo file, o non è di chi deve essere")
    data = _data(pdf)
    told, digest = msgspec.json.decode(data), hashlib.sha256(data).hexdigest()
    if not all(contains_text(pdf, text) for text in (told["protocollo"], digest)):
        raise NotGenuine("i dati dentro il file non sono quelli che si leggono")
    sent_at = datetime.fromisoformat(told["inviata_il"])
    return Said(told["protocollo"], sent_at, digest, _name(status), _stamp(status))


async def _status(pdf: bytes, authorities: Iterable[x509.Certificate]) -> tuple[Any, Any]:
    roots = [asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in authorities]
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(signatures) != 1:
        raise NotGenuine("il file non è sigillato")
    trust = ValidationContext(trust_roots=roots, allow_fetching=False)
    return await async_validate_pdf_signature(signatures[0], trust, trust), signatures[0]


def _as_written(pdf: bytes, signed: Any) -> bool:
    """Whether the one part of the file that a seal cannot cover, its own, is written as we write it, to the last 0."""
    _, end, begin, _ = (int(n) for n in signed.sig_object["/ByteRange"])
    if not (written := re.fullmatch(rb"<((?:[0-9A-F]{2})+)>", pdf[end:begin])):
        return False
    content = bytes.fromhex(written[1].decode())
    length = 4 + int.from_bytes(content[2:4], "big")  # of a SEQUENCE of 256 bytes to 64 KiB
    seal, rest = content[:length], content[length:]
    as_ever = seal[:2] == b"\x30\x82" and not rest.strip(b"\0")
    return as_ever and ContentInfo.load(seal, strict=True).dump(True) == seal and _plain(signed)


def _plain(signed: Any) -> bool:
    """What the signature itself does not cover says nothing else than what it covers."""
    data, signer = signed.signed_data, signed.signer_info
    algorithms = [a["algorithm"].native for a in data["digest_algorithms"]]
    return bool(
        data["version"].native == "v1"
        and signer["version"].native == "v1"
        and algorithms == [signer["digest_algorithm"]["algorithm"].native]
        and data["encap_content_info"]["content_type"].native == "data"
    )


def _data(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return document.attachments[DATA_NAME].get_file().read_bytes()


def _name(status: Any) -> str:
    return str(status.signing_cert.subject.human_friendly)


def _stamp(status: Any) -> datetime | None:
    validity = status.timestamp_validity
    return validity.timestamp if validity is not None and validity.valid and validity.trusted else None
