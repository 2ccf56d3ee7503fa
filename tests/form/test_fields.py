"""The kinds of field, one after the other: what each reads, what it refuses and why, how it shows what it read."""

from contextlib import suppress
from dataclasses import FrozenInstanceError, fields
from datetime import date
from decimal import Decimal
from inspect import getmembers, isclass
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omnia_com.form.fields
from omnia_com.form.field_groups import GROUPS, codice_fiscale_o_partita_iva
from omnia_com.form.fields import (
    Choice,
    Code,
    Count,
    Country,
    Day,
    Email,
    Field,
    Hours,
    Kind,
    LongChoice,
    Money,
    Notes,
    Option,
    Phone,
    PlaceName,
    Postcode,
    Text,
    Tick,
    Unreadable,
    folded,
)
from omnia_com.italy.codice_fiscale import partita_iva_is_valid

ASKED = {f.name: f for group in GROUPS.values() for f in group.fields}
WEEK, DAY = Hours(Decimal("0.25"), Decimal(78)), Hours(Decimal("0.25"), Decimal(24))
DAYS_WORKED = Count(1, 366)
PARTITA_IVA = Code(partita_iva_is_valid, prefix="IT")
CODICE_FISCALE = Code(codice_fiscale_o_partita_iva)
STATES = ASKED["sede_stato"].kind
PROVINCES = ASKED["sede_provincia"].kind
quick = settings(max_examples=100, deadline=None)


def refusal(kind: Kind, typed: str) -> str:
    """The code with which *typed* is refused; what was read instead, if it was not."""
    try:
        return f"read as {kind.read(typed)!r}"
    except Unreadable as e:
        return e.code


# A text has a length.


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (Text(), "A", "non_valido"),
        (Text(), " A ", "non_valido"),
        (Text(), "\u200b\u200b", "non_valido"),
        (Text(), "\u3164A", "non_valido"),
        (Text(), "a" * 201, "troppo_lungo"),
        (Text(longest=100), "a" * 101, "troppo_lungo"),
        (Text(shortest=3), "aa", "non_valido"),
        (Notes(), "a" * 2001, "troppo_lungo"),
    ],
)
def test_text_that_is_refused(kind: Kind, typed: str, code: str) -> None:
    assert refusal(kind, typed) == code


@pytest.mark.parametrize(
    ("kind", "typed", "text"),
    [
        (Text(), "Ab", "Ab"),
        (Text(), "A\u200db", "A\u200db"),
        (Text(), "a" * 200, "a" * 200),
        (Text(longest=100), "a" * 100, "a" * 100),
        (Text(shortest=3), "aaa", "aaa"),
        (Text(), "  Rossi \t e\n figli  ", "Rossi e figli"),
        (Text(), "Cafe\u0301", "Caf\u00e9"),
        (Text(), "è" * 200, "è" * 200),
        (Text(), "<b>Rossi & C.</b>", "<b>Rossi & C.</b>"),
        (Notes(), "a" * 2000, "a" * 2000),
        (Notes(), "a\r\nb\rc\n", "a\nb\nc"),
        (Notes(), "\r\n".join(["a" * 9] * 200), "\n".join(["a" * 9] * 200)),
    ],
)
def test_text_that_is_read(kind: Kind, typed: str, text: str) -> None:
    assert kind.show(kind.read(typed)) == text


# A day is written in four ways.


@pytest.mark.parametrize(
    "typed",
    [
        "01/12/2026", "1/12/2026", "1-12-2026", "01-12-2026", "01.12.2026", "1.12.2026", "2026-12-01", "2026-12-1",
        " 01/12/2026 ", "1 / 12 / 2026", "01/12/2026\u200e", "０１/１２/２０２６", "01\u201112\u20112026",
    ],
)  # fmt: skip
def test_day_that_is_read(typed: str) -> None:
    assert Day().read(typed) == date(2026, 12, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "30/02/2027", "29/02/2027", "29/02/2100", "31/04/2027", "32/01/2027", "0/1/2027", "01/13/2026", "1/0/2026",
        "01/12/0000", "01/12/26", "1-12-26", "26-12-01", "01/12/12026", "2026-02-30", "2026-13-01", "0000-01-01",
        "01/12-2026", "01/12.2026", "2026/12/01", "01122026", "20261201", "1 dicembre 2026", "domani", "01/12", "/",
        "٠١/١٢/٢٠٢٦", "01/12/2026 10:00", "-1/12/2026",
    ],
)  # fmt: skip
def test_day_that_does_not_exist(typed: str) -> None:
    assert refusal(Day(), typed) == "data_inesistente"


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


