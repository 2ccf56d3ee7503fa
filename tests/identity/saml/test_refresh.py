"""Providers' metadata that the worker renews, and the command that makes our certificate."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from omnia_com.__main__ import main
from omnia_com.commands.doctor import sign_in
from omnia_com.identity.saml import credentials, providers
from omnia_com.identity.saml.refresh import FRESH, refresh, sources
from omnia_com.settings import Settings, SettingsError, read
from tests.helpers.saml_provider import Provider

REGISTRY = "https://registro.example/idp.xml"
CIE_ADDRESS = "https://cie.example/idp.xml"
SPID, CIE, SIGNER = (
    Provider("https://a.example"),
    Provider("https://b.example"),
    Provider("https://registro.example"),
)


def settings_of(folder: Path, **more: str) -> Settings:
    given = {"OMNIA_SAML_IDP_METADATA": str(folder), "OMNIA_DATA": str(folder.parent)}
    return read({**given, **{f"OMNIA_SAML_IDP_METADATA_{name.upper()}": value for name, value in more.items()}})[0]


def answering(*answers: httpx.Response | Exception) -> Callable[[], httpx.AsyncClient]:
    """A client whose server gives these answers, one a request."""
    waiting = list(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        said = waiting.pop(0)
        if isinstance(said, Exception):
            raise said
        return httpx.Response(said.status_code, headers=said.headers, stream=httpx.ByteStream(said.content))

    return lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer))


def good(provider: Provider = SPID) -> httpx.Response:
    return httpx.Response(200, content=provider.metadata())


def known(folder: Path) -> dict[str, str]:
    return {entity: p.scheme for entity, p in providers.Folder(folder).all().items()}


def grow_old(folder: Path) -> None:
    for file in folder.iterdir():
        os.utime(file, (file.stat().st_mtime - FRESH - 1,) * 2)


async def test_what_the_addresses_say_is_kept_as_spids_or_cies(tmp_path: Path) -> None:
    folder = tmp_path / "fornitori"
    settings = settings_of(folder, url=f"{REGISTRY} cie={CIE_ADDRESS}")
    await refresh(settings, answering(good(), good(CIE))())
    assert known(folder) == {SPID.entity_id: "spid", CIE.entity_id: "cie"}


async def test_a_copy_is_asked_for_again_only_when_it_is_old(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "f", url=REGISTRY)
    await refresh(settings, answering(good())())
    await refresh(settings, answering()())
    grow_old(tmp_path / "f")
    await refresh(settings, answering(good(CIE))())
    assert list(known(tmp_path / "f")) == [CIE.entity_id]


@pytest.mark.parametrize(
    "bad",
    [
        httpx.ConnectError("away"),
        httpx.Response(500),
        httpx.Response(302, headers={"location": "https://male.example"}),
        httpx.Response(200, content=b"<html/>"),
        httpx.Response(200, content=b"x" * 600_000),
        httpx.Response(200, content=b"<!DOCTYPE a><a/>"),
        httpx.Response(200, content=Provider("https://c.example").metadata(validUntil="2020-01-01T00:00:00Z")),
    ],
    ids=["away", "an error", "elsewhere", "a page", "too large", "a DTD", "out of date"],
)
async def test_while_that_fails_the_last_good_copy_serves_and_others_are_renewed(
    bad: httpx.Response | Exception, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path / "f", url=f"{REGISTRY} cie={CIE_ADDRESS}")
    await refresh(settings, answering(good(), good(CIE))())
    grow_old(tmp_path / "f")
    newer = Provider("https://d.example")
    await refresh(settings, answering(bad, good(newer))())
    assert known(tmp_path / "f") == {SPID.entity_id: "spid", newer.entity_id: "cie"}


async def test_where_a_signer_is_pinned_only_what_it_signed_is_kept(tmp_path: Path) -> None:
    from lxml import etree

    (tmp_path / "registro.pem").write_bytes(SIGNER.certificate)
    settings = settings_of(tmp_path / "f", url=REGISTRY, certificato=str(tmp_path / "registro.pem"))

    def signed_by(signer: Provider) -> httpx.Response:
        entity = etree.fromstring(SPID.metadata(ID="_registro"))
        return httpx.Response(200, content=etree.tostring(signer.sign(entity)))

    for refused in (good(), signed_by(CIE)):
        await refresh(settings, answering(refused)())
        assert known(tmp_path / "f") == {}
    await refresh(settings, answering(signed_by(SIGNER))())
    assert list(known(tmp_path / "f")) == [SPID.entity_id]


def with_a_key_unheard_of(provider: Provider) -> bytes:
    """The certificate of *provider*, DER in PEM, whose key calls itself neither RSA nor anything else that is known."""
    der = x509.load_pem_x509_certificate(provider.certificate).public_bytes(Encoding.DER)
    odd = der.replace(bytes.fromhex("06092a864886f70d010101"), bytes.fromhex("06092a864886f70d01017f"), 1)
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(odd) + b"-----END CERTIFICATE-----\n"


async def test_a_certificate_with_a_key_unheard_of_counts_for_nothing_and_stops_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "f", url=f"{REGISTRY} cie={CIE_ADDRESS} cie={CIE_ADDRESS}2")
    alone, beside = Provider("https://e.example"), Provider("https://f.example")
    alone.certificate = with_a_key_unheard_of(alone)
    metadata = beside.metadata(with_a_key_unheard_of(beside))
    await refresh(settings, answering(good(alone), httpx.Response(200, content=metadata), good(CIE))())
    assert known(tmp_path / "f") == {beside.entity_id: "cie", CIE.entity_id: "cie"}


async def test_a_signer_with_a_key_unheard_of_has_signed_nothing(tmp_path: Path) -> None:
    (tmp_path / "registro.pem").write_bytes(with_a_key_unheard_of(SIGNER))
    settings = settings_of(tmp_path / "f", url=REGISTRY, certificato=str(tmp_path / "registro.pem"))
    from lxml import etree

    signed = SIGNER.sign(etree.fromstring(SPID.metadata(ID="_registro")))
    await refresh(settings, answering(httpx.Response(200, content=etree.tostring(signed)))())
    assert known(tmp_path / "f") == {}


async def test_without_addresses_nobody_asks_who_should_have_signed(tmp_path: Path) -> None:
    await refresh(settings_of(tmp_path, certificato=str(tmp_path / "nowhere.pem")))


@pytest.mark.parametrize("address", ["http://registro.example/idp.xml", "file:///etc/passwd", "cie=http://x.example"])
def test_an_address_in_clear_is_no_address(address: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="https"):
        sources(settings_of(tmp_path, url=address))


# --- omnia-com spid-certificato


def oid(dotted: str) -> ObjectIdentifier:
    return ObjectIdentifier(dotted)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "omnia_com", "spid-certificato", *arguments]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("OMNIA_")}
    return subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, check=False)


def test_the_command_makes_what_spid_wants(tmp_path: Path) -> None:
    files = str(tmp_path / "chiave.pem"), str(tmp_path / "certificato.pem")
    said = run("--chiave", files[0], "--certificato", files[1], OMNIA_SAML_ENTITY_ID="https://omnia.example.it")
    assert said.returncode == 0, said.stderr
    made = credentials.load(Path(files[0]), Path(files[1]))
    subject = {a.oid: a.value for a in made.certificate.subject}
    assert subject[oid("2.5.4.83")] == "https://omnia.example.it"
    assert subject[oid("2.5.4.97")] == "PA:IT-demo"
    assert (subject[NameOID.LOCALITY_NAME], subject[NameOID.COUNTRY_NAME]) == ("Roma", "IT")
    assert {NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME} <= subject.keys()
    policies = made.certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert {"1.3.76.16.6", "1.3.76.16.4.2.1"} <= {p.policy_identifier.dotted_string for p in policies}
    usage = made.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert made.key.key_size >= 2048
    assert Path(files[0]).stat().st_mode & 0o077 == 0, "the key is its owner's alone"


def test_it_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "certificato.pem").write_text("mio")
    said = run("--chiave", str(tmp_path / "k.pem"), "--certificato", str(tmp_path / "certificato.pem"))
    assert (said.returncode, "non lo sovrascrivo" in said.stderr) == (2, True)
    assert (tmp_path / "certificato.pem").read_text() == "mio"
    assert not (tmp_path / "k.pem").exists()


def test_it_makes_a_request_for_an_authority_to_sign(tmp_path: Path) -> None:
    said = run("--richiesta", "--chiave", str(tmp_path / "k.pem"), "--certificato", str(tmp_path / "csr.pem"))
    assert "AgID" in said.stdout
    request = x509.load_pem_x509_csr((tmp_path / "csr.pem").read_bytes())
    assert request.is_signature_valid
    assert "PA:IT-demo" in {a.value for a in request.subject}


def test_it_says_what_is_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIA_ENV", "production")
    monkeypatch.setenv("OMNIA_BASE_URL", "https://omnia.example.it")
    assert main(["spid-certificato"]) == 2
    assert "--chiave e --certificato" in capsys.readouterr().err
    assert main(["spid-certificato", "--chiave", "/nulla/k", "--certificato", "/nulla/c"]) == 2
    assert "OMNIA_ENTE_IPA, OMNIA_ENTE_COMUNE, OMNIA_ENTE_EMAIL" in capsys.readouterr().err


async def test_doctor_says_when_the_certificate_ends_and_how_many_providers_there_are(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    found = sign_in.saml(settings_of(folder))
    assert (found.well, "0 fornitori" in found.text) == (False, True)
    (folder / "a.xml").write_bytes(SPID.metadata())
    found = sign_in.saml(settings_of(folder))
    assert (found.well, "1 fornitori, certificato valido ancora 729 giorni" in found.text) == (True, True)
    assert sign_in.saml(read({})[0]).well
