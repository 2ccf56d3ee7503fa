"""The tables of places: what people call a comune, and what has changed since they were made."""

import csv
import re
from importlib.resources import files

import pytest

from docs.places import CODICEFISCALE, COMUNI, HEADS
from omnia_com.italy import places
from tests.helpers.browsing import Visitor
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import new_draft


@pytest.mark.parametrize(
    ("typed", "sigla", "name"),
    [
        ("Forlì", "FC", "Forlì"),
        ("FORLI'", "FC", "Forlì"),
        ("forli`", "FC", "Forlì"),
        ("Sant’Ambrogio  di Torino", "TO", "Sant'Ambrogio di Torino"),
        ("antey saint andre", "AO", "Antey-Saint-André"),
        ("Sassari", "SU", "Sassari"),
        ("Bolzano / Bozen", "BZ", "Bolzano"),
        ("Bozen/Bolzano", "BZ", "Bolzano"),
        ("Reggio Calabria", "RC", "Reggio di Calabria"),
        ("reggio emilia", "RE", "Reggio nell'Emilia"),
        ("Doberdò del Lago", "GO", "Doberdò del Lago-Doberdob"),
    ],
)
def test_a_comune_is_found_as_people_write_it(typed: str, sigla: str, name: str) -> None:
    found = places.comune(typed, sigla)
    assert found
    assert found.nome == name


@pytest.mark.parametrize(
    ("typed", "sigla"),
    [("Milano", "TO"), ("", "TO"), ("Torino", ""), ("Torino", "XX"), ("Tori", "TO"), ("Saint", "AO")],
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


async def test_the_list_of_comuni_chooses_none_by_itself(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO | {"sede_citta": "Torin"})
    await anna.press("Scegli dall’elenco")
    assert anna.page.value("sede_citta") == ""
    await anna.press("Usa questo comune")
    assert anna.page.path == draft
    assert anna.page.value("sede_citta") == "Torin"


async def test_abroad_there_is_no_list_of_comuni(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO | {"sede_stato": "Z112", "sede_citta": "Berlin"})
    await anna.get(f"{draft}/comune")
    assert "All’estero scrivi il nome della città" in anna.page.text
    await anna.follow("Torna ai dati")
    assert anna.page.value("sede_citta") == "Berlin"


async def test_a_comune_that_is_not_listed_has_a_way_out(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO | {"sede_citta": "Nuovocomune"})
    assert anna.page.errors == ["sede_citta:comune_sconosciuto"]
    await anna.fill(comune_non_in_elenco="si").press("Continua")
    assert "Nuovocomune" in anna.page.text
    await anna.get(anna.page.path.removesuffix("/riepilogo"))
    await anna.press("Scegli dall’elenco")
    await anna.fill(sede_citta="Torino").press("Usa questo comune")
    assert anna.page.value("comune_non_in_elenco") == ""


# The tables as they are shipped; `make places` makes them anew (tests/peers/test_places.py compares).


def table(name: str) -> list[list[str]]:
    head, *rows = csv.reader((files("omnia_com.italy.data") / f"{name}.csv").read_text(encoding="utf-8").splitlines())
    assert ",".join(head) == HEADS[name]
    return rows


def test_the_tables_hold_what_their_heads_say() -> None:
    shapes = {
        "belfiore": "[A-Z][0-9]{3}|ND", "nome": r"\S.*\S", "sigla": "[A-Z]{2}", "cap": r"([0-9]{5}(-[0-9]{5})?)?",
        "regione": r"\S.*\S", "attivo": "[01]",
    }  # fmt: skip
    for name, head in HEADS.items():
        for row in table(name):
            for column, cell in zip(head.split(","), row, strict=True):
                assert re.fullmatch(shapes[column], cell), (name, row)


def test_the_tables_agree_with_one_another() -> None:
    comuni, provinces, states, born = (table(name) for name in HEADS)
    assert [len(rows) for rows in (comuni, provinces, states, born)] == [7894, 107, 211, 10087]
    siglas, living = {sigla for sigla, _, _ in provinces}, {(code, sigla) for code, _, sigla, on in born if on == "1"}
    assert {sigla for _, _, sigla, _ in comuni} == siglas
    assert {(code, sigla) for code, _, sigla, _ in comuni} | {(code, "EE") for code, _, _ in states} == living
    for rows in (comuni, provinces, states, born):
        assert len({row[0] for row in rows}) == len(rows), "a code twice"


def test_the_notice_names_the_packages_that_the_tables_are_made_of() -> None:
    notice = (files("omnia_com.italy.data") / "NOTICE.txt").read_text(encoding="utf-8")
    for package in (CODICEFISCALE, COMUNI):
        assert " ".join(re.split("==|@", package)) in notice
    assert "Permission is hereby granted, free of charge" in notice
