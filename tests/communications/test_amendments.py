"""Rettifica and Annullamento: what was sent stays; something with its own number follows it, once."""

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from omnia_com.communications import amendments, drafts
from omnia_com.communications.sent import Sent, Superseded, find_sent
from omnia_com.italy.clock import Clock
from omnia_com.settings import Letterhead
from tests.helpers.browsing import Page, Visitor, said
from tests.helpers.people import ANNA, BOTH_TICKS, SUBORDINATO
from tests.helpers.steps import posted_draft, send


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


async def test_a_rettifica_takes_the_place_of_its_original(anna: Visitor, at: Callable[[str], None]) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    original = anna.page.path
    at("2026-11-24T09:00:00")
    await anna.press("Rettifica")
    assert anna.page.value("datore_lavoro") == "Alfa Esempio S.r.l."
    await anna.fill(reddito_presunto_annuale="9.000").press("Continua")
    assert anna.page.warnings == [], "its original does not count as communicated already"
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione")
    assert anna.page.hook("protocollo") == "OMNIACOM.2026.0000002"
    assert anna.page.hook("stato") == "inviata"
    assert "Sostituisce la" in anna.page.text
    await anna.get(original)
    assert (anna.page.hook("protocollo"), anna.page.hook("stato")) == ("OMNIACOM.2026.0000001", "sostituita")
    assert "Sostituita dalla comunicazione" in anna.page.text
    anna.page.link("OMNIACOM.2026.0000002")
    anna.page.link("Scarica ricevuta")


def changes(page: Page) -> dict[str, str]:
    return {e.get("data-cambia", ""): said(e) for e in page.tree.iter() if "data-cambia" in e.attrib}