# Money is written as Italians write it, and kept in cents.


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12000", 12_000_00), ("12.000", 12_000_00), ("12.000,50", 12_000_50), ("12000,5", 12_000_50),
        ("12000,50", 12_000_50), ("12000.50", 12_000_50), ("12000.5", 12_000_50), ("12.000,5", 12_000_50),
        ("€ 12.000", 12_000_00), ("€12.000", 12_000_00), ("12.000 €", 12_000_00), ("12.000€", 12_000_00),
        ("12.000 euro", 12_000_00), ("12.000 EUR", 12_000_00), ("euro 12.000,50", 12_000_50), ("EUR 12000", 12_000_00),
        ("Euro12000", 12_000_00), ("12 000", 12_000_00), ("12'000", 12_000_00), ("12’000", 12_000_00),
        ("12\u00a0000", 12_000_00), ("12\u2009000", 12_000_00), ("12\u202f000,50", 12_000_50),
        ("€\u00a012.000,00", 12_000_00), (" 12000 ", 12_000_00), ("1.234.567,89", 1_234_567_89),
        ("1 234 567", 1_234_567_00), ("1'234'567,8", 1_234_567_80), ("1.234", 1_234_00), ("12.34", 12_34),
        ("12,3", 12_30), ("0", 0), ("0,00", 0), ("-0", 0), ("0,01", 1), ("007", 7_00), ("１２.０００", 12_000_00),
        ("12.000\u200b", 12_000_00), ("9999999,99", 999_999_999), ("9.999.999,99", 999_999_999),
        ("0" * 30 + "1", 1_00),
    ],
)  # fmt: skip
def test_money_that_is_read(typed: str, cents: int) -> None:
    assert Money().read(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "1.2345", "12,345", "1e5", "abc", "12.0000", "1234.567", "12.00.000", "1.234 567", "1.234'567", "12,000.50",
        "12.000.50", "12..000", "12,,5", "12,", ",5", ".5", "12.", "€", "euro", "-", "- €", "12 00", "12€50",
        "12000 lire", "$ 12000", "12k", "12000/13", "+5", "0x10", "NaN", "Infinity", "dodicimila", "12,50,00", "٣٤",
        "-abc", "1 2",
    ],
)  # fmt: skip
def test_money_that_cannot_be_read(typed: str) -> None:
    assert refusal(Money(), typed) == "non_valido"


@pytest.mark.parametrize(
    "typed",
    [
        "-5", "⁻5", "- 5", "−5", "–5", "-0,01", "-12.000,50", "€ -5", "€-5", "-€5", "-€ 5", "- € 5", "−5 €", "euro -5",
        "-5 euro", "-" + "9" * 30,
    ],
)  # fmt: skip
def test_money_below_zero(typed: str) -> None:
    assert refusal(Money(), typed) == "negativo"


@pytest.mark.parametrize(
    "typed",
    ["10.000.000", "10000000", "10000000,00", "€ 10.000.000", "1" + "0" * 25, "9" * 5000, "1" + "0" * 20 + ",50"],
)
def test_money_that_is_too_much(typed: str) -> None:
    assert refusal(Money(), typed) == "troppo_grande"


@quick
@given(st.integers(0, Money().most))
def test_money_shown_is_read_again(cents: int) -> None:
    assert Money().read(Money().show(cents)) == cents


@quick
@given(
    st.integers(0, Money().most),
    st.sampled_from(["", ".", " ", "'", "\u00a0"]),
    st.sampled_from(["{}", "€ {}", "{} €", "€{}", "euro {}", "{} EUR"]),
    st.booleans(),
)
def test_money_in_each_of_its_spellings(cents: int, mark: str, around: str, with_cents: bool) -> None:
    whole = f"{cents // 100:,}".replace(",", mark)
    text = whole + f",{cents % 100:02}" * with_cents
    understood = cents if with_cents else cents - cents % 100
    assert Money().read(around.format(text)) == understood
    code = "negativo" if understood else f"read as {understood!r}"
    assert refusal(Money(), around.format("-" + text)) == code


