"""The seal on a receipt: it breaks neither conformance, is whole to the byte, and says by whom it is."""

import asyncio
import hashlib
import random
from pathlib import Path

import msgspec
import page
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from omnia_com.__main__ import main
from omnia_com.communications.register import Leaf
from omnia_com.documents import seal_keys, sealed
from omnia_com.documents.pdf.finish import ENDS_IN_CR, finish
from omnia_com.documents.printing import print_html
from omnia_com.documents.sealed import NotGenuine
from omnia_com.documents.sealing import Seal, StampAway
from omnia_com.settings import Settings, SettingsError, read
from tests.conftest import free_port
from tests.documents.test_pdf import RECEIPT, WHEN, new_browser
from tests.helpers.browsing import Visitor
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft, send, until_pdf, until_receipt

DATA = b'{"inviata_il":"2026-11-23T08:14:00.000000+00:00","protocollo":"OMNIACOM.2026.0000001"}'
SHEET = msgspec.structs.replace(RECEIPT, sha256=hashlib.sha256(DATA).hexdigest())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> seal_keys.SealKeys:
    """Of the demonstration."""
    found = seal_keys.load(read({"OMNIA_DATA": str(tmp_path_factory.mktemp("dati"))})[0])
    assert found
    return found


@pytest.fixture(scope="module")
async def unsealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    async with new_browser(tmp_path_factory.mktemp("data")) as browser:
        raw = await browser.pdf(print_html(SHEET))
    return finish(raw, title=SHEET.title, when=WHEN, attachment=("comunicazione.json", DATA), field=True)


@pytest.fixture(scope="module")
def receipt(unsealed: bytes, keys: seal_keys.SealKeys) -> bytes:
    return Seal(keys).put_on(unsealed)


def authorities(keys: seal_keys.SealKeys) -> list[x509.Certificate]:
    return [keys.chain[-1]]


@pytest.mark.parametrize("profile", ["pdf-ua-1", "pdf-a-3a"])
def test_a_sealed_receipt_is_for_the_archive_and_for_every_reader(receipt: bytes, profile: str) -> None:
    report = page.validate_pdf_bytes(receipt, profile=profile)
    assert [(f.rule_id, f.message) for f in report.failures] == []


def test_what_was_printed_stays_as_it_was(receipt: bytes, unsealed: bytes) -> None:
    assert receipt.startswith(unsealed)
    assert not ENDS_IN_CR.search(receipt)


def test_it_says_what_was_sent_when_and_who_sealed_it(receipt: bytes, keys: seal_keys.SealKeys) -> None:
    said = sealed.check(receipt, authorities(keys))
    assert (said.protocol, said.sent_at, said.sha256) == ("OMNIACOM.2026.0000001", WHEN, SHEET.sha256)
    assert "Sigillo dimostrativo" in said.sealed_by
    assert said.stamped_at is None