async def test_a_rettifica_shows_before_and_after_and_says_when_nothing_changed(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    assert anna.page.title.startswith("Comunicazione inviata, OMNIACOM.2026.0000001")
    original = anna.page.path
    await anna.press("Rettifica")
    draft = anna.page.path
    await anna.press("Continua")
    assert list(changes(anna.page)) == [""]
    assert "Non hai cambiato niente" in said(anna.page.tree)
    await anna.get(draft)
    await anna.fill(reddito_presunto_annuale="9.000", orario_settimanale="").press("Salva")
    await anna.fill(orario_settimanale="24").press("Continua")
    assert changes(anna.page) == {
        "Reddito presunto annuale (lordo fiscale)": "Reddito presunto annuale (lordo fiscale)"
        "Prima: 12.000,00 €Adesso: 9.000,00 €",
        "Orario di lavoro settimanale": "Orario di lavoro settimanalePrima: 20Adesso: 24",
    }
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione")
    await anna.get(original)
    assert anna.page.title.startswith("Comunicazione sostituita, OMNIACOM.2026.0000001")
    assert "Non hai cambiato niente" not in anna.page.text


async def test_a_communication_that_amends_nothing_has_no_before(anna: Visitor) -> None:
    await anna.get(f"{await posted_draft(anna, SUBORDINATO)}/riepilogo")
    assert changes(anna.page) == {}


async def test_rettifica_pressed_twice_is_one_draft(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    original = anna.page.path
    await anna.press("Rettifica")
    draft = anna.page.path
    await anna.get(original)
    await anna.press("Rettifica")
    assert anna.page.path == draft


async def test_an_annullamento_has_its_reason_and_its_own_protocol(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    original = anna.page.path
    await anna.follow("Annulla comunicazione")
    await anna.press("Annulla la comunicazione")
    assert anna.page.errors == ["motivo:obbligatorio"]
    await anna.fill(motivo="non_iniziato").press("Annulla la comunicazione")
    assert anna.page.hook("protocollo") == "OMNIACOM.2026.0000002"
    assert "Il lavoro non è iniziato" in anna.page.text
    await anna.get(original)
    assert anna.page.hook("stato") == "annullata"
    assert "Rettifica</button>" not in anna.page.text
    again = await posted_draft(anna, SUBORDINATO)
    await anna.get(f"{again}/riepilogo")
    assert anna.page.warnings == [], "an annulled one is not communicated"


async def test_what_was_annulled_meanwhile_is_not_amended(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    original = anna.page.path
    await anna.press("Rettifica")
    draft = anna.page.path
    await anna.get(f"{original}/annulla")
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    await anna.get(f"{draft}/riepilogo")
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione", expect=409)
    assert "già stata corretta o annullata" in anna.page.text
    await anna.get(draft)
    assert anna.page.value("datore_lavoro") == "Alfa Esempio S.r.l.", "the draft is still there"


async def test_an_annulment_twice_is_one(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    original = anna.page.path
    await anna.get(f"{original}/annulla")
    data = {"id": anna.page.value("id"), "motivo": "per_errore", "csrf": anna.page.token}
    answers = await asyncio.gather(*(anna.client.post(f"{original}/annulla", data=data) for _ in range(4)))
    assert {(a.status_code, a.headers["location"]) for a in answers} == {(303, f"/comunicazioni/{data['id']}")}


async def test_of_many_at_the_same_instant_one_wins_and_no_number_is_lost(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    original = UUID(anna.page.path.rpartition("/")[2])
    draft = await amendments.amend(ANNA.codice_fiscale, original, uuid4())
    clock, head = Clock(), Letterhead("Ente", "")
    results = await asyncio.gather(
        drafts.send(ANNA, draft, None, BOTH_TICKS, clock, 99, head),
        *(amendments.annul(ANNA, original, uuid4(), "per_errore", clock, 99, head) for _ in range(8)),
        return_exceptions=True,
    )
    won = [r for r in results if isinstance(r, Sent)]
    assert len(won) == 1
    assert all(isinstance(r, Superseded) for r in results if r is not won[0])
    numbers = await database.fetch("SELECT ultimo FROM protocollo")
    assert [n["ultimo"] for n in numbers] == [2]
    sent = await find_sent(ANNA.codice_fiscale, original)
    assert sent.dopo_protocollo == won[0].protocollo


async def test_an_annulment_is_final(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    await anna.follow("Annulla comunicazione")
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    await anna.post(f"{anna.page.path}/rettifica", {}, expect=409)


async def test_a_rettifica_whose_original_is_gone_says_so_and_can_become_a_new_communication(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    original = anna.page.path
    await anna.press("Rettifica")
    assert anna.page.title.startswith("Rettifica")
    draft = anna.page.path
    await anna.get(f"{original}/annulla")
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    await anna.get(f"{draft}/riepilogo")
    assert "non si può più inviare" in anna.page.text
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione", expect=409)
    await anna.get(draft)
    await anna.fill(annotazioni="Vale ancora.").press("Fanne una comunicazione nuova")
    assert anna.page.path == draft
    assert anna.page.value("annotazioni") == "Vale ancora."
    assert anna.page.title.startswith("Nuova Comunicazione")
    await send(anna, draft)
    assert anna.page.hook("stato") == "inviata"
    assert "Sostituisce la" not in anna.page.text


async def test_annulling_a_rettifica_leaves_nothing_and_says_so(anna: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    await anna.press("Rettifica")
    await send(anna, anna.page.path)
    await anna.follow("Annulla comunicazione")
    assert "OMNIACOM.2026.0000001</bdi>, che non torna valida" in anna.page.text
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    assert "fai una nuova comunicazione prima di iniziare" in anna.page.text
    assert "Lettera per il datore" not in anna.page.text


async def test_a_rettifica_that_still_counts_does_not_become_another_communication(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    await anna.press("Rettifica")
    await anna.post(anna.page.path, {"azione": "nuova", "gruppo_mostrato": "subordinato"})
    assert await database.fetchval("SELECT count(*) FROM bozza WHERE rettifica IS NOT NULL") == 1
