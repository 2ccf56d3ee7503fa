"""Comuni by the names that people give them, and the tables of places."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.places import CODICEFISCALE, COMUNI, HEADS, SARDINIAN
from omnia_com.form.answers import read
from omnia_com.form.messages import error
from omnia_com.form.problems import Problem
from omnia_com.italy import comuni, places, states
from omnia_com.italy.comuni import Comune
from omnia_com.languages.signs import letters
from tests.helpers.browsing import Visitor
from tests.helpers.kinds import quick
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import new_draft

BY_HAND = {"comuni_altre_lingue": "belfiore,nome,lingua", "comuni_nel_mondo": "belfiore,nome,lingua"}
TABLES = HEADS | BY_HAND
OTHER_NAMES = [(row["belfiore"], row["nome"]) for name in BY_HAND for row in places.table(name)]


def official() -> dict[str, Comune]:
    """The comuni by their Belfiore code, with every sigla under which they are right."""
    sardinian = {row["belfiore"]: tuple(row["sigle"].split()) for row in places.table("comuni_sardi")}
    return {
        row["belfiore"]: Comune(row["nome"], sardinian.get(row["belfiore"], (row["sigla"],)), None)
        for row in places.table("comuni")
    }


OFFICIAL = official()


def found(name: str, sigla: str) -> str:
    comune = comuni.find(name, sigla)
    return comune.nome if comune else ""


@pytest.mark.parametrize(
    ("typed", "sigla", "name"),
    [
        ("Forlì", "FC", "Forlì"),
        ("FORLI'", "FC", "Forlì"),
        ("forli`", "FC", "Forlì"),
        ("Sant’Ambrogio  di Torino", "TO", "Sant'Ambrogio di Torino"),
        ("antey saint andre", "AO", "Antey-Saint-André"),
        ("Reggio Calabria", "RC", "Reggio di Calabria"),
        ("reggio emilia", "RE", "Reggio nell'Emilia"),
        ("Doberdò del Lago", "GO", "Doberdò del Lago-Doberdob"),
        ("Presicce", "LE", "Presicce-Acquarica"),
        ("Milano (MI)", "MI", "Milano"),
        ("Milano MI", "MI", "Milano"),
        ("Milano, mi", "MI", "Milano"),
        ("Milano (prov. MI)", "MI", "Milano"),
        ("Comune di Milano", "MI", "Milano"),
        ("Città di Castello", "PG", "Città di Castello"),
        ("Milano/Sesto", "MI", "Milano"),
    ],
)
def test_a_comune_is_found_as_people_write_it(typed: str, sigla: str, name: str) -> None:
    assert found(typed, sigla) == name


@pytest.mark.parametrize(
    ("typed", "sigla", "name"),
    [
        ("Sesto S. Giovanni", "MI", "Sesto San Giovanni"),
        ("Sesto S.Giovanni", "MI", "Sesto San Giovanni"),
        ("Sesto S Giovanni", "MI", "Sesto San Giovanni"),
        ("S. Ambrogio di Torino", "TO", "Sant'Ambrogio di Torino"),
        ("S.Angelo Lodigiano", "LO", "Sant'Angelo Lodigiano"),
        ("S.ta Maria Capua Vetere", "CE", "Santa Maria Capua Vetere"),
        ("S. Maria C. V.", "CE", "Santa Maria Capua Vetere"),
        ("SS. Cosma e Damiano", "LT", "Santi Cosma e Damiano"),
        ("S.to Stefano Lodigiano", "LO", "Santo Stefano Lodigiano"),
        ("S. Remo", "IM", "Sanremo"),
        ("San Remo", "IM", "Sanremo"),
        ("St-Vincent", "AO", "Saint-Vincent"),
        ("St. Ulrich", "BZ", "Ortisei"),
        ("Sankt Ulrich", "BZ", "Ortisei"),
        ("S. Giov. Rotondo", "FG", "San Giovanni Rotondo"),
        ("Cernusco s/N", "MI", "Cernusco sul Naviglio"),
        ("Cernusco s. N.", "MI", "Cernusco sul Naviglio"),
        ("Bassano d. Grappa", "VI", "Bassano del Grappa"),
        ("Cinisello B.", "MI", "Cinisello Balsamo"),
        ("M.te Argentario", "GR", "Monte Argentario"),
    ],
)
def test_a_comune_is_found_by_an_abbreviation_that_means_no_other(typed: str, sigla: str, name: str) -> None:
    assert found(typed, sigla) == name


@pytest.mark.parametrize(
    ("typed", "sigla", "name"),
    [
        ("Bozen", "BZ", "Bolzano"),
        ("Bolzano / Bozen", "BZ", "Bolzano"),
        ("Bozen/Bolzano", "BZ", "Bolzano"),
        ("Bozen - Bolzano", "BZ", "Bolzano"),
        ("Bolzano (Bozen)", "BZ", "Bolzano"),
        ("Bozen Bolzano (BZ)", "BZ", "Bolzano"),
        ("Meran", "BZ", "Merano"),
        ("Voels am Schlern", "BZ", "Fiè allo Sciliar"),
        ("Doberdob", "GO", "Doberdò del Lago-Doberdob"),
        ("Dolina - San Dorligo della Valle", "TS", "San Dorligo della Valle-Dolina"),
        ("Aoste", "AO", "Aosta"),
        ("Milan", "MI", "Milano"),
        ("Mailand", "MI", "Milano"),
        ("Rome", "RM", "Roma"),
        ("Florenz", "FI", "Firenze"),
        ("Trient", "TN", "Trento"),
    ],
)
def test_a_comune_is_found_by_its_name_in_another_language(typed: str, sigla: str, name: str) -> None:
    assert found(typed, sigla) == name


@pytest.mark.parametrize(
    ("typed", "sigla"),
    [
        ("Milano", "TO"), ("", "TO"), ("Torino", ""), ("Torino", "XX"), ("Tori", "TO"), ("Saint", "AO"), ("S.", "MI"),
        ("San", "MI"), ("Torino (MI)", "TO"), ("Torino¹", "TO"), ("Olbia", "NU"), ("S. G.", "MI"), ("Castel", "BZ"),
        ("Frabosa S.", "CN"), ("Bonate S.", "BG"), ("Caselle L.", "LO"),
        ("Cassano d.", "MI"), ("Cassina d. P.", "CO"), ("Rocca S.", "RM"), ("Castel S.", "BO"),
    ],
)  # fmt: skip
def test_what_is_not_there_or_could_be_two_is_not_found(typed: str, sigla: str) -> None:
    assert comuni.find(typed, sigla) is None


@pytest.mark.parametrize("typed", ["S. a " * 10_000, "a/(-" * 10_000, "x" * 101, "Torino" + " " * 100 + "(TO)"])
def test_what_is_longer_than_any_name_is_not_even_looked_for(typed: str) -> None:
    assert comuni.find(typed, "TO") is None
    assert comuni.elsewhere(typed, "TO") == ()
    assert states.fitting(typed) == frozenset()


def test_every_comune_by_every_name_under_every_sigla() -> None:
    assert len(OFFICIAL) == 7894
    tried = 0
    for code, name in [*((code, c.nome) for code, c in OFFICIAL.items()), *OTHER_NAMES]:
        for sigla in OFFICIAL[code].sigle:
            for typed in (name, name.upper(), name.replace("'", "’"), f"{name} ({sigla})"):
                assert found(typed, sigla) == OFFICIAL[code].nome, (typed, sigla)
            tried += 1
    assert tried > 8200


def test_every_comune_with_two_names_by_both_in_any_order() -> None:
    for code, other in OTHER_NAMES:
        name, (sigla, *_) = OFFICIAL[code].nome, OFFICIAL[code].sigle
        for between in ("/", " / ", " - ", " ", " – "):
            assert found(name + between + other, sigla) == found(other + between + name, sigla) == name
        assert found(f"{other} ({name})", sigla) == name


def abbreviated(name: str) -> Iterator[str]:
    for whole, short in (
        ("San ", "S. "), ("San ", "S."), ("Santa ", "S. "), ("Santa ", "S.ta "), ("Santo ", "S. "), ("Santo ", "S.to "),
        ("Sant'", "S. "), ("Sant'", "S."), ("Santi ", "SS. "), ("Saint-", "St-"),
    ):  # fmt: skip
        if re.search(rf"\b{whole}", name):
            yield re.sub(rf"\b{whole}", short, name)


def test_every_saint_is_abbreviated_as_people_do() -> None:
    """Where two saints of a province differ by their own name alone ("San" and "Sant'"), neither is taken."""
    both = {(c.sigle[0], short) for c in OFFICIAL.values() for short in abbreviated(c.nome)}
    assert len(both) > 1000
    for sigla, short in both:
        meant = {c.nome for c in OFFICIAL.values() if sigla in c.sigle and short in abbreviated(c.nome)}
        assert found(short, sigla) in meant, (short, sigla)


@quick
@given(st.sampled_from(sorted(OFFICIAL)), st.integers(0, 4), st.booleans())
def test_a_comune_is_found_whatever_keys_a_keyboard_has(code: str, marks: int, small: bool) -> None:
    name, sigla = OFFICIAL[code].nome, OFFICIAL[code].sigle[0]
    typed = name.replace("'", "'’`´ "[marks]).replace("-", "-–‐  "[marks]).translate(str.maketrans("àèéìòù", "aeeiou"))
    assert found(typed.lower() if small else f"  {typed.upper()}  ", sigla) == name


# Sardinia: every sigla that a comune has had since 2006.


@pytest.mark.parametrize(
    ("name", "siglas"), [("Olbia", "OT SS"), ("Carbonia", "CI SU"), ("Sanluri", "SU VS"), ("Tortolì", "NU OG")]
)
def test_a_comune_of_sardinia_is_right_under_every_sigla_that_it_has_had(name: str, siglas: str) -> None:
    for sigla in ("CA", "CI", "NU", "OG", "OR", "OT", "SS", "SU", "VS"):
        assert bool(comuni.find(name, sigla)) == (sigla in siglas.split()), sigla


def test_the_list_of_provinces_has_the_new_ones_and_the_one_that_ended() -> None:
    offered = dict(places.provinces())
    assert offered.items() >= SARDINIAN.items()
    assert offered["OT"] == "Gallura Nord-Est Sardegna"
    assert offered["SU"] == "Sud Sardegna (fino al 2025)"
    assert len(offered) == 111


def test_every_province_has_its_comuni() -> None:
    for sigla, _ in places.provinces():
        names = comuni.names(sigla)
        assert names
        assert all(found(name, sigla) == name for name in names)
        assert list(names) == sorted(names, key=letters)


# What is said of a comune that is not found is true.


def problem(city: str, sigla: str) -> Problem:
    typed = SUBORDINATO | {"sede_provincia": sigla, "sede_citta": city, "sede_cap": "00000"}
    (found,) = read(typed, date(2026, 11, 23)).problems
    assert (found.field, found.code) == ("sede_citta", "comune_sconosciuto")
    return found


@pytest.mark.parametrize(
    ("city", "sigla", "said"),
    [
        ("Milano", "TO", "Nella provincia che hai scelto non c’è Milano. È qui: Milano (MI). Cambia la provincia"),
        ("Mailand", "BZ", "Nella provincia che hai scelto non c’è Milano. È qui: Milano (MI)."),
        ("Castro", "TO", "Nella provincia che hai scelto non c’è Castro. È qui: Bergamo (BG), Lecce (LE)."),
        ("Olbia", "NU", "non c’è Olbia. È qui: Gallura Nord-Est Sardegna (OT), Sassari (SS)."),
        ("Frabosa S.", "CN", "Più comuni della provincia hanno un nome come questo"),
        ("Porretta Terme", "BO", "Oggi nella provincia non c’è più un comune con questo nome"),
        ("Torrino", "TO", "Non troviamo un comune con questo nome"),
        ("", "TO", "Non troviamo un comune con questo nome"),
    ],
)
def test_what_is_said_of_a_comune_that_is_not_found(city: str, sigla: str, said: str) -> None:
    assert said in error(problem(city or "\u200b", sigla))


@quick
@given(st.sampled_from(sorted(OFFICIAL)), st.sampled_from([sigla for sigla, _ in places.provinces()]))
def test_a_comune_of_another_province_is_told_with_its_own(code: str, sigla: str) -> None:
    comune = OFFICIAL[code]
    if comuni.find(comune.nome, sigla):
        return
    told = problem(comune.nome, sigla)
    assert told.reason == "altrove"
    if len([c for c in OFFICIAL.values() if letters(c.nome) == letters(comune.nome)]) == 1:
        assert all(f"({each})" in error(told) for each in comune.sigle)


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
    draft = await new_draft(
        anna, SUBORDINATO | {"sede_stato": "estero", "sede_stato_nome": "Germania", "sede_citta": "Berlin"}
    )
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
    assert ",".join(head) == TABLES[name]
    return rows


def test_the_tables_hold_what_their_heads_say() -> None:
    shapes = {
        "belfiore": "[A-Z][0-9]{3}|ND|IT", "nome": r"\S(.*\S)?", "sigla": "[A-Z]{2}", "cap": r"([0-9]{5}(-[0-9]{5})?)?",
        "regione": r"\S.*\S", "attivo": "[01]", "lingua": "([a-z]{2,3}(_[A-Za-z]+)?)?", "sigle": "[A-Z]{2}( [A-Z]{2})*",
    }  # fmt: skip
    for name, head in TABLES.items():
        for row in table(name):
            for column, cell in zip(head.split(","), row, strict=True):
                assert re.fullmatch(shapes[column], cell), (name, row)


def test_the_tables_agree_with_one_another() -> None:
    towns, provinces, states, born = (table(name) for name in ("comuni", "province", "stati", "luoghi_nascita"))
    assert [len(rows) for rows in (towns, provinces, states, born)] == [7894, 111, 211, 10087]
    siglas, living = {sigla for sigla, _, _ in provinces}, {(code, sigla) for code, _, sigla, on in born if on == "1"}
    assert {sigla for _, _, sigla, _ in towns} == siglas - SARDINIAN.keys() | {"SU"}
    assert {(code, sigla) for code, _, sigla, _ in towns} | {(code, "EE") for code, _, _ in states} == living
    for rows in (towns, provinces, states, born):
        assert len({row[0] for row in rows}) == len(rows), "a code twice"


def test_other_names_are_of_places_that_exist() -> None:
    towns, states = {row[0]: row for row in table("comuni")}, {row[0] for row in table("stati")} | {"IT"}
    for name in BY_HAND:
        assert {row[0] for row in table(name)} <= towns.keys()
    assert len(table("comuni_altre_lingue")) == 122
    assert {row[0] for row in table("stati_nomi")} <= states
    sardinian = table("comuni_sardi")
    assert len(sardinian) == 377
    assert all(towns[code][1] == name and towns[code][2] in siglas for code, name, siglas in sardinian)


def test_the_notice_names_what_the_tables_are_made_of() -> None:
    notice = (files("omnia_com.italy.data") / "NOTICE.txt").read_text(encoding="utf-8")
    for package in (CODICEFISCALE, COMUNI):
        assert " ".join(re.split("==|@", package)) in notice
    for name in TABLES:
        assert f"{name}.csv" in notice
    for owner in ("Fabio Caccamo", "Matteo Contrini", "Michele Locati", "Unicode"):
        assert owner in notice
    assert "Permission is hereby granted, free of charge" in notice
