"""In German and in English, from the first page to the receipt; what is kept and printed is Italian."""

import hashlib
import json
from collections.abc import Callable

import asyncpg
import page as pdf_judge
import pytest

from omnia_com import languages
from omnia_com.communications.sent import find_sent
from omnia_com.documents.pdf.text import contains_text
from omnia_com.documents.sheet import Sheet
from omnia_com.form.rows import Row
from tests.helpers.browsing import Visitor, said
from tests.helpers.people import AUTONOMO, BOTH_TICKS, PERSONE, SUBORDINATO
from tests.helpers.steps import new_draft, send, until_receipt

OTHERS = [code for code in languages.catalogues() if code != languages.ITALIAN]
OWNER = PERSONE["P01"]["codice_fiscale"]


async def signed_in(person: Visitor, code: str) -> Callable[[str], str]:
    """P01 on the pages of *code*, chosen on the first page; returns how an Italian sentence is said there."""
    told = languages.catalogues()[code].gettext
    await person.get("/")
    await person.follow(languages.own_names()[code])
    await person.sign_in("P01", button=told("Entra con %(nome)s") % {"nome": "SPID"})
    return told


async def receipt(person: Visitor, link: str) -> bytes:
    """The PDF that the communication on the page has, once the worker has made it."""
    await until_receipt(person)
    await person.follow(link)
    return person.page.response.content


@pytest.mark.parametrize("code", OTHERS)
async def test_from_the_first_page_to_the_receipt(code: str, visitor: Callable[[], Visitor], worker: None) -> None:
    answers = (SUBORDINATO, AUTONOMO)[OTHERS.index(code) % 2]
    somebody = visitor()
    told = await signed_in(somebody, code)
    await somebody.press(told("Nuova Comunicazione"))
    draft = somebody.page.path
    await somebody.fill(tipologia_rioccupazione=answers["tipologia_rioccupazione"]).press(told("Aggiorna i campi"))
    await somebody.press(told("Continua"))
    assert told("Scrivi il giorno in cui cominci a lavorare. Esempio: 01/12/2026.") in somebody.page.text
    await somebody.fill(**answers).press(told("Salva"))
    assert somebody.page.path == draft
    await somebody.press(told("Continua"))
    await somebody.press(told("Invia la comunicazione"))
    assert told("Per inviare, segna la casella con cui dichiari che i dati sono veri.") in somebody.page.text
    await somebody.fill(**BOTH_TICKS).press(told("Invia la comunicazione"))
    assert somebody.page.hook("protocollo") == "OMNIACOM.2026.0000001"
    assert said(next(somebody.page.tree.iter("h1"))) == told("Comunicazione inviata")
    both = f"Data inizio rioccupazione · {told('Data inizio rioccupazione')}"
    assert both in [said(label) for label in somebody.page.tree.iter("dt")]
    pdf = await receipt(somebody, told("Scarica ricevuta"))
    for text in ("Data inizio rioccupazione", told("Data inizio rioccupazione"), "Dichiaro che i dati", told("Motivo")):
        assert contains_text(pdf, text) == (text != told("Motivo"))
    for profile in ("pdf-ua-1", "pdf-a-3a"):
        report = pdf_judge.validate_pdf_bytes(pdf, profile=profile)
        assert [(f.rule_id, f.message) for f in report.failures] == []


async def test_the_check_page_shows_the_italian_of_the_record_and_its_translation(
    visitor: Callable[[], Visitor],
) -> None:
    somebody = visitor()
    await signed_in(somebody, "de")
    await somebody.press("Neue Mitteilung")
    draft = somebody.page.path
    await somebody.fill(tipologia_rioccupazione="subordinato").press("Felder aktualisieren")
    await somebody.fill(**SUBORDINATO).press("Weiter")
    assert somebody.page.path == f"{draft}/riepilogo"
    rows = {said(d[0]): said(d[1]) for d in somebody.page.tree.iter("div") if len(d) == 3 and d[0].tag == "dt"}
    assert rows["Tipo di contratto · Vertragsart"] == "Tempo determinato · Befristet"
    assert rows["Datore di lavoro · Arbeitgeber"] == SUBORDINATO["datore_lavoro"], "what she typed is hers"
    tick = next(label for label in somebody.page.tree.iter("label") if label.get("for") == "dichiarazione_privacy-si")
    assert [(s.get("lang"), said(s)[:9]) for s in tick.iter("span")] == [("it", "Ho letto "), ("de", "Ich habe ")]


async def test_what_is_kept_is_italian_and_says_in_which_language_it_was_written(
    visitor: Callable[[], Visitor], database: asyncpg.Connection
) -> None:
    somebody = visitor()
    await signed_in(somebody, "de")
    await somebody.get("/lingua/it?torna=/comunicazioni")
    draft = await new_draft(somebody, SUBORDINATO)
    await send(somebody, draft)
    await somebody.get("/lingua/de?torna=/comunicazioni")
    await somebody.get(draft)
    await somebody.press("Berichtigen")
    await somebody.fill(datore_lavoro="Bar Sport").press("Weiter")
    await somebody.fill(**BOTH_TICKS).press("Mitteilung senden")
    sent = [
        await find_sent(OWNER, row["id"])
        for row in await database.fetch("SELECT id FROM comunicazione ORDER BY protocollo")
    ]
    assert [s.lingua for s in sent] == ["it", "de"]
    assert [json.loads(s.canonical())["lingua"] for s in sent] == ["it", "de"]
    assert [hashlib.sha256(s.canonical()).hexdigest() for s in sent] == [s.sha256 for s in sent]
    assert Row("Tipo di contratto", "Tempo determinato", fixed=True) in sent[1].righe


async def test_a_receipt_keeps_the_language_of_its_sending(visitor: Callable[[], Visitor]) -> None:
    somebody = visitor()
    await signed_in(somebody, "de")
    await somebody.get("/lingua/it?torna=/comunicazioni")
    await send(somebody, await new_draft(somebody, SUBORDINATO))
    await somebody.get(f"/lingua/de?torna={somebody.page.path}/ricevuta/stampa")
    sheet = next(somebody.page.tree.iter("article"))
    assert sheet.get("lang") == "it"
    assert not [e for e in sheet.iter() if e.get("lang") == "de"], "it was sent in Italian"


async def test_the_pdf_of_a_draft_is_another_in_another_language(
    visitor: Callable[[], Visitor], database: asyncpg.Connection
) -> None:
    somebody = visitor()
    await signed_in(somebody, "de")
    await somebody.get("/lingua/it?torna=/comunicazioni")
    draft = await new_draft(somebody, SUBORDINATO)
    await somebody.press("Esporta in PDF")
    await somebody.get(f"/lingua/de?torna={draft}")
    await somebody.press("Als PDF exportieren")
    contents = await database.fetch("SELECT contenuto FROM documento WHERE tipo = 'esportazione' ORDER BY creato")
    assert [json.loads(row["contenuto"]).get("language", "it") for row in contents] == ["it", "de"]


def test_a_sheet_says_nothing_beside_what_has_no_translation() -> None:
    german = Sheet(heading="Ricevuta", language="de")
    assert german.beside("Datore di lavoro") == "Arbeitgeber"
    assert german.beside("Alfa Esempio S.r.l.") == ""
    assert Sheet(heading="Ricevuta").beside("Datore di lavoro") == ""
    assert Sheet(heading="Ricevuta", language="xx").beside("Datore di lavoro") == "", "a catalogue that is gone"
