"""`omnia-com cns-ca`: the authorities that issue CNS cards, out of AgID's trust list (ETSI TS 119 612, XML).

Who signed the list is not checked here, only its shape: verify its signature before (AgID says how).
"""

import argparse
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from omnia_com.settings import Settings

TSL = "http://uri.etsi.org/02231/v2#"
CARDS = "/Svctype/IdV"  # "identity verification": how AgID marks those who issue the CNS
IN_FORCE = ("/granted", "/recognisedatnationallevel")
LARGEST = 50_000_000  # bytes
PARSER = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


class NotATrustList(ValueError):
    """The message, in Italian, says why."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("elenco", type=Path, help="il file XML (ETSI TS 119 612), di cui hai verificato la firma")


def run(_settings: Settings, given: argparse.Namespace) -> int:
    """Writes the authorities to standard output, as PEM."""
    try:
        found = authorities(given.elenco.read_bytes())
    except (OSError, NotATrustList) as e:
        sys.stderr.write(f"{given.elenco}: {e}\n")
        return 1
    for certificate in found:
        name = textwrap.shorten(certificate.subject.rfc4514_string(), 200)
        sys.stdout.write(f"# {name}, fino al {certificate.not_valid_after_utc:%d/%m/%Y}\n")
        sys.stdout.write(certificate.public_bytes(Encoding.PEM).decode())
    sys.stderr.write(f"{len(found)} autorità\n")
    return 0


def authorities(xml: bytes) -> list[x509.Certificate]:
    """Each once, in the order of the list; only those of services in force. Raises `NotATrustList`."""
    found = {certificate: None for service in _services(_parsed(xml)) for certificate in _certificates(service)}
    if not found:
        raise NotATrustList("nessuna autorità per la CNS (servizi …/Svctype/IdV)")
    return list(found)


def _parsed(xml: bytes) -> etree._Element:
    if len(xml) > LARGEST:
        raise NotATrustList("troppo grande")
    try:
        root = etree.fromstring(xml, etree.XMLParser(**PARSER))
    except etree.XMLSyntaxError as e:
        raise NotATrustList(f"non è XML ({e.msg})") from e
    if root.tag != f"{{{TSL}}}TrustServiceStatusList" or root.getroottree().docinfo.doctype:
        raise NotATrustList("non è un elenco di fiducia ETSI TS 119 612")
    return root


def _services(root: etree._Element) -> Iterator[etree._Element]:
    for service in root.iter(f"{{{TSL}}}ServiceInformation"):
        kind, status = (service.findtext(f"{{{TSL}}}{name}", "") for name in ("ServiceTypeIdentifier", "ServiceStatus"))
        if kind.strip().endswith(CARDS) and status.strip().lower().endswith(IN_FORCE):
            yield service


def _certificates(service: etree._Element) -> Iterator[x509.Certificate]:
    for element in service.iterfind(f"{{{TSL}}}ServiceDigitalIdentity//{{{TSL}}}X509Certificate"):
        pem = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
        try:
            yield x509.load_pem_x509_certificate(pem.format("".join((element.text or "").split())).encode())
        except ValueError as e:
            raise NotATrustList(f"un certificato non si può leggere ({e})") from e
