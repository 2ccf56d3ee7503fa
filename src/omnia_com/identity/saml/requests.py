"""What we ask of a provider, and what must be remembered until it answers."""

import base64
import secrets
import zlib
from datetime import UTC, datetime

import msgspec
from lxml import etree

from . import signatures
from .credentials import Credentials
from .providers import SamlProvider
from .xml import ENTITY, NS, POST, TRANSIENT, Element, add, new_id, now, q, serialized, written

LEVEL_CLASS = "https://www.spid.gov.it/SpidL{}"


class PendingSaml(msgspec.Struct, frozen=True):
    """Secret, one use, ten minutes, one browser; kept under `request_id`."""

    request_id: str
    issuer: str  # entityID of the provider
    level: int
    relay_state: str
    asked_at: float  # epoch seconds
    origin: str  # by which of our names the browser came
    next: str  # local path
    request: str  # the AuthnRequest, for the register


class Departure(msgspec.Struct, frozen=True):
    """Where the browser goes: to `url`, or where `fields` are, by a form that posts them there."""

    url: str
    fields: dict[str, str]


def compose(
    us: str, provider: SamlProvider, ours: Credentials, level: int, origin: str, next: str
) -> tuple[Departure, PendingSaml]:
    """An AuthnRequest of the service *us* (its entityID)."""
    asked_at, relay_state = now(), secrets.token_urlsafe(24)
    request = _authn_request(us, provider, level, asked_at)
    departure, sent = depart(request, "SAMLRequest", provider.sign_in, provider.binding, relay_state, ours)
    pending = PendingSaml(
        request_id=request.get("ID", ""),
        issuer=provider.entity_id,
        level=level,
        relay_state=relay_state,
        asked_at=asked_at.timestamp(),
        origin=origin,
        next=next,
        request=sent,
    )
    return departure, pending


def _authn_request(us: str, provider: SamlProvider, level: int, asked_at: datetime) -> Element:
    request = message("AuthnRequest", us, provider.sign_in[provider.binding], asked_at)
    request.set("ForceAuthn", "true")  # asked for from level 2 on: nobody enters by a session of the provider's
    request.set("AssertionConsumerServiceIndex", "0")
    request.set("AttributeConsumingServiceIndex", "0")
    add(request, "samlp:NameIDPolicy", Format=TRANSIENT)
    context = add(request, "samlp:RequestedAuthnContext", Comparison="minimum")
    add(context, "saml:AuthnContextClassRef", LEVEL_CLASS.format(level))
    return request


def message(kind: str, us: str, destination: str, when: datetime, **attributes: str) -> Element:
    """The beginning of any message of ours."""
    names = {prefix: NS[prefix] for prefix in ("samlp", "saml")}
    common = {"ID": new_id(), "Version": "2.0", "IssueInstant": written(when), "Destination": destination}
    root = etree.Element(q(f"samlp:{kind}"), {**common, **attributes}, nsmap=names)
    add(root, "saml:Issuer", us, Format=ENTITY, NameQualifier=us)
    return root


def depart(
    root: Element, kind: str, addresses: dict[str, str], binding: str, relay_state: str, ours: Credentials
) -> tuple[Departure, str]:
    """A message on its way by *binding*, and its text. *kind*: SAMLRequest or SAMLResponse."""
    relay = {"RelayState": relay_state} if relay_state else {}
    if binding == POST:
        root.insert(1, etree.Element(q("ds:Signature"), {"Id": "placeholder"}))
        signed = serialized(signatures.sign(root, ours))
        return Departure(addresses[POST], {kind: base64.b64encode(signed).decode(), **relay}), signed.decode()
    plain = serialized(root)
    query = signatures.signed_query(kind, deflated(plain), relay_state, ours)
    url = addresses[binding]
    return Departure(f"{url}{'&' if '?' in url else '?'}{query}", {}), plain.decode()


def deflated(document: bytes) -> str:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(compressor.compress(document) + compressor.flush()).decode()


def begun(pending: PendingSaml) -> datetime:
    return datetime.fromtimestamp(pending.asked_at, UTC)
