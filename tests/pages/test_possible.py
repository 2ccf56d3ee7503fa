"""May I work? The page that whoever has not signed in may ask."""

from collections.abc import Callable

import asyncpg
import pytest

from tests.helpers.browsing import Page, Visitor, said


def told(page: Page) -> list[str]:
    return [e.get("data-conseguenza", "") for e in page.tree.iter() if "data-conseguenza" in e.attrib]


async def test_the_start_page_leads_there_and_the_answer_back(visitor: Callable[[], Visitor]) -> None:
    anybody = visitor()
    await anybody.get("/")
    await anybody.follow("Rispondi a quattro domande")
    assert (anybody.page.path, told(anybody.page), anybody.page.errors) == ("/posso", [], [])
    anybody.fill(lavoro="dipendente", collocazione_oraria="coincide", data_inizio="01/12/2026", data_fine="31/5/2027")
    await anybody.press("Guarda che cosa succede")
    assert told(anybody.page) == ["R2-SUB-OVERLAP", "ALL-UNILAV", "ALL-EMPLOYER"]
    assert "Perdi la cassa integrazione per i giorni in cui lavori." in said(anybody.page.tree)
    assert anybody.page.value("data_fine") == "31/5/2027", "the answers are there, to be changed"
    await anybody.follow("Comunica il nuovo lavoro")
    assert anybody.page.path == "/"


async def test_nothing_is_kept(visitor: Callable[[], Visitor], database: asyncpg.Connection) -> None:
    anybody = visitor()
    answer = await anybody.client.get("/posso?lavoro=autonomo&data_inizio=01/12/2026")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    for table in ("bozza", "dichiarante", "sessione", "modulo_tenuto", "registro_accessi"):
        assert await database.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_errors_are_told_in_words(visitor: Callable[[], Visitor]) -> None:
    anybody = visitor()
    await anybody.get("/posso")
    await anybody.press("Guarda che cosa succede")
    assert anybody.page.title.startswith("Errore: Posso lavorare")
    assert anybody.page.errors == ["lavoro:obbligatorio", "data_inizio:obbligatorio"]
    await anybody.fill(lavoro="dipendente", data_inizio="30/02/2027").press("Guarda che cosa succede")
    assert anybody.page.errors == ["collocazione_oraria:obbligatorio", "data_inizio:data_inesistente"]
    assert anybody.page.value("data_inizio") == "30/02/2027"
    assert told(anybody.page) == []


@pytest.mark.parametrize("query", ["lavoro=%00", "lavoro=fisso&lavoro=autonomo", "data_inizio=%F0%9F%98%80", "x=1"])
async def test_whatever_stands_in_the_address_is_answered_with_a_page(
    query: str, visitor: Callable[[], Visitor]
) -> None:
    await visitor().get(f"/posso?{query}")
