"""A provider's answer, and every check of it. Nothing here reads anything that the provider has not signed."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from .. import AccessRefused, Identity, claims
from ..remote import invalid
from . import signatures, xml
from .providers import SamlProvider
from .requests import PendingSaml
from .xml import BEARER, ENTITY, NS, SUCCESS, TRANSIENT, Element, equal, instant, one, q, text

LARGEST = 192 * 1024
SKEW = timedelta(seconds=30)
ERROR_CODE = re.compile(r"ErrorCode nr(\d{2})", re.ASCII)
TOLD = {19, 20, 21, 22, 23, 25, 30}  # SPID's table of messages: what a person can do something about
OURS = range(8, 19)  # faults of the request
NAMES: claims.Names = {
    "codice_fiscale": ("fiscalNumber",),
    "nome": ("name",),
    "cognome": ("familyName",),
    "data_nascita": ("dateOfBirth",),
    "luogo_nascita": ("placeOfBirth",),
    "luogo_nascita_provincia": ("countyOfBirth",),
    "email": ("email",),
    "cellulare": ("mobilePhone",),
    "telefono": (),
    "pec": ("digitalAddress",),
}


class Addressee(msgspec.Struct, frozen=True):
    """Whom answers must be meant for: us."""

    entity_id: str
    acs: str


def identity_in(response: Element, pending: PendingSaml, provider: SamlProvider, us: Addressee) -> tuple[Identity, str]:
    """Who signed in, and the NameID under which the provider knows the session. Raises `AccessRefused`."""
    assertion = _assertion(response, pending, provider, us)
    name_id = _check_subject(assertion, pending, us)
    _check_conditions(assertion, us)
    level, authenticated_at = _authentication(assertion, pending)
    identity = claims.identity_of(
        _attributes(assertion),
        level=level,
        scheme=provider.scheme,
        issuer=provider.entity_id,
        authenticated_at=authenticated_at,
        names=NAMES,
    )
    return identity, name_id


def _assertion(response: Element, pending: PendingSaml, provider: SamlProvider, us: Addressee) -> Element:
    """The one assertion of a response that says that all went well, signed twice: in the response, and by itself."""
    succeeded = _status(response) == SUCCESS
    if succeeded:
        response = signatures.verified(response, provider.certificates)
    _check_response(response, pending, provider, us)
    if not succeeded:
        raise refused_by_provider(response)
    _expect_children(response, ["saml:Issuer", "samlp:Status", "saml:Assertion"])
    if sum(1 for _ in response.iter(q("saml:Assertion"), q("saml:EncryptedAssertion"))) != 1:
        raise invalid("più di una asserzione")
    assertion = signatures.verified(one(response, "saml:Assertion"), provider.certificates)
    _check_head(assertion, pending)
    format = _check_issuer(assertion, provider)
    if provider.scheme == "spid" and format is None:
        raise invalid("Format dell'Issuer dell'asserzione assente")
    return assertion


def _status(response: Element) -> str:
    if response.tag != q("samlp:Response"):
        raise invalid("non è una Response")
    return str(one(response, "samlp:Status/samlp:StatusCode").get("Value"))


def _expect_children(parent: Element, names: Iterable[str]) -> None:
    if [child.tag for child in parent] != [q(name) for name in names]:
        raise invalid("altri elementi nella risposta")


def _check_response(response: Element, pending: PendingSaml, provider: SamlProvider, us: Addressee) -> None:
    _check_head(response, pending)
    equal(response.get("InResponseTo"), pending.request_id, "InResponseTo")
    equal(response.get("Destination"), us.acs, "Destination")
    _check_issuer(response, provider)


def _check_head(element: Element, pending: PendingSaml) -> None:
    """ID, version, and an IssueInstant between the request and now."""
    if not element.get("ID"):
        raise invalid("ID assente")
    equal(element.get("Version"), "2.0", "Version")
    _check_since_request(instant(element.get("IssueInstant"), "IssueInstant"), pending, "IssueInstant")


def _check_since_request(when: datetime, pending: PendingSaml, what: str) -> None:
    asked_at = datetime.fromtimestamp(int(pending.asked_at), UTC)
    if not asked_at - SKEW <= when <= xml.now() + SKEW:
        raise invalid(f"{what} fuori tempo")


def _check_issuer(element: Element, provider: SamlProvider) -> str | None:
    issuer = one(element, "saml:Issuer")
    equal(text(issuer), provider.entity_id, "Issuer")
    format: str | None = issuer.get("Format")
    if format not in (None, ENTITY):
        raise invalid("Format dell'Issuer diverso")
    return format


def refused_by_provider(response: Element) -> AccessRefused:
    """What a status that is not success means, by SPID's error codes; CIE uses the same."""
    said = " ".join(response.xpath("string(./*[local-name()='Status'])").split())
    found = ERROR_CODE.search(said)
    number = int(found[1]) if found else 0
    if number in TOLD:
        return AccessRefused(f"spid_{number}", f"ErrorCode nr{number}")
    if number in OURS:
        return AccessRefused("richiesta_rifiutata", f"ErrorCode nr{number:02d}")
    return AccessRefused("fornitore_rifiuta", f"ErrorCode nr{number:02d}")


