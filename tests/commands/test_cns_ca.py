"""`omnia-com cns-ca`: out of a trust list, the authorities of the CNS that are in force, and nothing else."""

import base64
from pathlib import Path

import pytest
from cryptography import x509

from omnia_com.__main__ import main
from omnia_com.commands.cns_ca import NotATrustList, authorities
from tests.helpers.cards import Issued, authority, card

TSL = "http://uri.etsi.org/02231/v2#"
IDV, QUALIFIED = "http://uri.etsi.org/TrstSvc/Svctype/IdV", "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
ONE, OTHER = authority(), authority("Altra CA di prova", "other")


def service(issued: Issued | str, kind: str = IDV, status: str = "recognisedatnationallevel") -> str:
    text = issued if isinstance(issued, str) else base64.encodebytes(issued.der).decode()
    digital = f"<DigitalId><X509Certificate>{text}</X509Certificate></DigitalId><DigitalId><X509SKI/></DigitalId>"
    return (
        f"<TSPService><ServiceInformation><ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier>"
        f"<ServiceDigitalIdentity>{digital}</ServiceDigitalIdentity><ServiceStatus>{STATUS}{status}</ServiceStatus>"
        "</ServiceInformation></TSPService>"
    )  # fmt: skip


def trust_list(*services: str) -> bytes:
    inside = f"<TrustServiceProvider><TSPServices>{''.join(services)}</TSPServices></TrustServiceProvider>"
    providers = f"<TrustServiceProviderList>{inside}</TrustServiceProviderList>"
    return f'<?xml version="1.0"?><TrustServiceStatusList xmlns="{TSL}">{providers}</TrustServiceStatusList>'.encode()


def test_the_authorities_in_force_are_found_once() -> None:
    gone = authority("CA ritirata", "gone")
    found = authorities(
        trust_list(
            service(ONE),
            service(card(), QUALIFIED, "granted"),
            service(gone, status="withdrawn"),
            service(gone, status="deprecatedatnationallevel"),
            service(gone, status=""),
            service(OTHER, status="granted"),
            service(ONE),
            service(gone, f"{IDV}/nothavingPKIid"),
        )
    )
    assert found == [ONE.certificate, OTHER.certificate]


BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
NOT_LISTS = {
    "nothing": b"",
    "no XML": b"elenco",
    "another document": b"<EntitiesDescriptor/>",
    "a list of nobody": trust_list(),
    "only qualified ones": trust_list(service(ONE, QUALIFIED)),
    "a broken certificate": trust_list(service("AAAA")),
    "no base64": trust_list(service("è")),
    "a document type": trust_list(service(ONE)).replace(b'<?xml version="1.0"?>', BOMB),
    "another namespace": trust_list(service(ONE)).replace(TSL.encode(), b"urn:x"),
}


@pytest.mark.parametrize("what", NOT_LISTS)
def test_what_is_no_trust_list_is_said_to_be_none(what: str) -> None:
    with pytest.raises(NotATrustList):
        authorities(NOT_LISTS[what])


def test_the_command_writes_a_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "elenco.xml").write_bytes(trust_list(service(ONE), service(OTHER)))
    assert main(["cns-ca", str(tmp_path / "elenco.xml")]) == 0
    said = capsys.readouterr()
    assert x509.load_pem_x509_certificates(said.out.encode()) == [ONE.certificate, OTHER.certificate]
    assert "# CN=CA di prova CNS, fino al" in said.out
    assert "2 autorità" in said.err


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "elenco.xml").write_bytes(b"<html/>")
    assert main(["cns-ca", str(tmp_path / "elenco.xml")]) == 1
    assert main(["cns-ca", str(tmp_path / "nulla.xml")]) == 1
    assert "non è un elenco di fiducia" in capsys.readouterr().err
