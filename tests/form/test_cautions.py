"""What the check page warns of, each code on both sides of its limit. Nothing here blocks anybody."""

from collections.abc import Sequence
from datetime import date

import pytest

from omnia_com.form.answers import read
from omnia_com.form.cautions import CAUTIONS, Period, cautions
from tests.helpers.answers import AGRICOLO
from tests.helpers.people import AUTONOMO, SUBORDINATO
from tests.helpers.plain_words import gulpease

TODAY = date(2026, 11, 23)
APERTO = SUBORDINATO | {"tipo_contratto": "altro", "data_fine": ""}


def warned(
    typed: dict[str, str], today: date = TODAY, communicated: Sequence[Period] = (), reachable: bool = True
) -> list[str]:
    return list(cautions(read(typed, today), today=today, reachable=reachable, communicated=communicated))


def test_whole_answers_in_good_time_warn_of_nothing() -> None:
    for typed in (SUBORDINATO, AGRICOLO, AUTONOMO, APERTO):
        assert warned(typed) == []


def test_an_empty_draft_warns_of_nothing() -> None:
    assert warned({}) == warned({"tipologia_rioccupazione": "subordinato"}) == []


def test_in_ritardo() -> None:
    assert warned(SUBORDINATO | {"data_inizio": "22/11/2026"}) == ["in_ritardo"]
    assert "in_ritardo" not in warned(SUBORDINATO | {"data_inizio": "23/11/2026"})
    assert "in_ritardo" not in warned(SUBORDINATO | {"data_inizio": "24/11/2026"})


def test_stesso_giorno() -> None:
    assert warned(SUBORDINATO | {"data_inizio": "23/11/2026"}) == ["stesso_giorno"]
    assert warned(SUBORDINATO | {"data_inizio": "24/11/2026"}) == []
    assert "stesso_giorno" not in warned(SUBORDINATO | {"data_inizio": "22/11/2026"})


def test_coincidenza_dichiarata() -> None:
    assert warned(SUBORDINATO | {"collocazione_oraria": "coincide"}) == ["coincidenza_dichiarata"]
    for other in ("giorni_diversi", "ore_diverse", ""):
        assert warned(SUBORDINATO | {"collocazione_oraria": other}) == []


def test_partita_iva_in_attesa() -> None:
    waiting = AUTONOMO | {"partita_iva": "", "partita_iva_in_attesa": "si"}
    assert warned(waiting) == ["partita_iva_in_attesa"]
    assert warned(AUTONOMO | {"partita_iva": ""}) == []
    assert warned(waiting | {"partita_iva": "12345670017"}) == [], "the number is there"
    assert warned(waiting | {"tipologia_autonomo": "cococo"}) == [], "it is not asked"


@pytest.mark.parametrize(
    ("income", "codes"),
    [
        ("0", ["reddito_zero"]),
        ("0,00", ["reddito_zero"]),
        ("0,01", []),
        ("100.000,00", []),
        ("100.000,01", ["reddito_alto"]),
        ("9.999.999,99", ["reddito_alto"]),
        ("", []),
        ("-1", []),
        ("10.000.000", []),
    ],
)
def test_reddito_zero_and_reddito_alto(income: str, codes: list[str]) -> None:
    assert warned(AUTONOMO | {"reddito_presunto_annuale": income}) == codes


@pytest.mark.parametrize(("hours", "codes"), [("48", []), ("48,25", ["oltre_48_ore"]), ("78", ["oltre_48_ore"])])
def test_oltre_48_ore(hours: str, codes: list[str]) -> None:
    assert warned(SUBORDINATO | {"orario_settimanale": hours}) == codes
    assert warned(AGRICOLO | {"orario_settimanale": hours}) == [], "it is not asked"


@pytest.mark.parametrize(("hours", "codes"), [("13", []), ("13,25", ["oltre_13_ore"]), ("24", ["oltre_13_ore"])])
def test_oltre_13_ore(hours: str, codes: list[str]) -> None:
    assert warned(AGRICOLO | {"ore_giornaliere": hours}) == codes
    assert warned(SUBORDINATO | {"ore_giornaliere": hours}) == [], "it is not asked"