def _check_subject(assertion: Element, pending: PendingSaml, us: Addressee) -> str:
    subject = one(assertion, "saml:Subject")
    name_id = one(subject, "saml:NameID")
    equal(name_id.get("Format"), TRANSIENT, "Format del NameID")
    if not text(name_id) or not name_id.get("NameQualifier"):
        raise invalid("NameID vuoto o senza NameQualifier")
    confirmation = one(subject, "saml:SubjectConfirmation")
    equal(confirmation.get("Method"), BEARER, "Method")
    data = one(confirmation, "saml:SubjectConfirmationData")
    equal(data.get("Recipient"), us.acs, "Recipient")
    equal(data.get("InResponseTo"), pending.request_id, "InResponseTo dell'asserzione")
    _check_not_after(data)
    return text(name_id)


def _check_conditions(assertion: Element, us: Addressee) -> None:
    conditions = one(assertion, "saml:Conditions")
    if instant(conditions.get("NotBefore"), "NotBefore") > xml.now() + SKEW:
        raise invalid("asserzione non ancora valida")
    _check_not_after(conditions)
    equal(text(one(conditions, "saml:AudienceRestriction/saml:Audience")), us.entity_id, "Audience")
    if len(conditions.findall("saml:AudienceRestriction", NS)) != 1:
        raise invalid("più di una AudienceRestriction")


def _check_not_after(element: Element) -> None:
    if instant(element.get("NotOnOrAfter"), "NotOnOrAfter") <= xml.now() - SKEW:
        raise invalid("asserzione scaduta")


def _authentication(assertion: Element, pending: PendingSaml) -> tuple[int, datetime]:
    """(level, when) of an authentication that is as strong as asked, and new."""
    statement = one(assertion, "saml:AuthnStatement")
    when = instant(statement.get("AuthnInstant"), "AuthnInstant")
    _check_since_request(when, pending, "AuthnInstant")
    level = claims.ACR_LEVELS.get(text(one(statement, "saml:AuthnContext/saml:AuthnContextClassRef")))
    if not level:
        raise invalid("AuthnContextClassRef sconosciuto")
    asked = max(pending.level, claims.MINIMUM_LEVEL)
    if level < asked:
        raise AccessRefused("livello_troppo_basso", f"livello {level}, chiesto {asked}")
    return level, when


def _attributes(assertion: Element) -> dict[str, str]:
    """name -> value; a name once, with one value."""
    found: dict[str, str] = {}
    for attribute in one(assertion, "saml:AttributeStatement").findall("saml:Attribute", NS):
        name, values = attribute.get("Name"), attribute.findall("saml:AttributeValue", NS)
        if not name or name in found or len(values) > 1:
            raise invalid("attributo senza nome, ripetuto o con più valori")
        found[name] = text(values[0]) if values else ""
    if not any(found.values()):
        raise invalid("nessun attributo")
    return found