@quick
@given(st.integers(0, 10**9), st.integers(3, 12), st.sampled_from(",."))
def test_money_finer_than_a_cent_is_not_guessed(number: int, places: int, mark: str) -> None:
    """But for the dot before exactly three digits, which marks the thousands."""
    whole, finer = divmod(number, 10**places)
    text = f"{whole}{mark}{finer:0{places}}"
    if mark == "," or places > 3:
        assert refusal(Money(), text) == "non_valido"
    elif whole < 1000:
        assert Money().read(text) == (whole * 1000 + finer) * 100


def test_money_is_shown_as_it_was_understood() -> None:
    assert [Money().show(c) for c in (0, 5, 12_000_50, 999_999_999)] == [
        "0,00 €", "0,05 €", "12.000,50 €", "9.999.999,99 €",
    ]  # fmt: skip


# Hours go by quarters, days by ones.


@pytest.mark.parametrize(
    ("kind", "typed", "hours"),
    [
        (WEEK, "0,25", "0.25"),
        (WEEK, "20", "20"),
        (WEEK, "37,5", "37.5"),
        (WEEK, "37.5", "37.5"),
        (WEEK, "37,50", "37.5"),
        (WEEK, " 40 ", "40"),
        (WEEK, "78", "78"),
        (WEEK, "78,00", "78"),
        (WEEK, "0" * 30 + "8", "8"),
        (WEEK, "４０", "40"),
        (DAY, "0,25", "0.25"),
        (DAY, "6,75", "6.75"),
        (DAY, "24", "24"),
    ],
)
def test_hours_that_are_read(kind: Hours, typed: str, hours: str) -> None:
    assert kind.read(typed) == Decimal(hours)


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (WEEK, "0", "fuori_limite"),
        (WEEK, "78,25", "fuori_limite"),
        (WEEK, "-20", "fuori_limite"),
        (WEEK, "−20", "fuori_limite"),
        (WEEK, "9" * 40, "fuori_limite"),
        (WEEK, "1" + "0" * 40, "fuori_limite"),
        (DAY, "24,25", "fuori_limite"),
        (DAY, "0", "fuori_limite"),
        (WEEK, "20,1", "non_valido"),
        (WEEK, "0,1", "non_valido"),
        (WEEK, "20,26", "non_valido"),
        (WEEK, "37:30", "non_valido"),
        (WEEK, "venti", "non_valido"),
        (WEEK, "20 ore", "non_valido"),
        (WEEK, "1e1", "non_valido"),
        (WEEK, "NaN", "non_valido"),
        (WEEK, "Infinity", "non_valido"),
        (WEEK, "20,", "non_valido"),
        (WEEK, "20,250000000000000000000000000001", "non_valido"),
        (WEEK, "٢٠", "non_valido"),
        (DAY, "6,6", "non_valido"),
    ],
)
def test_hours_that_are_refused(kind: Hours, typed: str, code: str) -> None:
    assert refusal(kind, typed) == code


@quick
@given(st.integers(1, 4 * 78))
def test_hours_shown_are_read_again(quarters: int) -> None:
    hours = Decimal(quarters) / 4
    assert WEEK.read(WEEK.show(hours)) == hours


@quick
@given(st.integers(0, 10_000), st.sampled_from(",."), st.sampled_from([WEEK, DAY]))
def test_hours_are_read_by_quarters_within_their_limits_and_only_then(hundredths: int, mark: str, kind: Hours) -> None:
    hours = Decimal(hundredths) / 100
    expected = "non_valido" if hundredths % 25 else "" if kind.least <= hours <= kind.most else "fuori_limite"
    typed = f"{hours:.2f}".replace(".", mark)
    assert refusal(kind, typed) == expected if expected else kind.read(typed) == hours


def test_hours_are_shown_without_idle_zeros() -> None:
    assert [WEEK.show(Decimal(h)) for h in ("20", "20.00", "37.50", "0.25")] == ["20", "20", "37,5", "0,25"]