def test_senza_contatti() -> None:
    assert warned(SUBORDINATO, reachable=False) == ["senza_contatti"]
    assert warned({}, reachable=False) == ["senza_contatti"]


# Two periods cross if they have a day in common; one without an end goes on.


@pytest.mark.parametrize(
    ("start", "end", "crosses"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), False),
        (date(2026, 11, 1), date(2026, 12, 1), True),
        (date(2027, 1, 1), date(2027, 1, 31), True),
        (date(2026, 11, 1), date(2027, 12, 31), True),
        (date(2027, 5, 31), date(2027, 6, 30), True),
        (date(2027, 6, 1), date(2027, 6, 30), False),
        (date(2026, 1, 1), None, True),
        (date(2027, 5, 31), None, True),
        (date(2027, 6, 1), None, False),
    ],
)
def test_periodo_gia_comunicato(start: date, end: date | None, crosses: bool) -> None:
    earlier = Period(start, end)
    assert warned(SUBORDINATO, communicated=[earlier]) == ["periodo_gia_comunicato"] * crosses
    far = Period(date(2020, 1, 1), date(2020, 1, 1))
    assert warned(SUBORDINATO, communicated=[far, earlier]) == ["periodo_gia_comunicato"] * crosses
    mine = Period(date(2026, 12, 1), date(2027, 5, 31))
    assert mine.meets(earlier) == earlier.meets(mine) == crosses


@pytest.mark.parametrize(
    ("start", "end", "crosses"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), False),
        (date(2026, 11, 1), date(2026, 12, 1), True),
        (date(2090, 1, 1), date(2090, 1, 1), True),
        (date(2020, 1, 1), None, True),
        (date(2090, 1, 1), None, True),
    ],
)
def test_a_period_without_an_end_crosses_all_that_comes_after(start: date, end: date | None, crosses: bool) -> None:
    assert warned(APERTO, communicated=[Period(start, end)]) == ["periodo_gia_comunicato"] * crosses


def test_without_a_start_there_is_no_period() -> None:
    everything = [Period(date(2000, 1, 1), None)]
    for unread in ("", "30/02/2027"):
        assert warned(SUBORDINATO | {"data_inizio": unread}, communicated=everything) == []


# What is said, and in which order.


def test_warnings_come_in_their_order() -> None:
    typed = SUBORDINATO | {
        "data_inizio": "01/11/2026",
        "collocazione_oraria": "coincide",
        "reddito_presunto_annuale": "200.000",
        "orario_settimanale": "60",
    }
    found = warned(typed, communicated=[Period(TODAY, None)], reachable=False)
    assert found == [
        "in_ritardo", "periodo_gia_comunicato", "coincidenza_dichiarata", "reddito_alto", "oltre_48_ore",
        "senza_contatti",
    ]  # fmt: skip
    assert found == [code for code in CAUTIONS if code in found]


def test_the_codes_are_those_of_the_domain() -> None:
    assert CAUTIONS.keys() == {
        "in_ritardo", "stesso_giorno", "periodo_gia_comunicato", "coincidenza_dichiarata", "partita_iva_in_attesa",
        "reddito_zero", "reddito_alto", "cap_di_altro_comune", "oltre_48_ore", "oltre_13_ore", "senza_contatti",
    }  # fmt: skip


def test_warnings_are_easy_to_read() -> None:
    assert gulpease(CAUTIONS.values()) >= 60
    assert all(text.endswith(".") and text[0].isupper() for text in CAUTIONS.values())


@pytest.mark.parametrize("cap", ["10121", "10130", "10156"])
def test_a_cap_of_the_comune_is_not_warned_of(cap: str) -> None:
    assert "cap_di_altro_comune" not in warned(SUBORDINATO | {"sede_cap": cap})


@pytest.mark.parametrize("cap", ["10120", "10157", "20121"])
def test_a_cap_of_another_comune_is_warned_of(cap: str) -> None:
    assert "cap_di_altro_comune" in warned(SUBORDINATO | {"sede_cap": cap})


def test_of_a_comune_that_is_not_listed_the_cap_is_not_known() -> None:
    unlisted = {"sede_citta": "Nuovocomune", "comune_non_in_elenco": "si", "sede_cap": "99999"}
    assert "cap_di_altro_comune" not in warned(SUBORDINATO | unlisted)
