"""The register of each day: the published tree, a proof for everybody, and whoever rewrites what was sent is named."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec
import pytest

from omnia_com.communications import drafts, merkle, register
from omnia_com.communications.register import Finding, Proof
from omnia_com.italy.clock import Clock
from omnia_com.settings import ROME, Letterhead
from tests.conftest import forced
from tests.helpers.browsing import Visitor
from tests.helpers.people import ANNA, AUTONOMO, BOTH_TICKS

# RFC 6962's reference implementation: its leaves, and the roots of the first 1, 2, … of them.
LEAVES = list(
    map(
        bytes.fromhex,
        ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
)
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
FIRST_OF_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
FIRST, SECOND = date(2026, 11, 23), date(2026, 11, 24)


def test_the_tree_is_that_of_rfc_6962() -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tuple(merkle.root(hashes[: n + 1]).hex() for n in range(8)) == ROOTS
    assert [beside.hex() for beside in merkle.path(hashes, 0)] == FIRST_OF_EIGHT


def test_every_proof_leads_to_the_root_and_to_no_other() -> None:
    for size in range(1, 34):
        hashes = [merkle.leaf_hash(bytes([n])) for n in range(size)]
        for place in range(size):
            beside = merkle.path(hashes, place)
            assert merkle.root_from(hashes[place], place, size, beside) == merkle.root(hashes)
            assert merkle.root_from(merkle.leaf_hash(b"other"), place, size, beside) != merkle.root(hashes)
            for wrong in (beside[1:] if beside else [b"x"], [*beside, b"x"]):
                with pytest.raises(ValueError, match="percorso"):
                    merkle.root_from(hashes[place], place, size, wrong)


def at(text: str) -> Clock:
    return Clock(datetime.fromisoformat(text).replace(tzinfo=ROME))


@pytest.fixture
async def two_days(anna: Visitor) -> None:
    """Three communications on one day, the last a moment before midnight, and two on the next: both days are closed."""
    days = (
        "2026-11-23T09:00:00",
        "2026-11-23T15:00:00",
        "2026-11-23T23:59:59.9",
        "2026-11-24T00:00:00",
        "2026-11-24T10:00",
    )
    for n, when in enumerate(days, 1):
        await drafts.start(ANNA.codice_fiscale, UUID(int=n), limit=1000, typed={})
        await drafts.save(ANNA.codice_fiscale, UUID(int=n), AUTONOMO, version=1)
        await drafts.send(ANNA, UUID(int=n), None, BOTH_TICKS, at(when), 1000, Letterhead("Ente", ""))
    await register.close_days(at("2026-11-25T00:10:00"))


def name(number: int) -> str:
    return f"OMNIACOM.2026.{number:07}"


@pytest.mark.usefixtures("two_days")
async def test_each_day_is_closed_once_when_it_is_over(database: asyncpg.Connection) -> None:
    before = await register.days()
    assert [(day.giorno, day.foglie) for day in before] == [(SECOND, 2), (FIRST, 3)]
    await register.close_days(at("2026-11-25T00:10:00"))
    assert await register.days() == before
    assert await register.check() == []


async def test_a_day_that_is_not_over_is_not_closed(anna: Visitor) -> None:
    await drafts.start(ANNA.codice_fiscale, UUID(int=1), limit=1000, typed={})
    await drafts.save(ANNA.codice_fiscale, UUID(int=1), AUTONOMO, version=1)
    await drafts.send(ANNA, UUID(int=1), None, BOTH_TICKS, at("2026-11-23T09:00:00"), 1000, Letterhead("Ente", ""))
    await register.close_days(at("2026-11-24T00:09:00"))
    assert await register.days() == []
    await register.close_days(at("2026-11-24T00:10:00"))
    assert [day.giorno for day in await register.days()] == [FIRST]


@pytest.mark.usefixtures("two_days")
async def test_a_time_stamp_that_is_not_to_be_had_leaves_the_day_open(database: asyncpg.Connection) -> None:
    await forced(database, "DELETE FROM registro_foglia")
    await forced(database, "DELETE FROM registro_giorno")

    async def away(_digest: bytes) -> bytes:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 – it has no words
        await register.close_days(at("2026-11-25T00:10:00"), away)
    assert await register.days() == []
    digests = list[bytes]()

    async def stamp(digest: bytes) -> bytes:
        digests.append(digest)
        return b"marca"

    await register.close_days(at("2026-11-25T00:10:00"), stamp)
    closed = await register.days()
    assert all(day.marca for day in closed)
    assert [digest.hex() for digest in digests] == [day.radice for day in reversed(closed)]


@pytest.mark.usefixtures("two_days")
async def test_the_service_rewrites_nothing_of_it(settings: object, database: asyncpg.Connection) -> None:
    for statement in (
        "UPDATE registro_giorno SET radice = repeat('0', 64)",
        "DELETE FROM registro_foglia",
        "TRUNCATE registro_foglia",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(statement)


REWRITTEN = {
    "deleted": ("DELETE FROM comunicazione WHERE protocollo = 'OMNIACOM.2026.0000002'", [(FIRST, name(2), "tolta")]),
    "changed": (
        "UPDATE comunicazione SET risposte = jsonb_set(risposte, '{annotazioni}', '\"altro\"') "
        "WHERE protocollo = 'OMNIACOM.2026.0000005'",
        [(SECOND, name(5), "cambiata")],
    ),
    "changed with its digest": (
        "UPDATE comunicazione SET sha256 = repeat('0', 64) WHERE protocollo = 'OMNIACOM.2026.0000001'",
        [(FIRST, name(1), "cambiata")],
    ),
    "backdated within its day": (
        "UPDATE comunicazione SET inviata_il = inviata_il - interval '1 hour' "
        "WHERE protocollo = 'OMNIACOM.2026.0000002'",
        [(FIRST, name(2), "cambiata")],
    ),
    "backdated to another day": (
        "UPDATE comunicazione SET inviata_il = inviata_il - interval '1 day' "
        "WHERE protocollo = 'OMNIACOM.2026.0000005'",
        [(FIRST, name(5), "aggiunta"), (SECOND, name(5), "tolta")],
    ),
    "renumbered": (
        "UPDATE comunicazione SET protocollo = 'OMNIACOM.2026.0000009' WHERE protocollo = 'OMNIACOM.2026.0000001'",
        [(FIRST, name(1), "tolta"), (FIRST, name(9), "aggiunta")],
    ),
    "inserted on a day without any": (
        "UPDATE comunicazione SET inviata_il = '2026-11-20T10:00:00Z', protocollo = 'OMNIACOM.2026.0000008' "
        "WHERE protocollo = 'OMNIACOM.2026.0000001'",
        [(FIRST, name(1), "tolta"), (date(2026, 11, 20), name(8), "aggiunta")],
    ),
    "the leaf is changed": (
        "UPDATE registro_foglia SET sha256 = repeat('0', 64) WHERE protocollo = 'OMNIACOM.2026.0000004'",
        [(SECOND, "", "radice"), (SECOND, name(4), "cambiata")],
    ),
    "the root is changed": (
        "UPDATE registro_giorno SET radice = repeat('0', 64) WHERE giorno = '2026-11-23'",
        [(FIRST, "", "radice")],
    ),
}


@pytest.mark.usefixtures("two_days")
@pytest.mark.parametrize("how", REWRITTEN)
async def test_what_a_superuser_rewrites_is_named_with_its_day(how: str, database: asyncpg.Connection) -> None:
    statement, found = REWRITTEN[how]
    await forced(database, statement)
    assert await register.check() == [Finding(*f) for f in found]  # type: ignore[arg-type]


@pytest.mark.usefixtures("two_days")
async def test_one_inserted_is_named(database: asyncpg.Connection) -> None:
    columns = (
        "dichiarante, genere, motivo, tipologia, data_inizio, data_fine, reddito_centesimi, partita_iva, risposte, "
    )
    columns += "righe, persona, allegati, dichiarazioni_versione, lingua, sha256, ente, avviso, inviata_il"
    await forced(
        database,
        f"INSERT INTO comunicazione (id, protocollo, {columns}) SELECT gen_random_uuid(), $1, {columns} "
        "FROM comunicazione WHERE protocollo = 'OMNIACOM.2026.0000002'",
        name(7),
    )
    assert await register.check() == [Finding(FIRST, name(7), "aggiunta")]


@pytest.mark.usefixtures("two_days")
async def test_one_that_was_removed_when_its_years_were_over_keeps_its_leaf(database: asyncpg.Connection) -> None:
    await database.execute(
        "INSERT INTO eliminata (protocollo, inviata_il, sha256, operatore) "
        "SELECT protocollo, inviata_il, sha256, 'prova' FROM comunicazione WHERE protocollo = $1",
        name(2),
    )
    await forced(database, "DELETE FROM comunicazione WHERE protocollo = $1", name(2))
    assert await register.check() == []
    proof = await register.proof_of(name(1))
    assert proof
    assert proof.holds()


@pytest.mark.usefixtures("two_days")
async def test_a_proof_is_offered_from_the_next_day_and_holds(anna: Visitor, luca: Visitor) -> None:
    await anna.get(f"/comunicazioni/{UUID(int=2)}")
    await anna.follow("Scarica la prova che è nel registro")
    proof = msgspec.json.decode(anna.page.response.content, type=Proof)
    assert (proof.protocollo, proof.giorno, proof.foglie) == (name(2), FIRST, 3)
    assert proof.holds()
    for change in ({"posto": 0}, {"sha256": "0" * 64}, {"protocollo": name(1)}, {"percorso": proof.percorso[1:]}):
        assert not msgspec.structs.replace(proof, **change).holds()
    page = await luca.get("/registro")
    assert proof.radice in page.text
    assert "23/11/2026" in page.text
    await luca.get(f"/comunicazioni/{UUID(int=2)}/prova", expect=404)


async def test_today_there_is_no_proof_yet(anna: Visitor) -> None:
    await drafts.start(ANNA.codice_fiscale, UUID(int=1), limit=1000, typed={})
    await drafts.save(ANNA.codice_fiscale, UUID(int=1), AUTONOMO, version=1)
    await drafts.send(ANNA, UUID(int=1), None, BOTH_TICKS, at("2026-11-23T09:00:00"), 1000, Letterhead("Ente", ""))
    page = await anna.get(f"/comunicazioni/{UUID(int=1)}")
    assert "/prova" not in page.text
    await anna.get(f"/comunicazioni/{UUID(int=1)}/prova", expect=404)
