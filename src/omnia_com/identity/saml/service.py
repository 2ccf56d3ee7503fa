"""The service as SAML's providers see it: its settings, its addresses, and the two halves of a sign-in."""

import base64
import binascii
from pathlib import Path

from omnia_com.italy.places import birthplace
from omnia_com.settings import Settings, SettingsError

from .. import AccessRefused, Door, Scheme, SignedIn, claims, origin_of
from ..remote import invalid
from . import credentials, logout, metadata, requests, responses, xml
from .credentials import Organisation
from .providers import Folder, SamlProvider
from .requests import Departure, PendingSaml
from .responses import Addressee

ENTER, ACS, SLO = "/accesso/saml/entra", "/accesso/saml/acs", "/accesso/saml/slo"


def organisation(settings: Settings) -> Organisation:
    """Raises `SettingsError` if something is missing that certificate and metadata must say."""
    missing = [
        f"OMNIA_{name.upper()}" for name in ("ente_ipa", "ente_comune", "ente_email") if not getattr(settings, name)
    ]
    if missing:
        raise SettingsError(f"SAML: scrivi anche {', '.join(missing)}")
    city, province = birthplace(settings.ente_comune)
    if not province:
        raise SettingsError("OMNIA_ENTE_COMUNE: scrivi il codice catastale del comune della sede, per esempio H501")
    return Organisation(
        entity_id=settings.saml_entity_id,
        name=settings.ente,
        ipa=settings.ente_ipa,
        city=city,
        belfiore=settings.ente_comune,
        url=settings.base_url,
        email=settings.ente_email,
        phone=settings.ente_telefono,
    )


class ServiceProvider:
    """Raises `SettingsError` if key, certificate or what is said of the organisation cannot be right."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._us = settings, organisation(settings)
        self._ours = _credentials(settings, self._us)
        self._folder = Folder(Path(settings.saml_idp_metadata))
        self._addressee = Addressee(self._us.entity_id, settings.base_url + ACS)
        self._described: dict[Scheme, bytes] = {}

    @property
    def certificate_days(self) -> int:
        """How long our certificate still lasts; negative: it has expired."""
        return (self._ours.certificate.not_valid_after_utc - xml.now()).days

    def metadata(self, scheme: Scheme) -> bytes:
        if scheme not in self._described:
            acs, slo = (self._settings.base_url + path for path in (ACS, SLO))
            self._described[scheme] = metadata.describe(scheme, self._us, acs, slo, self._ours)
        return self._described[scheme]

    def doors(self) -> tuple[Door, ...]:
        """A way in for each provider that we know now."""
        return tuple(
            Door(p.scheme, p.name, ENTER, (("idp", p.entity_id),), p.origin) for p in self._folder.all().values()
        )

    def provider(self, entity_id: str) -> SamlProvider:
        if found := self._folder.all().get(entity_id):
            return found
        raise AccessRefused("fornitore_sconosciuto", "nessun metadata di questo fornitore")

    def start(self, entity_id: str, origin: str, next: str) -> tuple[Departure, PendingSaml]:
        """Where to send the browser, and what to remember until the provider answers. Raises `AccessRefused`."""
        level = claims.MINIMUM_LEVEL
        return requests.compose(self._us.entity_id, self.provider(entity_id), self._ours, level, origin, next)

    def finish(self, response: xml.Element, pending: PendingSaml) -> SignedIn:
        """Who signed in. Raises `AccessRefused`."""
        provider = self.provider(pending.issuer)
        identity, name_id = responses.identity_in(response, pending, provider, self._addressee)
        leaves_to = origin_of(self.way_out(provider.entity_id))
        return SignedIn(identity, leaves_to=leaves_to, request_id=pending.request_id, name_id=name_id)

    def way_out(self, entity_id: str) -> str:
        """The page of CIE that ends its own session, asked for by a plain GET; '' at other providers: from level 2
        on SPID's keep none."""
        provider = self._folder.all().get(entity_id)
        return provider.sign_out.get(xml.REDIRECT, "") if provider and provider.scheme == "cie" else ""

    def logout(self, root: xml.Element, kind: str, query: str) -> tuple[SamlProvider, xml.Element]:
        """A message about signing out that its provider has signed. Raises `AccessRefused`."""
        provider = self.provider(logout.issuer_of(root, kind))
        return provider, logout.trusted(root, kind, query, provider, self._settings.base_url + SLO)

    def logged_out(self, provider: SamlProvider, request: xml.Element, relay_state: str) -> Departure:
        return logout.answer(request, self._us.entity_id, provider, relay_state, self._ours)


def received(encoded: str) -> bytes:
    """A document as the HTTP-POST binding carries it. Raises `AccessRefused`."""
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("base64 malformato") from None


def _credentials(settings: Settings, us: Organisation) -> credentials.Credentials:
    if settings.saml_key and settings.saml_certificate:
        return credentials.load(Path(settings.saml_key), Path(settings.saml_certificate))
    if settings.demo and not settings.saml_key and not settings.saml_certificate:
        file = credentials.made_once(settings.data, us)
        return credentials.load(file, file)
    raise SettingsError(
        "OMNIA_SAML_KEY e OMNIA_SAML_CERTIFICATE: scrivi tutti e due i file PEM (omnia-com spid-certificato)"
    )