@pytest.mark.parametrize(
    ("typed", "days"),
    [("1", 1), ("51", 51), ("366", 366), ("51,0", 51), ("51.00", 51), (" 51 ", 51), ("051", 51), ("５１", 51)],
)
def test_count_that_is_read(typed: str, days: int) -> None:
    assert DAYS_WORKED.read(typed) == days


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0", "fuori_limite"),
        ("367", "fuori_limite"),
        ("-1", "fuori_limite"),
        ("1.000", "fuori_limite"),
        ("1" + "0" * 40, "fuori_limite"),
        ("1,5", "non_intero"),
        ("51.5", "non_intero"),
        ("0,5", "non_intero"),
        ("abc", "non_valido"),
        ("51 giorni", "non_valido"),
        ("1e2", "non_valido"),
        ("1,,5", "non_valido"),
    ],
)
def test_count_that_is_refused(typed: str, code: str) -> None:
    assert refusal(DAYS_WORKED, typed) == code


@quick
@given(st.integers(1, 366))
def test_count_shown_is_read_again(days: int) -> None:
    assert DAYS_WORKED.read(DAYS_WORKED.show(days)) == days


# A choice is one of its options, a state also the name that a person gives it.


@pytest.mark.parametrize("field", [f for f in ASKED.values() if isinstance(f.kind, Choice)], ids=lambda f: f.name)
def test_every_option_is_read_and_shown(field: Field) -> None:
    assert isinstance(field.kind, Choice)
    for option in field.kind.options:
        assert field.kind.read(option.value) == option.value
        assert field.kind.show(option.value) == option.label
    assert (
        len({o.value for o in field.kind.options})
        == len(field.kind.options)
        == len({o.label for o in field.kind.options})
    )


@pytest.mark.parametrize("typed", ["forse", "Indeterminato", "indeterminato,determinato", "0", "altro "])
def test_choice_outside_the_list(typed: str) -> None:
    assert refusal(ASKED["tipo_contratto"].kind, typed) == "non_valido"


@pytest.mark.parametrize("typed", ["XX", "Torino", "to", "ZZZ"])
def test_province_outside_the_list(typed: str) -> None:
    assert refusal(PROVINCES, typed) == "non_valido"
    assert PROVINCES.read("TO") == "TO"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("IT", "IT"), ("it", "IT"), ("Z133", "Z133"), (" z133 ", "Z133"), ("Svizzera", "Z133"), ("SVIZZERA", "Z133"),
        ("svizzera", "Z133"), ("Perù", "Z611"), ("peru", "Z611"), ("PERU\u0300", "Z611"),
        ("sao tome e principe", "Z341"), ("Costa d'Avorio", "Z313"),
        ("costa d’avorio", "Z313"), ("COSTA D`AVORIO", "Z313"), ("Costa d´Avorio", "Z313"),
        ("guinea–bissau", "Z320"), ("isole faer oer", "Z108"), ("Mali", "Z329"), ("cuba", "Z504"),
        ("Stati Uniti", "Z404"), ("Vene", "Z614"), ("costa d", "Z313"),
        ("Congo", "Z311"), ("Guinea", "Z319"), ("Niger", "Z334"), ("Sudan", "Z348"),
    ],
)  # fmt: skip
def test_state_by_code_by_name_or_by_the_beginning_of_its_name(typed: str, code: str) -> None:
    assert STATES.read(typed) == code


@pytest.mark.parametrize(
    "typed",
    ["Z999", "altro", "Atlantide", "Stati", "Repubblica", "Corea", "costa", "Guin", "Ven", "Sviz zera", "-", "'"],
)
def test_state_that_is_none_or_more_than_one(typed: str) -> None:
    assert refusal(STATES, typed) == "non_valido"


def test_no_two_states_are_alike() -> None:
    assert isinstance(STATES, Country)
    for option in STATES.options:
        assert STATES.read(option.label) == option.value
    assert len({folded(o.label) for o in STATES.options}) == len(STATES.options)


# A box is ticked or not.


def test_tick() -> None:
    assert Tick().read("si") is True
    assert [refusal(Tick(), typed) for typed in ("no", "on", "SI", "1")] == ["non_valido"] * 4
    assert (Tick().show(True), Tick().show(False)) == ("Sì", "No")


# A code is what its check digit says, however it is spaced.


