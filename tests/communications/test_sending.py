"""Once, without gaps, never changed: what the database itself holds fast."""

import asyncio
import hashlib
import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
import rfc8785
from structlog.testing import capture_logs

from omnia_com.communications import amendments, drafts
from omnia_com.communications.drafts import Incomplete
from omnia_com.communications.sent import find_sent
from omnia_com.documents import receipts
from omnia_com.documents.sheets import receipt_sheet
from omnia_com.italy.clock import Clock
from omnia_com.settings import ROME, Letterhead, Settings
from tests.helpers.browsing import Visitor
from tests.helpers.people import ANNA, AUTONOMO, BOTH_TICKS, SUBORDINATO
from tests.helpers.steps import posted_draft, send

HEADING = Letterhead("Ente di prova", "Avviso di prova")


def moment(text: str) -> Clock:
    return Clock(datetime.fromisoformat(text).replace(tzinfo=ROME))


async def some_drafts(n: int) -> list[UUID]:
    ids = [UUID(int=i + 1) for i in range(n)]
    for id in ids:
        await drafts.start(ANNA.codice_fiscale, id, limit=1000, typed={})
        await drafts.save(ANNA.codice_fiscale, id, AUTONOMO, version=1)
    return ids


async def test_protocols_are_progressive_and_without_gaps_whoever_fails(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    """Forty sendings at once, some of them twice, some without their drafts."""
    ids = await some_drafts(40)
    clock = moment("2026-11-23T10:00:00")

    async def one(id: UUID, ticks: dict[str, str]) -> None:
        with suppress(Incomplete):
            await drafts.send(ANNA, id, None, ticks, clock, 1000, HEADING)

    await asyncio.gather(*(one(id, BOTH_TICKS if i % 5 else {}) for i, id in enumerate(ids) for _ in range(2)))
    numbers = [r["protocollo"] for r in await database.fetch("SELECT protocollo FROM comunicazione ORDER BY 1")]
    assert numbers == [f"OMNIACOM.2026.{n:07}" for n in range(1, 33)]
    assert await database.fetchval("SELECT count(*) FROM documento WHERE tipo = 'ricevuta'") == 32


async def test_the_numbers_start_again_with_the_year_in_rome(anna: Visitor) -> None:
    ids = await some_drafts(3)
    given = [
        (await drafts.send(ANNA, id, None, BOTH_TICKS, moment(when), 1000, HEADING)).protocollo
        for id, when in zip(ids, ("2026-12-31T23:59:59", "2027-01-01T00:00:00", "2027-01-01T00:00:01"), strict=True)
    ]
    assert given == ["OMNIACOM.2026.0000001", "OMNIACOM.2027.0000001", "OMNIACOM.2027.0000002"]


class Told(Clock):
    """Says one instant after another, whoever asks."""

    def __init__(self, *instants: str) -> None:
        super().__init__()
        object.__setattr__(self, "left", [datetime.fromisoformat(each).replace(tzinfo=ROME) for each in instants])

    def now(self) -> datetime:
        left: list[datetime] = getattr(self, "left")  # noqa: B009 – the class it comes from has slots
        return (left.pop(0) if len(left) > 1 else left[0]).astimezone(UTC)


async def given(database: asyncpg.Connection) -> list[tuple[str, datetime]]:
    """(protocol, instant) of what was sent, by protocol."""
    return [tuple(r) for r in await database.fetch("SELECT protocollo, inviata_il FROM comunicazione ORDER BY 1")]


async def send_at_once(ids: list[UUID], clock: Clock) -> None:
    await asyncio.gather(*(drafts.send(ANNA, id, None, BOTH_TICKS, clock, 1000, HEADING) for id in ids))


async def test_numbers_go_the_way_of_time(anna: Visitor, database: asyncpg.Connection) -> None:
    """Forty at once: who waits for the number reads the clock when it is theirs."""
    await send_at_once(await some_drafts(40), Clock())
    sent = await given(database)
    assert len(sent) == 40
    assert [when for _, when in sent] == sorted(when for _, when in sent)


async def test_a_clock_that_goes_back_gives_no_later_number_an_earlier_instant(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    chance = random.Random(5)
    instants = [f"2026-11-23T{chance.randrange(8, 20):02}:{chance.randrange(60):02}:00" for _ in range(200)]
    with capture_logs() as logs:
        await send_at_once(await some_drafts(30), Told(*instants))
    sent = await given(database)
    assert [name for name, _ in sent] == [f"OMNIACOM.2026.{n:07}" for n in range(1, 31)]
    assert [when for _, when in sent] == sorted(when for _, when in sent)
    warned = [entry for entry in logs if entry["event"] == "orologio_indietro"]
    assert warned
    assert all(entry["ordine"] and entry["secondi"] > 0 for entry in warned)


async def test_no_later_day_is_lent_to_who_sends_while_the_clock_goes_back(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    """It could cost the benefit; half a second, by which two machines differ, is no other day."""
    ids = await some_drafts(4)
    for id, when in zip(
        ids,
        ("2026-11-24T00:00:00.2", "2026-11-23T23:59:59.9", "2026-11-23T23:30:00", "2026-11-23T23:29:00"),
        strict=True,
    ):
        await drafts.send(ANNA, id, None, BOTH_TICKS, moment(when), 1000, HEADING)
    clocks = [f"{when.astimezone(ROME):%d %H:%M:%S.%f}"[:-5] for _, when in await given(database)]
    assert clocks == ["24 00:00:00.2", "24 00:00:00.2", "23 23:30:00.0", "23 23:30:00.0"]


async def test_a_year_that_ends_while_others_are_waited_for(anna: Visitor, database: asyncpg.Connection) -> None:
    (old, new, again) = await some_drafts(3)
    end = moment("2026-12-31T23:59:58")
    await drafts.send(ANNA, old, None, BOTH_TICKS, end, 1000, HEADING)
    late = Told("2026-12-31T23:59:59", "2026-12-31T23:59:59", "2027-01-01T00:00:00")
    await drafts.send(ANNA, new, None, BOTH_TICKS, late, 1000, HEADING)
    await drafts.send(ANNA, again, None, BOTH_TICKS, end, 1000, HEADING)
    assert [(name, when.astimezone(ROME).year) for name, when in await given(database)] == [
        ("OMNIACOM.2026.0000001", 2026),
        ("OMNIACOM.2026.0000002", 2026),
        ("OMNIACOM.2027.0000001", 2027),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE comunicazione SET tipologia = 'autonomo'",
        "UPDATE comunicazione SET ente = 'Altro ente', avviso = ''",
        "DELETE FROM comunicazione",
        "TRUNCATE comunicazione CASCADE",
    ],
)
async def test_the_database_refuses_to_change_what_was_sent(
    statement: str, anna: Visitor, database: asyncpg.Connection
) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute(statement)


async def test_what_is_kept_is_what_was_asked_verbatim(anna: Visitor, database: asyncpg.Connection) -> None:
    left_over = {"giornate_lavorate": "51", "partita_iva": "12345670017"}
    draft = await posted_draft(anna, SUBORDINATO | left_over | {"reddito_presunto_annuale": "€ 12.000"})
    await send(anna, draft)
    row = await database.fetchrow("SELECT * FROM comunicazione")
    answers = json.loads(row["risposte"])
    assert answers["reddito_presunto_annuale"] == "€ 12.000"
    assert not left_over.keys() & answers.keys()
    assert row["reddito_centesimi"] == 1_200_000
    assert row["data_inizio"].isoformat() == "2026-12-01"
    assert json.loads(row["persona"])["email"] == "anna.prova@example.org"


async def test_the_digest_is_that_of_the_canonical_data(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await send(anna, draft)
    sent = await find_sent("PRVNNA85E49H501L", UUID(draft.rpartition("/")[2]))
    data = json.loads(sent.canonical())
    assert rfc8785.dumps(data) == sent.canonical()
    assert hashlib.sha256(sent.canonical()).hexdigest() == sent.sha256
    assert data["risposte"]["annotazioni"] == "Turno di sera.\nAnche il sabato."
    assert data["inviata_il"] == "2026-11-23T09:00:00.000000+00:00"


async def test_the_head_of_a_receipt_is_that_of_its_sending(anna: Visitor, database: asyncpg.Connection) -> None:
    """Whatever the settings have become since; so is that of an annulment, and what a worker is given to print."""
    (id,) = await some_drafts(1)
    clock = moment("2026-11-23T10:00:00")
    sent = await drafts.send(ANNA, id, None, BOTH_TICKS, clock, 1000, HEADING)
    other = Letterhead("Ente di domani", "")
    annulled = await amendments.annul(ANNA, id, UUID(int=99), "per_errore", clock, 1000, other)
    for record, head in ((sent, HEADING), (annulled, other)):
        found = await find_sent(ANNA.codice_fiscale, record.id)
        sheet = receipt_sheet(found)
        assert (sheet.ente, sheet.banner) == (head.ente, head.banner)
        work = await receipts.claim(record.id)
        assert work is not None
        assert (work.sheet, work.data) == (sheet, record.canonical())
    assert "Ente di prova" not in sent.canonical().decode()


async def test_the_pages_send_under_the_settings(anna: Visitor, settings: Settings) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    original = anna.page.path
    await anna.follow("Annulla comunicazione")
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    for path in (original, anna.page.path):
        record = await find_sent(ANNA.codice_fiscale, UUID(path.rpartition("/")[2]))
        assert (record.ente, record.avviso) == (settings.ente, settings.banner)


async def test_a_later_identity_does_not_touch_what_was_sent(
    visitor: Callable[[], Visitor], database: asyncpg.Connection
) -> None:
    """CIE gives no contacts: signed in so afterwards, the receipt keeps those of the sending."""
    anna = await visitor().sign_in("P01")
    await send(anna, await posted_draft(anna, SUBORDINATO))
    sent = anna.page.path
    await anna.sign_in("P01", button="Entra con CIE")
    await anna.get(sent)
    assert "anna.prova@example.org" in anna.page.text


async def test_limits_of_one_person_are_told_in_words(anna: Visitor) -> None:
    with pytest.raises(drafts.TooMany):
        await drafts.start(ANNA.codice_fiscale, UUID(int=9), limit=0, typed={})
    (id,) = await some_drafts(1)
    with pytest.raises(drafts.TooMany):
        await drafts.send(ANNA, id, None, BOTH_TICKS, moment("2026-11-23T10:00:00"), 0, HEADING)


async def test_a_second_sending_for_the_same_days_is_told(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    again = await posted_draft(anna, AUTONOMO | {"data_inizio": "31/05/2027"})
    await anna.get(f"{again}/riepilogo")
    assert anna.page.warnings == ["periodo_gia_comunicato"]
    after = await posted_draft(anna, AUTONOMO | {"data_inizio": "01/06/2027"})
    await anna.get(f"{after}/riepilogo")
    assert anna.page.warnings == []