def bits(receipt: bytes, number: int) -> list[tuple[int, int]]:
    """(place, bit) of *number* changes, half of them where the seal itself stands, which no seal covers."""
    chance = random.Random(17)
    begin = receipt.rindex(b"/Contents <")
    end = receipt.index(b">", begin)
    places = [chance.randrange(len(receipt)) for _ in range(number // 2)]
    places += [chance.randrange(begin, end) for _ in range(number - number // 2)]
    return [(place, 1 << chance.randrange(8)) for place in places]


def accepted(receipt: bytes, keys: seal_keys.SealKeys, number: int) -> list[tuple[int, int]]:
    return [(at, bit) for at, bit in bits(receipt, number) if passes(changed(receipt, at, bit), keys)]


def changed(receipt: bytes, at: int, bit: int) -> bytes:
    return receipt[:at] + bytes([receipt[at] ^ bit]) + receipt[at + 1 :]


def passes(pdf: bytes, keys: seal_keys.SealKeys) -> bool:
    try:
        sealed.check(pdf, authorities(keys))
    except NotGenuine:
        return False
    return True


def test_no_changed_byte_passes(receipt: bytes, keys: seal_keys.SealKeys) -> None:
    assert passes(receipt, keys)
    assert accepted(receipt, keys, 40) == []


@pytest.mark.peers
def test_a_thousand_changed_bytes_and_none_passes(receipt: bytes, keys: seal_keys.SealKeys) -> None:
    assert accepted(receipt, keys, 1000) == []


def test_what_is_added_cut_off_or_not_sealed_is_refused(
    receipt: bytes, unsealed: bytes, keys: seal_keys.SealKeys
) -> None:
    for other in (receipt + b"\n", receipt[:-1], unsealed, b"", b"%PDF-1.7 no"):
        assert not passes(other, keys)


def test_another_authority_seals_nothing_of_ours(unsealed: bytes, keys: seal_keys.SealKeys, tmp_path: Path) -> None:
    """Of the same name."""
    other = seal_keys.load(read({"OMNIA_DATA": str(tmp_path)})[0])
    assert other
    assert not passes(Seal(other).put_on(unsealed), keys)


def test_without_a_certificate_there_is_no_seal(tmp_path: Path) -> None:
    production = {"OMNIA_ENV": "production", "OMNIA_BASE_URL": "https://o.it", "OMNIA_DATA": str(tmp_path)}
    assert seal_keys.load(read(production)[0]) is None
    with pytest.raises(SettingsError, match="tutte e due"):
        seal_keys.load(read(production | {"OMNIA_SIGILLO_CHIAVE": "k.pem"})[0])


def test_the_command_says_so_of_the_file_alone(
    receipt: bytes, keys: seal_keys.SealKeys, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, authority = tmp_path / "ricevuta.pdf", tmp_path / "ca.pem"
    authority.write_bytes(keys.chain[-1].public_bytes(Encoding.PEM))
    arguments = ["verifica-ricevuta", str(file), "--autorita", str(authority)]
    file.write_bytes(receipt)
    assert main(arguments) == 0
    told = capsys.readouterr().out
    leaf = Leaf("OMNIACOM.2026.0000001", WHEN, SHEET.sha256)
    about = {"giorno": WHEN.date(), "posto": 0, "foglie": 1, "percorso": [], "radice": leaf.hash().hex()}
    proof, other = tmp_path / "prova.json", tmp_path / "altra.json"
    for path, sha256 in ((proof, SHEET.sha256), (other, "0" * 64)):
        path.write_bytes(msgspec.json.encode(msgspec.structs.asdict(leaf) | about | {"sha256": sha256}))
    assert main([*arguments, "--prova", str(proof)]) == 0
    assert f"Nel registro del 23/11/2026, se /registro ha questa impronta: {about['radice']}" in capsys.readouterr().out
    assert main([*arguments, "--prova", str(other)]) == 1
    assert main([*arguments, "--prova", str(file)]) == 2
    assert told.startswith("Autentica\nProtocollo: OMNIACOM.2026.0000001\nData di invio: 23/11/2026 09:14\n")
    file.write_bytes(changed(receipt, len(receipt) // 2, 1))
    capsys.readouterr()
    assert main(arguments) == 1
    assert capsys.readouterr().out.startswith("Non autentica: ")
    assert main(["verifica-ricevuta", str(tmp_path / "manca.pdf"), "--autorita", str(authority)]) == 2


def test_a_receipt_waits_for_its_time_stamp(unsealed: bytes, keys: seal_keys.SealKeys) -> None:
    with pytest.raises(StampAway):
        Seal(keys, f"http://127.0.0.1:{free_port()}/").put_on(unsealed)


@pytest.mark.usefixtures("worker")
async def test_what_the_worker_gives_out_is_sealed(anna: Visitor, settings: Settings) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    await until_receipt(anna)
    protocol, path = anna.page.hook("protocollo"), f"{anna.page.path}/ricevuta"
    pdf = await until_pdf(anna, path)
    demo = seal_keys.load(settings)
    assert demo
    said = await asyncio.to_thread(sealed.check, pdf, authorities(demo))
    assert said.protocol == protocol
