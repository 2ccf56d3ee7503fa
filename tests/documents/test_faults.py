"""Whatever is killed, emptied or away: every acknowledged communication is there, once, with its receipt."""

import asyncio
import io
import os
import signal
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
import page as pdf_judge  # page-validation
import pikepdf
import pytest
import redis.asyncio
from arq.jobs import serialize_result
from arq.worker import JobExecutionFailed

from omnia_com.commands.up.embedded import temporary
from omnia_com.communications.drafts import Draft
from omnia_com.communications.sent import find_sent
from omnia_com.documents import receipts
from omnia_com.documents.exports import ask_export
from omnia_com.documents.pdf.text import pages_text
from omnia_com.documents.queue import Queue, serialize
from omnia_com.documents.sheets import draft_sheet
from omnia_com.form.answers import read
from omnia_com.pages.http.front import Front
from omnia_com.people.declarants import Person
from omnia_com.settings import Letterhead, Settings
from omnia_com.storage.database import PATIENCE as PATIENCE_OF_A_PERSON
from tests.conftest import forced, free_port
from tests.documents.steps import Start, documents_are, sent_many
from tests.helpers.browsing import Visitor
from tests.helpers.hanging import hanging
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import PATIENCE, PAUSE, show, stopped, until

ANNA = "PRVNNA85E49H501L"


async def receipts_are_whole(database: asyncpg.Connection, n: int) -> None:
    """*n* receipts, each with its own protocol in it."""
    rows = await database.fetch("SELECT protocollo, pdf FROM comunicazione JOIN documento USING (id)")
    assert len({row["protocollo"] for row in rows}) == n
    for row in rows:
        assert any(row["protocollo"] in text for text in pages_text(row["pdf"]))


async def held(database: asyncpg.Connection) -> set[UUID]:
    """The leases under which somebody renders now, or died."""
    return {row["gettone"] for row in await database.fetch("SELECT gettone FROM documento WHERE gettone IS NOT NULL")}


async def killed_while_it_renders(
    worker: subprocess.Popen[bytes], database: asyncpg.Connection, before: set[UUID]
) -> set[UUID]:
    """It is stopped first: so it cannot be done between the look and the end. Returns what it held."""

    async def stopped_with_a_document() -> set[UUID]:
        if not await held(database) - before:
            return set()
        worker.send_signal(signal.SIGSTOP)
        await asyncio.sleep(PAUSE)  # what it had asked of the database is answered
        if not (new := await held(database) - before):
            worker.send_signal(signal.SIGCONT)
        return new

    new = await until(stopped_with_a_document, lambda: "a worker that holds nothing")
    worker.send_signal(signal.SIGKILL)
    await asyncio.to_thread(worker.wait)
    return new


@pytest.mark.usefixtures("no_waiting")
async def test_a_worker_killed_while_it_renders_loses_no_receipt(
    anna: Visitor, own_worker: Start, database: asyncpg.Connection
) -> None:
    await sent_many(anna, 4)
    before: set[UUID] = set()
    for _ in range(2):
        before |= await killed_while_it_renders(own_worker(), database, before)
        assert await held(database), "it was killed while it held a document"
        await database.execute("UPDATE documento SET presa_fino = now() WHERE stato = 'attesa'")  # the lease runs out
    own_worker()
    await documents_are("stato = 'pronta'", database)
    await receipts_are_whole(database, 4)


def test_a_job_that_a_killed_worker_left_ends_as_a_text_without_a_traceback_in_the_log() -> None:
    left = JobExecutionFailed("max 1 retries exceeded")
    stored = serialize_result(
        "render", ("id",), {}, 1, 0, False, left, 0, 0, "ref", "arq:queue", "job", serializer=serialize
    )
    assert stored, "arq keeps what the queue could write down"
    assert msgspec.json.decode(stored)["r"] == repr(left)


@pytest.mark.usefixtures("no_waiting")
async def test_an_emptied_queue_loses_no_receipt(
    anna: Visitor, own_worker: Start, database: asyncpg.Connection, settings: Settings
) -> None:
    await sent_many(anna, 3)
    queue = redis.asyncio.Redis.from_url(settings.redis_url)
    assert await queue.dbsize() > 0, "the hints were there"
    await queue.flushall()
    await queue.aclose()
    own_worker()
    await documents_are("stato = 'pronta'", database)
    await receipts_are_whole(database, 3)


