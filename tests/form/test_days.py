"""Days as people write them: read, refused because there is no such day, or because it cannot be read."""

from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from omnia_com.form.days import Day
from omnia_com.languages import catalogues
from tests.helpers.kinds import quick, reason, refusal


@pytest.mark.parametrize(
    "typed",
    [
        "01/12/2026", "1/12/2026", "1-12-2026", "01-12-2026", "01.12.2026", "1.12.2026", "2026-12-01", "2026-12-1",
        " 01/12/2026 ", "1 / 12 / 2026", "01/12/2026\u200e", "０１/１２/２０２６", "01\u201112\u20112026", "1/12/26",
        "01.12.26", "1-12-26", "1 12 2026", "01 12 26", "01122026", "20261201", "2026/12/01", "2026.12.1", "01/12-2026",
        "1,12,2026", "01/12/2026.", "1. 12. 2026", "01/12/2026\ufffc", "01\u00ad/12/2026", "martedì 1/12/2026",
        "il 01/12/2026",
    ],
)  # fmt: skip
def test_day_in_numbers_that_is_read(typed: str) -> None:
    assert Day().read(typed) == date(2026, 12, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "1 dicembre 2026", "1° dicembre 2026", "1º dicembre 2026", "1° dic. 2026", "1 dic 26", "01 DICEMBRE 2026",
        "1-dic-2026", "1/dic/2026", "1 dicembre 2026.", "1 dicembre, 2026", "1 dicembre '26", "primo dicembre 2026",
        "martedì, 1 dicembre 2026", "1. Dezember 2026", "1. Dez. 2026", "1 Dez 26", "Dienstag, 1. Dezember 2026",
        "der 1. Dezember 2026", "1 December 2026", "1st December 2026", "December 1, 2026", "Dec 1st, 2026",
        "1 dicembre del 2026", "1dicembre2026", "1\u00a0dicembre\u202f2026",
    ],
)  # fmt: skip
def test_day_in_words_that_is_read(typed: str) -> None:
    assert Day().read(typed) == date(2026, 12, 1)


@pytest.mark.parametrize(("typed", "month"), [("1 Jänner 2027", 1), ("1 Feber 2027", 2), ("1 sett. 2027", 9)])
def test_month_as_neighbours_call_it(typed: str, month: int) -> None:
    assert Day().read(typed) == date(2027, month, 1)


@pytest.mark.parametrize("language", catalogues())
@pytest.mark.parametrize("width", ["wide", "abbreviated"])
def test_every_month_by_its_names_in_each_language_of_the_service(language: str, width: str) -> None:
    """CLDR is the oracle; a language added needs its months here."""
    for context in ("format", "stand-alone"):
        for number, name in Locale(language).months[context][width].items():
            assert Day().read(f"3 {name} 2027") == date(2027, number, 3), name


@pytest.mark.parametrize(
    "typed",
    [
        "30/02/2027", "29/02/2027", "29/02/2100", "31/04/2027", "32/01/2027", "0/1/2027", "01/13/2026", "1/0/2026",
        "01/12/0000", "2026-02-30", "2026-13-01", "0000-01-01", "30/2/27", "30022027", "20261301", "31 novembre 2026",
        "30. Februar 2027", "February 30, 2027", "32 dicembre 2026",
    ],
)  # fmt: skip
def test_day_that_does_not_exist(typed: str) -> None:
    assert refusal(Day(), typed) == "data_inesistente"


@pytest.mark.parametrize(
    "typed",
    [
        "domani", "/", "x", "1", "2026", "٠١/١٢/٢٠٢٦", "01/12/2026 10:00", "-1/12/2026", "01/12/12026", "1/12/202",
        "011226", "1 brumaio 2026", "1 ma 2026", "1²/12/2026", "①/12/2026", "01/12/202⁶", "½/12/2026", "1//12//2026x",
        "1 dicembre 2026 forse", "9" * 70,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_said_to_be_no_day(typed: str) -> None:
    assert reason(Day(), typed) == "data_illeggibile:"


@given(st.dates(date(2013, 1, 1), date(2099, 12, 31)))
def test_eight_digits_are_day_first_or_iso_and_never_both(day: date) -> None:
    assert Day().read(f"{day:%d%m%Y}") == Day().read(f"{day:%Y%m%d}") == day


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("01/12", "data_illeggibile:senza_anno"), ("1-12.", "data_illeggibile:senza_anno"),
        ("1 dicembre", "data_illeggibile:senza_anno"), ("1. Dezember", "data_illeggibile:senza_anno"),
        ("December 1st", "data_illeggibile:senza_anno"), ("dicembre 2026", "data_illeggibile:senza_giorno"),
        ("12/2026", "data_illeggibile:senza_giorno"), ("2026-12", "data_illeggibile:senza_giorno"),
        ("01/12/2026 - 31/12/2026", "data_illeggibile:due"), ("dal 1/12/2026 al 31/5/2027", "data_illeggibile:due"),
        ("12/31/2026", "data_inesistente:mese_prima"), ("31/31/2026", "data_inesistente:"),
        ("30/02/2027", "data_inesistente:"),
    ],
)  # fmt: skip
def test_what_a_date_lacks_is_said(typed: str, why: str) -> None:
    assert reason(Day(), typed) == why


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("29/02/2028", date(2028, 2, 29)),
        ("28/02/2027", date(2027, 2, 28)),
        ("29/02/2000", date(2000, 2, 29)),
        ("01/01/0001", date(1, 1, 1)),
        ("31/12/9999", date(9999, 12, 31)),
    ],
)
def test_day_at_the_edge_of_the_calendar(typed: str, day: date) -> None:
    assert Day().read(typed) == day
    assert Day().show(day) == typed


@quick
@given(st.dates())
def test_day_shown_is_read_again(day: date) -> None:
    assert Day().read(Day().show(day)) == day
    assert Day().read(day.isoformat()) == day


@quick
@given(st.dates(date(1, 1, 1)), st.sampled_from("/-."), st.booleans(), st.booleans())
def test_day_in_each_of_its_spellings(day: date, mark: str, padded: bool, spaced: bool) -> None:
    numbers = (f"{day.day:02}", f"{day.month:02}") if padded else (str(day.day), str(day.month))
    assert Day().read((f" {mark} " if spaced else mark).join([*numbers, f"{day.year:04}"])) == day


@quick
@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
def test_a_day_is_read_if_the_calendar_has_it_and_only_then(year: int, month: int, day: int) -> None:
    """The calendar of the standard library is the oracle."""
    try:
        there = str(date(year, month, day))
    except ValueError:
        there = ""
    read = refusal(Day(), f"{day}/{month}/{year:04}")
    assert read == (f"read as {date.fromisoformat(there)!r}" if there else "data_inesistente")
    assert refusal(Day(), f"{year:04}-{month:02}-{day:02}") == read
