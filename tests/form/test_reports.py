"""Real reports from the public, by their numbers: what was typed, what was made of it, and what is right."""

from datetime import date

import pytest

from omnia_com.form.answers import Answers, read
from omnia_com.form.messages import error
from tests.helpers.browsing import Visitor
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import new_draft

TODAY = date(2026, 11, 23)
ABROAD = {"sede_citta": "Città", "sede_provincia": "", "sede_cap": ""}
# Number, field, typed, understood as.
UNDERSTOOD = [
    ("C16", "reddito_presunto_annuale", "12.000\ufffc", "12.000,00 €"),
    ("C16", "data_inizio", "01/12/2026\ufffc", "01/12/2026"),
    ("C16", "data_inizio", "\ufffc1 dicembre 2026\ufffc", "01/12/2026"),
    ("C16", "orario_settimanale", "37,5\ufffc", "37,5"),
    ("C16", "datore_codice_fiscale", "99990011217\ufffc", "99990011217"),
    ("C16", "datore_lavoro", "Alfa\ufffc S.r.l.\ufffc", "Alfa S.r.l."),
    ("C16", "sede_citta", "Torino\ufffc", "Torino"),
    ("C16", "sede_cap", "10121\ufffc", "10121"),
    ("C16", "annotazioni", "Turno\ufffc di sera", "Turno di sera"),
    ("C19", "reddito_presunto_annuale", "1.000.000", "1.000.000,00 €"),
    ("C19", "reddito_presunto_annuale", "1.200,00 euro", "1.200,00 €"),
    ("C19", "reddito_presunto_annuale", "12\u202f000,5 €", "12.000,50 €"),
    ("C20", "reddito_presunto_annuale", "12'000.50", "12.000,50 €"),
    ("C20", "reddito_presunto_annuale", "12’000.50", "12.000,50 €"),
    ("C20", "reddito_presunto_annuale", "12 000.50", "12.000,50 €"),
    ("C20", "reddito_presunto_annuale", "12'000.-", "12.000,00 €"),
    ("C22", "data_inizio", "1 dicembre 2026", "01/12/2026"),
    ("C22", "data_inizio", "1° dicembre 2026", "01/12/2026"),
    ("C22", "data_inizio", "01/12/26", "01/12/2026"),
    ("C22", "data_inizio", "01.12.26", "01/12/2026"),
    ("C22", "data_inizio", "01 12 2026", "01/12/2026"),
    ("C22", "data_inizio", "2026/12/01", "01/12/2026"),
    ("C22", "data_inizio", "01/12/2026.", "01/12/2026"),
    ("C24", "sede_citta", "Sesto S. Giovanni", "Sesto S. Giovanni"),
    ("IT before", "datore_codice_fiscale", "IT99990011217", "99990011217"),
    ("I- before", "sede_cap", "I-10121", "10121"),
]
STATES = [("Olanda", "Z126"), ("Gran Bretagna", "Z114"), ("Inghilterra", "Z114"), ("USA", "Z404"), ("Cechia", "Z156")]
STATES += [("Moldavia", "Z140"), ("Schweiz", "Z133")]
# Number, field, typed, code, what the sentence says.
REFUSED = [
    ("C17", "datore_lavoro", "\ufffc\ufffc", "non_valido", "Qui non si legge niente"),
    ("C17", "datore_lavoro", "\u0301\u0301", "non_valido", "Qui non si legge niente"),
    ("C17", "sede_via", "\u2800\u2800\u2800", "non_valido", "Qui non si legge niente"),
    ("C17", "sede_citta", "\u200b", "comune_sconosciuto", "Non troviamo"),
    ("C18", "reddito_presunto_annuale", "12000¹", "non_valido", "Non riusciamo a leggere questo importo"),
    ("C18", "data_inizio", "01/12/2026²", "data_illeggibile", "Non riusciamo a leggere questa data"),
    ("C19", "reddito_presunto_annuale", "12O00", "non_valido", "Scrivilo in cifre"),
    ("C19", "reddito_presunto_annuale", "10.000-12.000", "non_valido", "Scrivi un importo solo"),
    ("C22", "data_inizio", "1 dicembre", "data_illeggibile", "Scrivi anche l’anno"),
    ("C23", "sede_stato", "Domi", "non_valido", "Più stati hanno un nome che comincia così"),
]


def answers(**typed: str) -> Answers:
    return read(SUBORDINATO | typed, TODAY)


@pytest.mark.parametrize(("number", "field", "typed", "shown"), UNDERSTOOD)
def test_what_was_typed_is_understood(number: str, field: str, typed: str, shown: str) -> None:
    sesto = {"sede_provincia": "MI", "sede_cap": "20099"} if typed.startswith("Sesto") else {}
    found = answers(**{field: typed}, **sesto)
    assert found.problems == (), number
    assert {f.name: row.value for f, row in zip(found.told(), found.rows(), strict=True)}[field] == shown


@pytest.mark.parametrize(("typed", "code"), STATES)
def test_c23_a_state_is_understood_by_another_of_its_names(typed: str, code: str) -> None:
    for posted in ({"sede_stato": typed}, {"sede_stato": "estero", "sede_stato_nome": typed}):
        found = answers(**ABROAD, **posted)
        assert found.problems == ()
        assert found.values["sede_stato"] == code


@pytest.mark.parametrize("typed", ["Bozen", "Bozen/Bolzano", "Meran"])
def test_c24_a_comune_is_understood_by_its_german_name(typed: str) -> None:
    assert answers(sede_provincia="BZ", sede_citta=typed, sede_cap="39100").problems == ()


@pytest.mark.parametrize(("number", "field", "typed", "code", "said"), REFUSED)
def test_what_was_typed_is_refused_in_true_words(number: str, field: str, typed: str, code: str, said: str) -> None:
    (problem,) = answers(**{field: typed}, **(ABROAD if field == "sede_stato" else {})).problems
    assert (problem.field, problem.code) == (field, code), number
    assert error(problem).startswith(said) or said in error(problem)


@pytest.mark.parametrize(("language", "city"), [("de", "Bozen"), ("en", "Bozen"), ("it", "Bozen")])
async def test_c24_on_the_page_of_any_language(language: str, city: str, anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO | {"sede_provincia": "BZ", "sede_citta": city})
    await anna.get(f"/lingua/{language}?torna={draft}")
    assert anna.page.errors == []
    assert anna.page.value("sede_citta") == city