@pytest.mark.parametrize(
    "typed",
    [
        "12345670017", "IT12345670017", "it12345670017", "IT 12345670017", "It 123 4567 0017", "123.456.700.17",
        "12345-670017", "12345/670017", "IT-123.456 70017", "123\u00a04567\u20110017", "１２３４５６７００１７",
        "12345670017\u200b",
    ],
)  # fmt: skip
def test_partita_iva_that_is_read(typed: str) -> None:
    assert PARTITA_IVA.read(typed) == "12345670017"


@pytest.mark.parametrize(
    "typed",
    [
        "12345670018", "1234567001", "123456700171", "00000000000", "11111111111", "99999999999", "IT",
        "ITIT12345670017", "DE12345670017",
        "1234567001A", "RSSMRA85T10A562S", "12345_670017", "١٢٣٤٥٦٧٠٠١٧", "12345670017,12345670017",
    ],
)  # fmt: skip
def test_partita_iva_that_is_refused(typed: str) -> None:
    assert refusal(PARTITA_IVA, typed) == "non_valido"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("99990011217", "99990011217"),
        ("999 900 11217", "99990011217"),
        ("RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("rssmra85t10a562s", "RSSMRA85T10A562S"),
        ("rss mra 85t10 a562s", "RSSMRA85T10A562S"),
        ("RSSMRA85T10A56NH", "RSSMRA85T10A56NH"),
    ],
)
def test_codice_fiscale_of_an_employer_that_is_read(typed: str, code: str) -> None:
    assert CODICE_FISCALE.read(typed) == code


@pytest.mark.parametrize(
    "typed", ["99990011218", "RSSMRA85T10A562T", "RSSMRA85T10A562", "RSSMRA85T32A562S", "IT99990011217", "Alfa"]
)
def test_codice_fiscale_of_an_employer_that_is_refused(typed: str) -> None:
    assert refusal(CODICE_FISCALE, typed) == "non_valido"


@pytest.mark.parametrize(("typed", "code"), [("10121", "10121"), (" 10121 ", "10121"), ("SW1A  1AA", "SW1A 1AA")])
def test_postcode_is_taken_as_it_is(typed: str, code: str) -> None:
    assert Postcode().read(typed) == code


# What all kinds have in common.

KINDS: list[Any] = [
    Text(), Notes(), Day(), Money(), WEEK, DAYS_WORKED, Choice((Option("a", "A"),)), LongChoice((Option("a", "A"),)),
    STATES, Tick(), PARTITA_IVA, PlaceName(), Postcode(), Email(), Phone(),
]  # fmt: skip


def test_no_kind_is_missing_here() -> None:
    def is_kind(thing: object) -> bool:
        return isclass(thing) and hasattr(thing, "control") and thing is not Kind

    assert {type(kind) for kind in KINDS} == {kind for _, kind in getmembers(omnia_com.form.fields, is_kind)}


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.control)
def test_a_kind_is_frozen(kind: Any) -> None:
    for field in fields(kind):
        with pytest.raises(FrozenInstanceError):
            setattr(kind, field.name, None)
    with pytest.raises((AttributeError, TypeError)):
        kind.control = None
    assert hash(kind) == hash(kind), "usable as a key"


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.control)
@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1))
def test_a_kind_reads_any_text_or_says_why_not(kind: Any, typed: str) -> None:
    with suppress(Unreadable):
        value = kind.read(typed)
        assert isinstance(kind, Choice | Tick) or kind.read(kind.show(value)) == value


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.control)
def test_a_long_text_costs_no_time(kind: Any) -> None:
    """Ten times the length costs ten times the time, not a hundred."""
    assert cost(kind, 10_000) < 40 * cost(kind, 1_000) + A_MOMENT


A_MOMENT = 0.01  # seconds, of a processor: what costs less cannot be compared


def cost(kind: Any, length: int) -> float:
    """Seconds that this process computes; what others do meanwhile does not count."""
    times = []
    for _ in range(2):
        began = process_time()
        for again in ("9", "0", "a", " ", ".", "1.", "9 ", "-", "€", "e\u0301"):
            refusal(kind, again * length + "x")
            refusal(kind, again * length)
        times.append(process_time() - began)
    return min(times)
