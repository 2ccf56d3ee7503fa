"""Identity providers, as their metadata in a folder describe them; files that change are noticed while we run."""

import base64
import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from omnia_com.deployment import LOOPBACK

from .. import AccessRefused, Scheme, keys
from ..remote import invalid
from . import xml
from .xml import NS, POST, REDIRECT, Element, q

LARGEST = 10 * 1024 * 1024
LOOK_AGAIN = 3.0  # seconds between two looks at the folder
CIE_HOST = ".servizicie.interno.gov.it"
T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """`sign_in`, `sign_out`, `sign_out_answer`: binding -> address."""

    entity_id: str
    name: str
    scheme: Scheme
    sign_in: dict[str, str]
    sign_out: dict[str, str]
    sign_out_answer: dict[str, str]
    certificates: tuple[x509.Certificate, ...]

    @property
    def binding(self) -> str:
        """How requests go: by HTTP-Redirect, or where a provider only has that by HTTP-POST."""
        return REDIRECT if REDIRECT in self.sign_in else POST

    @property
    def origin(self) -> str:
        parts = urlsplit(self.sign_in[self.binding])
        return f"{parts.scheme}://{parts.netloc}"


def entities(raw: bytes) -> list[Element]:
    """Each `EntityDescriptor` of an identity provider in a document. Raises `AccessRefused`."""
    root = xml.read(raw, LARGEST, drop_comments=True)
    if root.tag not in (q("md:EntityDescriptor"), q("md:EntitiesDescriptor")):
        raise invalid("non sono metadata SAML")
    return [e for e in root.iter(q("md:EntityDescriptor")) if e.find("md:IDPSSODescriptor", NS) is not None]


def _check_date(entity: Element) -> None:
    for element in (entity, *entity.iterancestors()):
        until = element.get("validUntil")
        if until and xml.instant(until, "validUntil") <= xml.now():
            raise invalid(f"metadata scaduti il {until}")


def provider_of(entity: Element, is_cie: bool = False) -> SamlProvider:
    """Raises `AccessRefused` if it is out of date or lacks what a sign-in needs."""
    _check_date(entity)
    entity_id = (entity.get("entityID") or "").strip()
    role = xml.one(entity, "md:IDPSSODescriptor")
    sign_in = _addresses(role, "md:SingleSignOnService")
    certificates = tuple(_certificates(role))
    if not entity_id or not sign_in or not certificates:
        raise invalid("mancano entityID, SingleSignOnService o un certificato di firma valido")
    cie = is_cie or (urlsplit(entity_id).hostname or "").endswith(CIE_HOST)
    return SamlProvider(
        entity_id,
        _name(entity) or urlsplit(entity_id).hostname or entity_id,
        "cie" if cie else "spid",
        sign_in,
        _addresses(role, "md:SingleLogoutService"),
        _addresses(role, "md:SingleLogoutService", "ResponseLocation"),
        certificates,
    )


def _addresses(role: Element, service: str, attribute: str = "Location") -> dict[str, str]:
    found = {s.get("Binding", ""): s.get(attribute) or s.get("Location", "") for s in role.findall(service, NS)}
    return {binding: found[binding] for binding in (REDIRECT, POST) if is_safe(found.get(binding, ""))}


def is_safe(url: str) -> bool:
    """https, or plain http to this very machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (parts.scheme == "https" and bool(parts.hostname)) or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _certificates(role: Element) -> Iterator[x509.Certificate]:
    """Those for signing, of a key that is long enough and in time."""
    for key in role.findall("md:KeyDescriptor", NS):
        for written in key.iter(q("ds:X509Certificate")) if key.get("use", "signing") == "signing" else ():
            try:
                certificate = x509.load_der_x509_certificate(base64.b64decode("".join((written.text or "").split())))
                public = certificate.public_key()
            except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
                continue
            long_enough = isinstance(public, RSAPublicKey) and public.key_size >= keys.SMALLEST
            if long_enough and certificate.not_valid_after_utc > xml.now():
                yield certificate


def _name(entity: Element) -> str:
    """What the provider is called, in Italian if it says so."""
    for path in ("md:Organization/md:OrganizationDisplayName", "md:Organization/md:OrganizationName"):
        found = {e.get("{http://www.w3.org/XML/1998/namespace}lang", ""): e.text for e in entity.findall(path, NS)}
        name = found.get("it") or next(iter(found.values()), None)
        if name and name.strip():
            return " ".join(name.split())
    return ""


class Folder:
    """The providers of the metadata files in a folder, sub-folders included.

    A file is CIE's if its path in the folder begins with `cie`, or its entity is on one of CIE's hosts; else SPID's.
    Of two files about one entity the first by name counts. A file that is no good warns and stops no other.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._looked = folder, float("-inf")
        self._files: dict[Path, tuple[int, int]] | None = None
        self._providers: dict[str, SamlProvider] = {}

    def all(self) -> dict[str, SamlProvider]:
        """entityID -> provider, as the files say now or said a moment ago."""
        if time.monotonic() - self._looked > LOOK_AGAIN:
            self._looked = time.monotonic()
            files = {file: (s.st_mtime_ns, s.st_size) for file, s in self._found()}
            if files != self._files:
                self._files, self._providers = files, self._read(files)
        return self._providers

    def _found(self) -> Iterator[tuple[Path, os.stat_result]]:
        for file in sorted(self._folder.rglob("*")):
            with contextlib.suppress(OSError):  # gone since it was listed
                if file.is_file() and not file.name.startswith("."):
                    yield file, file.stat()

    def _read(self, files: dict[Path, tuple[int, int]]) -> dict[str, SamlProvider]:
        known: dict[str, SamlProvider] = {}
        for file in files:
            is_cie = str(file.relative_to(self._folder)).lower().startswith("cie")
            for provider in _usable(file, is_cie):
                known.setdefault(provider.entity_id, provider)
        log.info("fornitori_saml", quanti=len(known))
        return known


def _usable(file: Path, is_cie: bool) -> Iterator[SamlProvider]:
    for entity in _warned(file, lambda: entities(file.read_bytes())) or ():
        if provider := _warned(file, partial(provider_of, entity, is_cie)):
            yield provider


def _warned(file: Path, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except (AccessRefused, OSError, ValueError, UnsupportedAlgorithm) as e:
        log.warning("metadata_saml_non_validi", file=str(file), motivo=str(e) or type(e).__name__)
        return None
