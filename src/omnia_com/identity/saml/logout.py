"""Single logout: a provider says that somebody has signed out there, and hears that the session here has ended too."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from datetime import timedelta

from .. import AccessRefused
from ..remote import invalid
from . import signatures, xml
from .credentials import Credentials
from .providers import SamlProvider
from .requests import Departure, depart, message
from .xml import POST, REDIRECT, SUCCESS, Element, add, equal, instant, one, q, text

LARGEST = 64 * 1024
FRESH = timedelta(minutes=5)
KINDS = {"SAMLRequest": "samlp:LogoutRequest", "SAMLResponse": "samlp:LogoutResponse"}


def kind_of(fields: Mapping[str, str]) -> str:
    """SAMLRequest or SAMLResponse. Raises `AccessRefused` if it is neither."""
    found = [kind for kind in KINDS if fields.get(kind)]
    if len(found) != 1:
        raise invalid("né LogoutRequest né LogoutResponse")
    return found[0]


def inflated(encoded: str) -> bytes:
    """A document as the HTTP-Redirect binding carries it. Raises `AccessRefused`."""
    try:
        expander = zlib.decompressobj(-15)
        document = expander.decompress(base64.b64decode(encoded, validate=True), LARGEST)
    except (binascii.Error, ValueError, zlib.error):
        raise invalid("messaggio compresso malformato") from None
    if expander.unconsumed_tail or not expander.eof:
        raise invalid("documento troppo grande, o incompleto")
    return document


def issuer_of(root: Element, kind: str) -> str:
    if root.tag != q(KINDS[kind]):
        raise invalid(f"non è una {KINDS[kind]}")
    return text(one(root, "saml:Issuer"))


def trusted(root: Element, kind: str, query: str, provider: SamlProvider, slo: str) -> Element:
    """The message as *provider* signed it: in the *query* of an address, or where there is none in itself.

    Raises `AccessRefused`.
    """
    if query:
        signatures.check_query(query, kind, provider.certificates)
    else:
        root = signatures.verified(root, provider.certificates)
    equal(issuer_of(root, kind), provider.entity_id, "Issuer")
    equal(root.get("Version"), "2.0", "Version")
    equal(root.get("Destination"), slo, "Destination")
    if abs(xml.now() - instant(root.get("IssueInstant"), "IssueInstant")) > FRESH:
        raise invalid("IssueInstant fuori tempo")
    until = root.get("NotOnOrAfter")
    if until is not None and instant(until, "NotOnOrAfter") <= xml.now():
        raise invalid("richiesta scaduta")
    return root


def name_id_of(request: Element) -> str:
    return text(one(request, "saml:NameID"))


def answer(request: Element, us: str, provider: SamlProvider, relay_state: str, ours: Credentials) -> Departure:
    """Our LogoutResponse on its way. Raises `AccessRefused` if the provider says nowhere to send it."""
    addresses = provider.sign_out_answer
    binding = next((binding for binding in (REDIRECT, POST) if binding in addresses), None)
    if binding is None:
        raise AccessRefused("fornitore_rifiuta", "nessun SingleLogoutService")
    in_response_to = {"InResponseTo": request.get("ID", "")}
    response = message("LogoutResponse", us, addresses[binding], xml.now(), **in_response_to)
    add(add(response, "samlp:Status"), "samlp:StatusCode", Value=SUCCESS)
    return depart(response, "SAMLResponse", addresses, binding, relay_state, ours)[0]
