"""How long things are kept: a draft a year, with notice; what was sent is not the service's to delete."""

import dataclasses
from pathlib import Path

import asyncpg

from omnia_com.communications import drafts
from omnia_com.settings import Settings
from omnia_com.workers.main import tidy
from tests.helpers.browsing import Visitor
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send


async def aged(database: asyncpg.Connection, days: int) -> None:
    await database.execute(f"UPDATE bozza SET aggiornata = now() - interval '{days} days'")


async def test_a_draft_is_announced_a_month_before_it_goes(
    anna: Visitor, database: asyncpg.Connection, settings: Settings
) -> None:
    draft = await posted_draft(anna, AUTONOMO)
    for days, announced in ((330, False), (340, True)):
        await aged(database, days)
        await drafts.forget_old_drafts(settings.conserva_bozze)
        assert ("si elimina il" in (await anna.get("/comunicazioni")).text) is announced
    await anna.get(draft)
    await anna.fill(reddito_presunto_annuale="5000").press("Salva")
    assert "si elimina il" not in (await anna.get("/comunicazioni")).text, "touched again"
    await aged(database, 340)
    await anna.get(draft)
    await anna.press("Salva")
    assert "si elimina il" not in (await anna.get("/comunicazioni")).text, "saved as it is"
    await aged(database, 366)
    await drafts.forget_old_drafts(settings.conserva_bozze)
    await anna.get(draft, expect=404)


async def test_what_was_sent_stays(anna: Visitor, database: asyncpg.Connection, settings: Settings) -> None:
    await send(anna, await posted_draft(anna, AUTONOMO))
    await drafts.forget_old_drafts(0)
    await anna.get(anna.page.path)
    assert anna.page.hook("stato") == "inviata"


async def test_what_cannot_be_done_keeps_nothing_longer_than_its_time(
    anna: Visitor, database: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    await posted_draft(anna, AUTONOMO)
    await aged(database, 366)
    no_signer = dataclasses.replace(
        settings,
        saml_idp_metadata_url="https://registro.example/idp.xml",
        saml_idp_metadata_certificato=str(tmp_path / "nowhere.pem"),
    )
    await tidy(no_signer)
    assert await database.fetchval("SELECT count(*) FROM bozza") == 0
