"""Providers' metadata fetched anew ahead of time, by the worker; while that fails, the last good copy serves."""

import hashlib
import time
from pathlib import Path

import httpx
import msgspec
import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from omnia_com.settings import Settings, SettingsError

from .. import AccessRefused, Scheme, keys
from ..remote import Remote, invalid, new_client
from . import signatures, xml
from .providers import LARGEST, entities, is_safe, provider_of

FRESH = 6 * 3600.0  # seconds for which a copy is not asked for again: registries mean a day or more
log = structlog.get_logger()


class Source(msgspec.Struct, frozen=True):
    url: str
    scheme: Scheme

    def file(self, folder: Path) -> Path:
        """One file an address, named so that it counts as SPID's or CIE's."""
        return folder / f"{self.scheme}-{hashlib.sha256(self.url.encode()).hexdigest()[:12]}.xml"


def sources(settings: Settings) -> list[Source]:
    """The addresses of `OMNIA_SAML_IDP_METADATA_URL`. Raises `SettingsError`."""
    found = [
        Source(word.removeprefix("cie="), "cie" if word.startswith("cie=") else "spid")
        for word in settings.saml_idp_metadata_url.split()
    ]
    if found and not settings.saml_idp_metadata:
        raise SettingsError("OMNIA_SAML_IDP_METADATA: scrivi la cartella in cui tenere i metadata rinnovati")
    if wrong := [source.url for source in found if not is_safe(source.url)]:
        raise SettingsError(f"OMNIA_SAML_IDP_METADATA_URL: {wrong[0]} dev'essere un indirizzo https")
    return found


def pinned(settings: Settings) -> list[x509.Certificate]:
    """Who must have signed; none: whoever the address is. Raises `SettingsError`."""
    if not settings.saml_idp_metadata_certificato:
        return []
    try:
        return x509.load_pem_x509_certificates(Path(settings.saml_idp_metadata_certificato).read_bytes())
    except (OSError, ValueError):
        raise SettingsError("OMNIA_SAML_IDP_METADATA_CERTIFICATO: serve un file PEM con i certificati") from None


async def refresh(settings: Settings, http: httpx.AsyncClient | None = None) -> None:
    """Fetches what is not fresh; each on its own, so that one that fails stops no other. Raises `SettingsError`."""
    folder = Path(settings.saml_idp_metadata)
    due = [source for source in sources(settings) if _age(source.file(folder)) > FRESH]
    if not due:
        return
    signers = pinned(settings)
    async with http or new_client() as client:
        for source in due:
            try:
                answer = await Remote(client).ask("GET", source.url)
                _keep(source.file(folder), checked(answer.expect_success("metadata").body, signers))
            except (AccessRefused, OSError, UnsupportedAlgorithm) as e:
                log.warning("metadata_saml_non_rinnovati", indirizzo=source.url, motivo=str(e))


def _age(file: Path) -> float:
    return time.time() - file.stat().st_mtime if file.exists() else float("inf")


def _keep(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    keys.replace(file, content)


def checked(raw: bytes, signers: list[x509.Certificate]) -> bytes:
    """What of a document may be kept: where signers are pinned, what one of them signed. Raises `AccessRefused`."""
    if signers:
        raw = xml.serialized(signatures.verified(xml.read(raw, LARGEST, drop_comments=True), signers))
    if not any(_is_usable(entity) for entity in entities(raw)):
        raise invalid("nessun fornitore utilizzabile")
    return raw


def _is_usable(entity: xml.Element) -> bool:
    try:
        provider_of(entity)
    except (AccessRefused, ValueError):
        return False
    return True
