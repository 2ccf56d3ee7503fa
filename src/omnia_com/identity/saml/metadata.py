"""Our own metadata, signed: what providers are told of us. SPID's and CIE's differ in whom they want to know."""

from lxml import etree

from .. import Scheme
from . import signatures
from .credentials import Credentials, Organisation
from .xml import NS, POST, REDIRECT, TRANSIENT, Element, add, new_id, q, serialized

SERVICE = "Comunicazione di rioccupazione"
BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
MINIMUM = ("name", "familyName", "dateOfBirth", "fiscalNumber")  # all that CIE gives
CONTACTS = ("placeOfBirth", "countyOfBirth", "email", "mobilePhone", "digitalAddress")
ATTRIBUTES: dict[Scheme, tuple[str, ...]] = {"spid": MINIMUM + CONTACTS, "cie": MINIMUM}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def describe(scheme: Scheme, us: Organisation, acs: str, slo: str, ours: Credentials) -> bytes:
    """The signed `EntityDescriptor` for the federation *scheme*; elements in the order of the XSD."""
    names = {prefix: NS[prefix] for prefix in ("md", "ds", scheme)}
    root = etree.Element(q("md:EntityDescriptor"), {"entityID": us.entity_id, "ID": new_id()}, nsmap=names)
    add(root, "ds:Signature", Id="placeholder")
    _add_role(root, scheme, acs, slo, ours)
    _add_organisation(root, us)
    (_add_spid_contact if scheme == "spid" else _add_cie_contact)(root, us)
    return serialized(signatures.sign(root, ours))


def _add_role(root: Element, scheme: Scheme, acs: str, slo: str, ours: Credentials) -> None:
    role = add(
        root,
        "md:SPSSODescriptor",
        protocolSupportEnumeration=NS["samlp"],
        AuthnRequestsSigned="true",
        WantAssertionsSigned="true",
    )
    key = add(add(role, "md:KeyDescriptor", use="signing"), "ds:KeyInfo")
    add(add(key, "ds:X509Data"), "ds:X509Certificate", ours.certificate_text)
    for binding in (REDIRECT, POST):
        add(role, "md:SingleLogoutService", Binding=binding, Location=slo)
    add(role, "md:NameIDFormat", TRANSIENT)
    add(role, "md:AssertionConsumerService", Binding=POST, Location=acs, index="0", isDefault="true")
    _add_attributes(role, scheme)


def _add_attributes(role: Element, scheme: Scheme) -> None:
    wanted = add(role, "md:AttributeConsumingService", index="0")
    add(wanted, "md:ServiceName", SERVICE).set(LANG, "it" if scheme == "spid" else "")  # '' is what CIE's manual says
    for name in ATTRIBUTES[scheme]:
        add(wanted, "md:RequestedAttribute", Name=name, **({"NameFormat": BASIC} if scheme == "cie" else {}))


def _add_organisation(root: Element, us: Organisation) -> None:
    organisation = add(root, "md:Organization")
    said = {"Name": us.name, "DisplayName": us.name, "URL": us.url}
    for what, words in said.items():
        for language in ("it", "en"):
            add(organisation, f"md:Organization{what}", words).set(LANG, language)


def _add_spid_contact(root: Element, us: Organisation) -> None:
    contact = add(root, "md:ContactPerson", contactType="other")
    more = add(contact, "md:Extensions")
    add(more, "spid:IPACode", us.ipa)
    add(more, "spid:Public")
    _add_addresses(contact, us)


def _add_cie_contact(root: Element, us: Organisation) -> None:
    contact = add(root, "md:ContactPerson", contactType="administrative")
    more = add(contact, "md:Extensions")
    add(more, "cie:Public")
    add(more, "cie:IPACode", us.ipa)
    add(more, "cie:Municipality", us.belfiore)
    add(contact, "md:Company", us.name)
    _add_addresses(contact, us)


def _add_addresses(contact: Element, us: Organisation) -> None:
    add(contact, "md:EmailAddress", us.email)
    if us.phone:
        add(contact, "md:TelephoneNumber", us.phone)