@pytest.mark.usefixtures("no_waiting")
async def test_sending_goes_on_while_the_queue_is_away(
    anna: Visitor, app: Front, own_worker: Start, database: asyncpg.Connection
) -> None:
    before = app.litestar.state.services
    app.litestar.state.services = msgspec.structs.replace(before, queue=Queue("unix:///nowhere/valkey.sock"))
    try:
        await sent_many(anna, 1)
        assert anna.page.hook("stato") == "inviata"
        answer = await anna.client.get("/salute")
        assert (answer.status_code, answer.json()["stato"], answer.json()["coda"]) == (200, "degradato", False)
    finally:
        app.litestar.state.services = before
    own_worker()
    await documents_are("stato = 'pronta'", database)


@pytest.mark.usefixtures("no_waiting")
async def test_without_a_browser_receipts_wait_and_are_made_when_there_is_one(
    anna: Visitor, own_worker: Start, database: asyncpg.Connection
) -> None:
    without = own_worker(OMNIA_CHROMIUM="/nowhere/chromium")
    await until(lambda: database.fetchval("SELECT count(*) FROM battito"), lambda: "no beat of the worker")
    await sent_many(anna, 1)
    assert anna.page.hook("ricevuta") == "attesa"
    await anna.follow("Scarica ricevuta")
    assert "non è ancora pronta" in anna.page.text
    await anna.follow("Apri la ricevuta come pagina")
    assert (await anna.client.get("/salute")).json()["stato"] == "degradato"
    without.terminate()
    own_worker()
    await documents_are("stato = 'pronta' AND tentativi = 0", database)


@pytest.mark.usefixtures("no_waiting")
async def test_a_receipt_that_failed_for_good_can_be_asked_for_again(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    await sent_many(anna, 1)
    id = UUID(anna.page.path.rpartition("/")[2])
    for _ in range(receipts.MOST_ATTEMPTS):
        await database.execute("UPDATE documento SET presa_fino = now()")  # the time between two attempts passes
        work = await receipts.claim(id)
        assert work
        await receipts.give_back(work, failed=True)
    await anna.get(anna.page.path)
    assert anna.page.hook("ricevuta") == "fallita"
    await anna.press("Prepara di nuovo la ricevuta")
    assert anna.page.hook("ricevuta") == "attesa"


async def test_who_lost_the_lease_stores_nothing(anna: Visitor, database: asyncpg.Connection, no_waiting: None) -> None:
    await sent_many(anna, 1)
    id = UUID(anna.page.path.rpartition("/")[2])
    slow = await receipts.claim(id)
    assert slow
    assert await receipts.claim(id) is None, "nobody else, while the lease runs"
    await database.execute("UPDATE documento SET presa_fino = now()")
    quick = await receipts.claim(id)
    assert quick
    assert not await receipts.keep(slow, b"%PDF slow")
    assert await receipts.keep(quick, b"%PDF quick")


async def test_the_service_says_when_its_database_is_away_and_comes_back(tmp_path: Path) -> None:
    port = free_port()
    assert PATIENCE_OF_A_PERSON <= 4, "seconds: ASVS 16.5"
    with temporary() as servers:
        environment = {
            "OMNIA_PORT": str(port),
            "OMNIA_DATA": str(tmp_path),
            "OMNIA_DATABASE_URL": servers.database_url,
            "OMNIA_DATABASE_OWNER_URL": servers.owner_url,
            "OMNIA_REDIS_URL": servers.redis_url,
        }
        log, address = tmp_path / "web.log", f"http://127.0.0.1:{port}"
        process = await asyncio.to_thread(web_process, environment, log)
        try:
            async with httpx.AsyncClient(base_url=address, cookies={"sid": "x"}, timeout=PATIENCE) as client:
                await comes_to_answer(client, 200)
                assert servers.postgres
                servers.postgres.process.stop(grace=5)
                for path in ("/salute", "/comunicazioni"):
                    answer = await client.get(path)
                    assert answer.status_code == 503, path
                assert "Riprova fra qualche minuto" in answer.text
                servers.postgres.start()
                await comes_to_answer(client, 200)
                with hanging(servers.postgres.process.pid):  # which ends after the answers: they wait for no database
                    asked = (client.get(path) for path in ("/comunicazioni", "/salute", "/"))
                    assert [answer.status_code for answer in await asyncio.gather(*asked)] == [503] * 3
                await comes_to_answer(client, 200)
        finally:
            show(log)
            await asyncio.to_thread(stopped, process, log)


def web_process(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    import sys

    whole = {**os.environ, **environment}
    subprocess.run([sys.executable, "-m", "omnia_com", "migrate"], env=whole, check=True, capture_output=True)
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, "-m", "omnia_com", "web"], env=whole, stderr=out)


