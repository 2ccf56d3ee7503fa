"""The tables of places: what people call a comune, and what has changed since they were made."""

import pytest

from omnia_com import places
from tests.browsing import Visitor
from tests.people import SUBORDINATO
from tests.steps import new_draft


@pytest.mark.parametrize(
    ("typed", "sigla", "name"),
    [
        ("Forlì", "FC", "Forlì"),
        ("FORLI'", "FC", "Forlì"),
        ("forli`", "FC", "Forlì"),
        ("Sant’Ambrogio  di Torino", "TO", "Sant'Ambrogio di Torino"),
        ("antey saint andre", "AO", "Antey-Saint-André"),
        ("Sassari", "SU", "Sassari"),
    ],
)
def test_a_comune_is_found_as_people_write_it(typed: str, sigla: str, name: str) -> None:
    found = places.comune(typed, sigla)
    assert found
    assert found.nome == name


@pytest.mark.parametrize(
    ("typed", "sigla"), [("Milano", "TO"), ("", "TO"), ("Torino", ""), ("Torino", "XX"), ("Tori", "TO")]
)
def test_what_is_not_there_is_not_found(typed: str, sigla: str) -> None:
    assert places.comune(typed, sigla) is None


def test_every_province_has_its_comuni() -> None:
    for sigla, _ in places.provinces():
        names = places.comuni(sigla)
        assert names
        assert all(places.comune(name, sigla) for name in names)


def test_sardinia_is_one() -> None:
    assert places.comuni("CA") == places.comuni("SS")
    assert len(places.comuni("CA")) == 377


@pytest.mark.parametrize(
    ("code", "name", "sigla"),
    [("H501", "Roma", "RM"), ("A558", "Porretta Terme", "BO"), ("Z118", "Jugoslavia", "EE"), ("X999", "X999", "")],
)
def test_a_birthplace_is_named_also_when_it_is_no_more(code: str, name: str, sigla: str) -> None:
    assert places.birthplace(code) == (name, sigla)


async def test_province_first_then_its_comuni(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO | {"sede_provincia": "", "sede_citta": ""})
    await anna.press("Scegli dall’elenco")
    assert "Prima scegli la provincia" in anna.page.text
    await anna.follow("Torna ai dati")
    await anna.fill(sede_provincia="TO").press("Scegli dall’elenco")
    await anna.fill(sede_citta="Sant'Ambrogio di Torino").press("Usa questo comune")
    assert anna.page.value("sede_citta") == "Sant'Ambrogio di Torino"
    assert anna.page.errors == []


async def test_a_comune_that_is_not_listed_has_a_way_out(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO | {"sede_citta": "Nuovocomune"})
    assert anna.page.errors == ["sede_citta:comune_sconosciuto"]
    await anna.fill(comune_non_in_elenco="si").press("Continua")
    assert "Nuovocomune" in anna.page.text
    await anna.get(anna.page.path.removesuffix("/riepilogo"))
    await anna.press("Scegli dall’elenco")
    await anna.fill(sede_citta="Torino").press("Usa questo comune")
    assert anna.page.value("comune_non_in_elenco") == ""
