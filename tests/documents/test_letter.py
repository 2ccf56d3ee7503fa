"""The letter to the employer who asked for the benefit: who, from when, that INPS was told; nothing more."""

import asyncpg
import page as pdf_judge  # page-validation
import pytest

from omnia_com.documents.pdf.text import pages_text
from tests.helpers.browsing import Visitor
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft, send, until_pdf

# No worker runs yet: the first test that asks for it starts it for the rest of the module.


async def test_without_a_browser_for_the_pdf_letter_and_draft_are_pages_to_print(
    anna: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await anna.press("Esporta in PDF")
    await anna.follow("Apri la bozza come pagina da stampare")
    assert "BOZZA, NON INVIATA" in anna.page.text
    assert "Alfa Esempio" in anna.page.text
    await send(anna, draft)
    await anna.press("Lettera per il datore di lavoro")
    await anna.follow("Apri la lettera come pagina da stampare")
    assert "Vi comunico che dal 01/12/2026" in anna.page.text
    assert "Alfa Esempio" not in anna.page.text


async def test_a_letter_that_failed_is_made_when_it_is_asked_for_again(
    anna: Visitor, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)
    await send(anna, await posted_draft(anna, SUBORDINATO))
    communication = anna.page.path
    await anna.press("Lettera per il datore di lavoro")
    await database.execute("UPDATE documento SET stato = 'fallita' WHERE tipo = 'lettera'")
    await anna.get(f"{communication}/lettera")
    await anna.press("Prepara la lettera")
    assert await database.fetchval("SELECT stato FROM documento WHERE tipo = 'lettera'") == "attesa"


# With the worker.


async def test_the_letter_names_neither_income_nor_new_employer(anna: Visitor, worker: None) -> None:
    asked = SUBORDINATO | {"datore_integrazione_salariale": "Vecchia Fabbrica S.p.A."}
    await send(anna, await posted_draft(anna, asked))
    communication = anna.page.path
    await anna.press("Lettera per il datore di lavoro")
    pdf = await until_pdf(anna, f"{communication}/lettera")
    text = "".join(pages_text(pdf))
    for said in ("VecchiaFabbricaS.p.A.", "AnnaProva", "01/12/2026", "23/11/2026", "OMNIACOM.2026.0000001"):
        assert said in text
    for secret in ("Alfa", "12.000", "99990011217", "Torino"):
        assert secret not in text
    assert b"Alfa Esempio" not in pdf
    for profile in ("pdf-ua-1", "pdf-a-3a"):
        assert pdf_judge.validate_pdf_bytes(pdf, profile=profile).failures == []


async def test_before_it_is_asked_for_the_page_says_what_it_is(anna: Visitor, worker: None) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    await anna.get(f"{anna.page.path}/lettera")
    assert "Non dice quanto guadagni" in anna.page.text
    await anna.press("Prepara la lettera")