async def comes_to_answer(client: httpx.AsyncClient, status: int) -> None:
    seen: object = None

    async def there() -> bool:
        nonlocal seen
        try:
            answer = await client.get("/salute")
        except httpx.TransportError as e:
            seen = repr(e)
            return False
        seen = answer.status_code, answer.text
        return answer.status_code == status

    await until(there, lambda: seen)


# With a worker that nothing happens to: no test before these has one that stays.


def unsealed(pdf: bytes) -> bytes:
    """The file as it was before a seal was appended to it."""
    return pdf[: pdf.index(b"%%EOF")]


async def test_the_receipt_can_be_made_again_the_same_and_passes_its_judges(
    anna: Visitor, worker: None, database: asyncpg.Connection, no_waiting: None
) -> None:
    note = "<b>\"' {{7*7}} 🙂 Київ"
    await send(anna, await posted_draft(anna, SUBORDINATO | {"annotazioni": note}))
    communication = anna.page.path
    await documents_are("stato = 'pronta'", database)
    first = await database.fetchval("SELECT pdf FROM documento")
    await forced(database, "UPDATE documento SET stato = 'attesa', pdf = NULL, tentativi = 0")
    await documents_are("stato = 'pronta'", database)
    again = await database.fetchval("SELECT pdf FROM documento")
    assert unsealed(again) == unsealed(first), "a seal has its own hour"
    judged(first)
    sent = await find_sent(ANNA, UUID(communication.rpartition("/")[2]))
    assert embedded(first) == sent.canonical()
    text = "".join(pages_text(first))
    for row in (*sent.persona.rows(), *sent.righe):
        assert "".join(row.label.split()) in text
    for said in ("23/11/202610:00", sent.protocollo, sent.sha256, "Ambientedimostrativo"):
        assert said.lower() in text.lower(), said


async def test_the_export_of_a_draft_passes_its_judges(
    anna: Visitor, worker: None, database: asyncpg.Connection, no_waiting: None
) -> None:
    draft = await posted_draft(anna, {"tipologia_rioccupazione": "subordinato", "data_inizio": "30/02/2027"})
    await anna.get(draft)
    await anna.press("Esporta in PDF")
    await documents_are("stato = 'pronta'", database)
    await anna.get(f"{draft}/pdf")
    pdf = anna.page.response.content
    judged(pdf)
    text = "".join(pages_text(pdf))
    assert "BOZZA,NONINVIATA" in text
    assert "OMNIACOM." not in text


async def test_of_a_draft_as_long_as_can_be_the_export_shows_as_much_as_could_be_sent(
    web: str, clean: None, worker: None, database: asyncpg.Connection
) -> None:
    typed = {"tipologia_rioccupazione": "autonomo", "annotazioni": "a\n" * 125_000}
    draft = Draft(uuid4(), typed, 1, datetime.now(UTC))
    person = Person(nome="Anna", cognome="Prova", codice_fiscale=ANNA)
    sheet = draft_sheet(person, read(typed, date(2026, 11, 23)), draft, (), Letterhead("Ente", ""))
    await ask_export(ANNA, draft.id, sheet, 100)
    await documents_are("stato = 'pronta'", database)
    text = "".join(pages_text(await database.fetchval("SELECT pdf FROM documento")))
    assert 2000 <= text.count("a") < 2200
    assert "a…Allegati" in text


def judged(pdf: bytes) -> None:
    for profile in ("pdf-ua-1", "pdf-a-3a"):
        assert pdf_judge.validate_pdf_bytes(pdf, profile=profile).failures == []


def embedded(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return document.attachments["comunicazione.json"].get_file().read_bytes()
