"""What a person can do, from the first page to a receipt in hand, without JavaScript."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from tests.helpers.answers import LISTED
from tests.helpers.browsing import Visitor, said
from tests.helpers.people import AUTONOMO, BOTH_TICKS, SUBORDINATO
from tests.helpers.steps import new_draft, posted_draft, send, until_pdf, until_receipt


async def test_the_first_page_says_before_and_not_naspi(visitor: Callable[[], Visitor]) -> None:
    page = await visitor().get("/")
    assert "prima di cominciare" in page.text
    assert "NASpI" in page.text
    assert "Ambiente dimostrativo, non collegato a INPS" in page.text
    for button in ("Entra con SPID", "Entra con CIE", "Entra con CNS"):
        page.button(button)


@pytest.mark.parametrize("answers", [SUBORDINATO, AUTONOMO], ids=["subordinato", "autonomo"])
async def test_from_the_first_page_to_the_receipt(answers: dict[str, str], anna: Visitor, worker: None) -> None:
    await anna.press("Nuova Comunicazione")
    assert "Prova" in anna.page.text
    assert anna.page.value("tipologia_rioccupazione") == ""
    await anna.fill(tipologia_rioccupazione=answers["tipologia_rioccupazione"]).press("Aggiorna i campi")
    assert anna.page.value("gruppo_mostrato") == answers["tipologia_rioccupazione"]
    await anna.fill(**answers).press("Continua")
    assert anna.page.path.endswith("/riepilogo")
    assert anna.page.errors == []
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione")
    assert anna.page.hook("protocollo") == "OMNIACOM.2026.0000001"
    assert anna.page.hook("stato") == "inviata"
    assert "23/11/2026 10:00" in anna.page.text
    await until_receipt(anna)
    await anna.follow("Scarica ricevuta")
    assert anna.page.response.content.startswith(b"%PDF-1.7")
    assert 'filename="ricevuta-OMNIACOM.2026.0000001.pdf"' in anna.page.response.headers["content-disposition"]


async def test_the_ten_facts_of_the_identity_are_there(luca: Visitor) -> None:
    await luca.press("Nuova Comunicazione")
    facts = {said(d[0]): said(d[1]) for d in luca.page.tree.iter("div") if len(d) == 2 and d[0].tag == "dt"}
    assert facts == {
        "Nome": "Luca",
        "Cognome": "Esempio",
        "Codice fiscale": "SMPLCU79T31F205Z",
        "Data di nascita": "31/12/1979",
        "Luogo di nascita (provincia)": "MI",
        "Luogo di nascita (città)": "Milano",
        "Indirizzo e-mail": "luca.esempio@example.org",
        "Cellulare": "+393471234567",
        "Telefono": "Non indicato",
        "Indirizzo PEC": "luca.esempio@pec.example.org",
    }


@pytest.mark.parametrize(("person", "place"), [("P04", "Romania"), ("P11", "Jugoslavia")])
async def test_born_abroad_even_in_a_state_that_is_no_more(
    person: str, place: str, visitor: Callable[[], Visitor]
) -> None:
    born = await visitor().sign_in(person)
    await born.press("Nuova Comunicazione")
    assert place in born.page.text
    assert "Estero" in born.page.text


async def test_a_draft_waits_with_anything_typed_in_it(anna: Visitor) -> None:
    odd = {"data_inizio": "30/02/2027", "annotazioni": "<b>\"' {{7*7}} 🙂"}
    draft = await new_draft(anna, {"tipologia_rioccupazione": "subordinato", **odd})
    assert anna.page.errors == ["data_inizio:data_inesistente"]
    await anna.press("Esci")
    await anna.sign_in("P01")
    await anna.follow("Completa")
    assert anna.page.path == draft
    assert anna.page.value("data_inizio") == "30/02/2027"
    assert anna.page.value("annotazioni") == "<b>\"' {{7*7}} 🙂"


async def test_what_was_done_is_said_once_on_top_of_the_page(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    assert "La bozza è salvata." not in anna.page.text, "said already, after it was made"
    await anna.press("Salva")
    assert "La bozza è salvata." in anna.page.text
    await anna.get(draft)
    assert "La bozza è salvata." not in anna.page.text
    await anna.press("Modifica i contatti")
    await anna.press("Salva i contatti")
    assert "I contatti sono salvati." in anna.page.text
    await anna.press("Elimina bozza")
    await anna.press("Elimina definitivamente")
    assert "La bozza è eliminata." in anna.page.text


async def test_salva_marks_what_is_wrong_but_not_what_is_missing(anna: Visitor) -> None:
    await new_draft(anna, {"tipologia_rioccupazione": "subordinato"})
    assert anna.page.errors == []


async def test_continua_says_all_errors_at_once_and_keeps_what_was_typed(anna: Visitor) -> None:
    await new_draft(anna, {"tipologia_rioccupazione": "subordinato"})
    await anna.fill(reddito_presunto_annuale="circa mille", data_inizio="31/11/2026").press("Continua")
    assert [error for error in anna.page.errors if error.partition(":")[0] in LISTED] == [
        "data_inizio:data_inesistente",
        "tipo_contratto:obbligatorio",
        "datore_lavoro:obbligatorio",
        "sede_provincia:obbligatorio",
        "sede_citta:obbligatorio",
        "sede_via:obbligatorio",
        "sede_cap:obbligatorio",
        "reddito_presunto_annuale:non_valido",
        "lavoro_agricolo_intermittente:obbligatorio",
        "collocazione_oraria:obbligatorio",
    ]
    assert anna.page.value("reddito_presunto_annuale") == "circa mille"
    assert said(anna.page.by_id("errore-data_inizio")).startswith("Questa data non esiste")


async def test_changing_the_tipologia_keeps_both_groups_until_sending(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    await anna.fill(tipologia_rioccupazione="autonomo").press("Continua")
    assert anna.page.path == draft, "nothing is checked: the other group is drawn first"
    assert anna.page.value("data_inizio") == "01/12/2026", "asked in both groups"
    await anna.fill(tipologia_rioccupazione="subordinato").press("Salva")
    assert anna.page.value("datore_lavoro") == "Alfa Esempio S.r.l."


async def test_a_box_that_is_unticked_is_unticked(anna: Visitor) -> None:
    await new_draft(anna, AUTONOMO | {"partita_iva_in_attesa": "si"})
    assert anna.page.value("partita_iva_in_attesa") == "si"
    await anna.fill(partita_iva_in_attesa="").press("Salva")
    assert anna.page.value("partita_iva_in_attesa") == ""


async def test_a_state_is_typed_by_its_name(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO)
    await anna.fill(sede_stato="estero").press("Continua")
    assert anna.page.errors == ["sede_stato:obbligatorio"]
    await anna.fill(sede_stato_nome="marocco", sede_citta="Casablanca", sede_cap="").press("Continua")
    assert "Marocco" in anna.page.text


async def test_a_draft_is_deleted_after_a_confirmation(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    await anna.press("Elimina bozza")
    await anna.follow("Tieni la bozza")
    await anna.get("/comunicazioni")
    await anna.follow("Elimina")
    await anna.press("Elimina definitivamente")
    assert "Non hai bozze" in anna.page.text
    await anna.get(draft, expect=404)


async def test_the_draft_as_a_pdf(anna: Visitor, worker: None) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    await anna.press("Esporta in PDF")
    assert (await until_pdf(anna, f"{draft}/pdf")).startswith(b"%PDF-1.7")


async def test_an_export_asked_for_again_has_the_contacts_of_now(
    anna: Visitor, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker runs here."""
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)
    draft = await new_draft(anna, AUTONOMO)
    for email in ("vecchia@example.org", "nuova@example.org", "nuova@example.org"):
        await anna.get("/contatti")
        await anna.fill(email=email).press("Salva i contatti")
        await anna.get(draft)
        await anna.press("Esporta in PDF")
    exports = await database.fetch("SELECT contenuto FROM documento WHERE tipo = 'esportazione' ORDER BY creato")
    assert ["nuova@" in row["contenuto"] for row in exports] == [False, True]


