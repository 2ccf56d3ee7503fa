"""Codice fiscale and partita IVA, against python-stdnum where it is right, and the fifteen invented people."""

import json
from datetime import date
from importlib import resources
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.it import codicefiscale, iva

from omnia_com.italy.codice_fiscale import ALPHABET, birth, check_character, is_valid, partita_iva_is_valid

TODAY = date(2026, 11, 23)
PEOPLE = json.loads(resources.files("omnia_com.identity.demo").joinpath("persone.json").read_text("utf-8"))
TO_LETTER = str.maketrans("0123456789", "LMNPQRSTUV")
DIGIT_PLACES = (6, 7, 9, 10, 12, 13, 14)

first15s = st.from_regex(
    r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}", fullmatch=True
)
days = st.dates(date(1913, 11, 24), date(2012, 11, 23))


def code(day: date, woman: bool = False, belfiore: str = "H501") -> str:
    first15 = f"PRVNNA{day:%y}{'ABCDEHLMPRST'[day.month - 1]}{day.day + 40 * woman:02}{belfiore}"
    return first15 + check_character(first15)


@given(first15s)
def test_check_character_is_the_oracles(first15: str) -> None:
    assert check_character(first15) == codicefiscale.calc_check_digit(first15)


@given(first15s, st.sampled_from(ALPHABET))
def test_validity_is_the_oracles(first15: str, last: str) -> None:
    for cf in (first15 + last, first15 + check_character(first15)):
        if cf[9:11].translate(str.maketrans("LMNPQRSTUV", "0123456789")) < "72":  # the oracle takes days modulo 40
            assert is_valid(cf) == codicefiscale.is_valid(cf)


@given(st.text(max_size=20))
def test_any_text_has_an_answer(text: str) -> None:
    assert not is_valid(text) or codicefiscale.is_valid(text)
    birth(text, TODAY)
    assert not partita_iva_is_valid(text) or iva.compact(text) == text


@pytest.mark.parametrize("day", ["00", "32", "40", "72", "99"])
def test_a_day_that_does_not_exist_is_not_valid(day: str) -> None:
    first15 = f"PRVNNA85E{day}H501"
    assert not is_valid(first15 + check_character(first15))


@given(days, st.booleans())
def test_birth_survives_omocodia_in_every_combination(day: date, woman: bool) -> None:
    cf = code(day, woman)
    for size in range(8):
        for places in combinations(DIGIT_PLACES, size):
            variant = "".join(c.translate(TO_LETTER) if i in places else c for i, c in enumerate(cf[:15]))
            assert birth(variant + check_character(variant), TODAY) == (day, "H501")


@given(days, st.booleans())
def test_codes_of_real_days_are_valid(day: date, woman: bool) -> None:
    assert is_valid(code(day, woman))


@pytest.mark.parametrize("wrong", ["", "prvnna85e49h501l", "PRVNNA85E49H501", "PRVNNA85E49H501L ", "PRVNNA85E٤9H501L"])
def test_only_sixteen_capitals_and_digits_are_valid(wrong: str) -> None:
    assert not is_valid(wrong)
    assert birth(wrong, TODAY) == (None, "")


def test_the_century_is_the_one_that_gives_a_working_age() -> None:
    assert birth(code(date(2012, 11, 23)), TODAY)[0] == date(2012, 11, 23)
    assert birth(code(date(2012, 11, 24)), TODAY)[0] == date(1912, 11, 24)
    assert birth(code(date(2000, 2, 29)), date(2005, 1, 1))[0] == date(2000, 2, 29), "1900 had no 29 February"


def test_a_29_february_is_valid_in_a_leap_year_only() -> None:
    """Of either century that the two digits may mean; 1900 was none."""
    for year in range(100):
        cf = f"PRVNNA{year:02}B29H501"
        leap = any((1900 + c + year) % 4 == 0 and 1900 + c + year != 1900 for c in (0, 100))
        assert is_valid(cf + check_character(cf)) == leap, year
        assert (birth(cf + check_character(cf), TODAY)[0] is not None) == leap, year


@pytest.mark.parametrize(("day", "year"), [(22, 1912), (23, 2012), (24, 2012)])
def test_the_14th_birthday_tells_the_century(day: int, year: int) -> None:
    assert birth(code(date(2012, 11, 23)), date(2026, 11, day))[0] == date(year, 11, 23)


def test_who_was_born_on_a_29_february_is_14_on_the_first_of_march() -> None:
    born = date(2012, 2, 29)
    assert birth(code(born), date(2026, 2, 28))[0] == date(1912, 2, 29)
    assert birth(code(born), date(2026, 3, 1))[0] == born


def test_birth_does_not_ask_for_the_check_character() -> None:
    assert birth("PRVNNA85E49H501A", TODAY) == (date(1985, 5, 9), "H501")


def test_check_character_refuses_anything_else() -> None:
    with pytest.raises(ValueError, match="15"):
        check_character("abc")


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_invented_people(person: dict[str, str]) -> None:
    cf = person["codice_fiscale"]
    assert is_valid(cf)
    assert birth(cf, TODAY) == (date.fromisoformat(person["data_nascita"]), person["luogo_nascita_codice"])


@given(st.from_regex("[0-9]{11}", fullmatch=True), st.integers(0, 9))
def test_partita_iva_is_a_luhn_number(number: str, last: int) -> None:
    for candidate in (number, number[:10] + str(last), number[:10] + luhn.calc_check_digit(number[:10])):
        assert partita_iva_is_valid(candidate) == (luhn.is_valid(candidate) and candidate != "0" * 11)
        assert partita_iva_is_valid(candidate) or not iva.is_valid(candidate)


@pytest.mark.parametrize("wrong", ["", "00000000000", "0074311015", "007431101570", "IT00743110157", "0074311015٧"])
def test_partita_iva_that_cannot_be(wrong: str) -> None:
    assert not partita_iva_is_valid(wrong)


def test_partita_iva_of_a_real_company() -> None:
    assert partita_iva_is_valid("00743110157")
