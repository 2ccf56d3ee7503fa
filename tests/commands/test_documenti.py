"""Documents that failed are listed by the office and started again, and doctor says that there are some."""

import asyncio
import dataclasses
import json
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from omnia_com.commands.doctor.kept import kept
from omnia_com.documents import receipts
from omnia_com.settings import Settings
from tests.commands.test_elimina_scadute import omnia
from tests.conftest import free_port
from tests.helpers.browsing import Visitor
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


async def fails(database: asyncpg.Connection, id: UUID) -> None:
    """As often as it may."""
    for _ in range(receipts.MOST_ATTEMPTS):
        await database.execute("UPDATE documento SET presa_fino = now()")
        work = await receipts.claim(id)
        assert work
        await receipts.give_back(work, failed=True)


async def test_failed_documents_are_listed_and_made_anew(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str], settings: Settings
) -> None:
    await send(anna, await posted_draft(anna, AUTONOMO))
    id = anna.page.path.rpartition("/")[2]
    assert (await asyncio.to_thread(omnia, environment, "documenti")).returncode == 0
    await fails(database, UUID(id))
    found = await kept(settings)
    assert any("1 non riusciti" in f.text and "omnia-com documenti" in f.todo for f in found if not f.well)

    said = await asyncio.to_thread(omnia, environment, "documenti")
    assert (said.returncode, json.loads(said.stdout)["id"]) == (1, id)
    assert "PRVNNA" not in said.stdout, "whose it is, is nobody's business here"
    wrong = await asyncio.to_thread(omnia, environment, "documenti", "--riprova", "--id", "nessuno")
    assert (wrong.returncode, "Traceback" in wrong.stderr) == (2, False)
    again = await asyncio.to_thread(omnia, environment, "documenti", "--riprova")
    assert (again.returncode, json.loads(again.stdout)["id"]) == (0, id)
    assert await receipts.claim(UUID(id)), "a worker takes it"


async def test_doctor_says_what_is_away(settings: Settings, migrated: None, tmp_path: Path) -> None:
    folder = tmp_path / "allegati"
    own = dataclasses.replace(settings, allegati_url=f"file://{folder}", clamd=f"127.0.0.1:{free_port()}")
    store, antivirus, *_ = await kept(own)
    assert (store.well, antivirus.well, "OMNIA_CLAMD" in antivirus.todo) == (True, False, True)