async def test_the_check_page_shows_the_amount_as_understood(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO | {"reddito_presunto_annuale": "12,000"})
    assert anna.page.errors == ["reddito_presunto_annuale:non_valido"]
    assert "dodicimila" in said(anna.page.by_id("errore-reddito_presunto_annuale"))
    await anna.fill(reddito_presunto_annuale="12'000.5").press("Continua")
    assert "12.000,50 €" in anna.page.text
    assert "Non indicato" in anna.page.text


async def test_sending_needs_both_declarations(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await send(anna, draft, ticks={"dichiarazione_privacy": "si"})
    assert anna.page.errors == ["dichiarazione_veridicita:obbligatorio"]
    assert anna.page.value("dichiarazione_privacy") == "si"


async def test_after_sending_the_draft_leads_to_the_communication(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await send(anna, draft)
    sent, protocol = anna.page.path, anna.page.hook("protocollo")
    for path in (draft, f"{draft}/riepilogo"):
        assert (await anna.get(path)).path == sent
    await anna.get("/comunicazioni")
    assert anna.page.hook("protocollo") == protocol
    await anna.follow("Consulta")
    assert anna.page.path == sent


async def test_a_double_click_a_reload_and_back_give_the_same_protocol(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(f"{draft}/riepilogo")
    data = {**BOTH_TICKS, "versione": anna.page.value("versione"), "csrf": anna.page.token}
    answers = await asyncio.gather(*(anna.client.post(f"{draft}/invio", data=data) for _ in range(6)))
    assert {(a.status_code, a.headers["location"]) for a in answers} == {(303, draft.replace("bozze", "comunicazioni"))}
    await anna.get("/comunicazioni")
    assert anna.page.text.count("data-protocollo") == 1
    await anna.post(f"{draft}/invio", data)
    assert anna.page.hook("protocollo") == "OMNIACOM.2026.0000001"


async def test_nuova_comunicazione_in_a_tab_that_was_left_open_begins_another(anna: Visitor) -> None:
    """Its page chose the id of the draft, which has been sent since."""
    home = anna.page
    for number in (1, 2, 3):
        anna.page = home
        await anna.press("Nuova Comunicazione")
        draft = anna.page.path
        anna.page = home
        await anna.press("Nuova Comunicazione")
        assert anna.page.path == draft, "a second click makes no second one"
        await anna.post(draft, {"gruppo_mostrato": "autonomo", "azione": "salva", "versione": "1", **AUTONOMO})
        await send(anna, draft)
        assert anna.page.hook("protocollo") == f"OMNIACOM.2026.000000{number}"


async def test_typing_into_a_page_of_a_sent_draft_says_so_and_shows_what_was_typed(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await send(anna, draft)
    await anna.get("/comunicazioni")
    await anna.post(draft, {"datore_lavoro": "Beta S.p.A.", "azione": "salva"}, expect=409)
    assert "OMNIACOM.2026.0000001" in anna.page.text
    assert "Beta S.p.A." in anna.page.text


async def test_a_draft_that_was_deleted_in_another_tab_takes_no_word_with_it(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    form = await anna.get(draft)
    await anna.post(f"{draft}/elimina", {})
    anna.page = form
    await anna.fill(annotazioni="Scritto dopo.").press("Salva", expect=404)
    assert "Scritto dopo." in anna.page.text
    await anna.press("Deutsch", expect=404)
    await anna.press("Italiano", expect=404)
    await anna.press("Fanne una nuova bozza")
    assert anna.page.path not in ("/bozze", draft)
    assert anna.page.value("annotazioni") == "Scritto dopo."
    assert anna.page.value("datore_lavoro") == "Alfa Esempio S.r.l."


async def test_a_stale_tab_is_told_and_loses_nothing(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO)
    stale = anna.page
    await anna.fill(datore_lavoro="Beta S.p.A.").press("Salva")
    anna.page = stale
    await anna.fill(datore_lavoro="Gamma S.n.c.", collocazione_oraria="coincide").press("Continua", expect=409)
    assert "No, i giorni e le ore coincidono" in anna.page.text
    assert "Beta S.p.A." in anna.page.text
    assert "Gamma S.n.c." in anna.page.text
    await anna.press("Tieni quello che ho scritto qui")
    assert anna.page.value("datore_lavoro") == "Gamma S.n.c."


async def test_what_changed_in_another_tab_is_not_sent_unseen(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(f"{draft}/riepilogo")
    check = anna.page
    await anna.get(draft)
    await anna.fill(datore_lavoro="Beta S.p.A.").press("Salva")
    anna.page = check
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione", expect=409)
    assert "Beta S.p.A." in anna.page.text
    await anna.press("Invia la comunicazione")
    assert anna.page.hook("stato") == "inviata"


async def test_a_receipt_that_is_not_ready_is_a_page_that_says_so(anna: Visitor, at: Callable[[str], None]) -> None:
    """No worker runs for this one unless another test started it; the page to print is there at once."""
    draft = await posted_draft(anna, SUBORDINATO)
    await send(anna, draft)
    await anna.follow("Apri la ricevuta come pagina da stampare")
    assert "Riga" not in anna.page.text
    assert "Data di invio della comunicazione" in anna.page.text
    assert "Inviata prima dell’inizio del lavoro" in anna.page.text


async def test_long_lists_have_pages(anna: Visitor) -> None:
    for n in range(21):
        await anna.get("/comunicazioni")
        await anna.post("/bozze", {"id": f"00000000-0000-4000-8000-{n:012}"})
    await anna.get("/comunicazioni")
    assert anna.page.text.count(">Completa<") == 20
    await anna.follow("Più vecchie")
    assert anna.page.text.count(">Completa<") == 1
    assert "Non hai ancora presentato" not in anna.page.text, "it is not said of a page that has none"
    await anna.follow("Più recenti")
    for odd in ("0", "-1", "x", "99999999999", "²"):
        await anna.get(f"/comunicazioni?pagina={odd}")


async def test_a_list_that_just_fills_its_page_has_no_other(anna: Visitor) -> None:
    for n in range(20):
        await anna.get("/comunicazioni")
        await anna.post("/bozze", {"id": f"00000000-0000-4000-8000-{n:012}"})
    await anna.get("/comunicazioni")
    assert "Più vecchie" not in anna.page.text


async def test_a_refused_sending_that_is_asked_for_again_by_its_address(anna: Visitor) -> None:
    draft = await posted_draft(anna, AUTONOMO)
    await send(anna, draft, ticks={})
    assert anna.page.path == f"{draft}/riepilogo"
    await anna.get(f"{draft}/invio")
    assert anna.page.path == f"{draft}/riepilogo"


async def test_what_was_done_is_not_said_on_a_page_of_errors(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.client.post(draft, data={"csrf": anna.page.token, "azione": "salva", "gruppo_mostrato": ""})
    await anna.get("/non/esiste", expect=404)
    assert "La bozza è salvata" not in anna.page.text
    await anna.get(draft)
    assert "La bozza è salvata" in anna.page.text


async def test_whoever_is_signed_in_is_led_on_from_the_first_page(anna: Visitor) -> None:
    await anna.get("/")
    await anna.follow("Vai alle tue comunicazioni")
    assert anna.page.path == "/comunicazioni"
