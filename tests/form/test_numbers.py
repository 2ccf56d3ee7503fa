"""Amounts, hours and days as people write them: read, or refused in words that are true of what was written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnia_com.form.numbers import Hours, Money
from tests.helpers.kinds import DAY, DAYS_WORKED, WEEK, quick, reason, refusal

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
        ("0" * 30 + "1", 1_00), ("12'000.50", 12_000_50), ("12’000.5", 12_000_50), ("12 000.50", 12_000_50),
        ("12,000.50", 12_000_50), ("1,234,567.89", 1_234_567_89), ("1,234,567", 1_234_567_00), ("12.000,-", 12_000_00),
        ("12.000,--", 12_000_00), ("1200.–", 1_200_00), ("€1200,-", 1_200_00), ("12.000,00.", 12_000_00),
        ("12.000.", 12_000_00), ("12.000,50 euro.", 12_000_50), ("12.000\ufffc", 12_000_00),
        ("12\u2060.000", 12_000_00),        ("12\ufe0f000", 12_000_00),
    ],
)  # fmt: skip
def test_money_that_is_read(typed: str, cents: int) -> None:
    assert Money().read(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "1.2345", "12,345", "1e5", "abc", "12.0000", "1234.567", "12.00.000", "1.234 567", "1.234'567",
        "12.000.50", "12..000", "12,,5", "12,", ",5", ".5", "12.", "€", "euro", "-", "- €", "⁻5", "12 00", "12€50",
        "12000 lire", "$ 12000", "12k", "12000/13", "+5", "0x10", "NaN", "Infinity", "dodicimila", "12,50,00", "٣٤",
        "-abc", "1 2",
    ],
)  # fmt: skip
def test_money_that_cannot_be_read(typed: str) -> None:
    assert refusal(Money(), typed) == "non_valido"


@pytest.mark.parametrize(
    "typed",
    [
        "-5", "- 5", "−5", "–5", "-0,01", "-12.000,50", "€ -5", "€-5", "-€5", "-€ 5", "- € 5", "−5 €", "euro -5",
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


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("12,000", "quale"), ("12,345", "quale"), ("€ 1,000", "quale"), ("12,3456", ""), ("CHF 12'000", "valuta"),
        ("$ 12000", "valuta"), ("12000 lire", "valuta"), ("10.000-12.000", "due"), ("10.000 o 12.000", "due"),
        ("12½", ""), ("abc", ""), ("12O00", ""), ("12.", ""), ("€ 12.", ""),
    ],
)  # fmt: skip
def test_why_an_amount_cannot_be_read(typed: str, why: str) -> None:
    assert reason(Money(), typed) == f"non_valido:{why}"


def test_minutes_that_are_no_quarter_are_refused_in_words_of_their_own() -> None:
    assert reason(WEEK, "20:20") == reason(WEEK, "20,3") == "non_valido:quarti"
    assert reason(WEEK, "venti") == "non_valido:"


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
        (WEEK, "40 ore", "40"),
        (WEEK, "40h", "40"),
        (WEEK, "40 Stunden", "40"),
        (WEEK, "40 hours.", "40"),
        (WEEK, "37,5 ore", "37.5"),
        (WEEK, "37:30", "37.5"),
        (WEEK, "20:30", "20.5"),
        (WEEK, "20:30 ore", "20.5"),
        (WEEK, "7 h 30", "7.5"),
        (WEEK, "7h30", "7.5"),
        (WEEK, "7 ore e 45 minuti", "7.75"),
        (WEEK, "7 Std. 15 Min.", "7.25"),
        (WEEK, "7 ore e mezza", "7.5"),
        (WEEK, "0:15", "0.25"),
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
        (WEEK, "venti", "non_valido"),
        (WEEK, "1e1", "non_valido"),
        (WEEK, "NaN", "non_valido"),
        (WEEK, "Infinity", "non_valido"),
        (WEEK, "20,", "non_valido"),
        (WEEK, "20,250000000000000000000000000001", "non_valido"),
        (WEEK, "٢٠", "non_valido"),
        (DAY, "6,6", "non_valido"),
        (WEEK, "78:15", "fuori_limite"),
        (WEEK, "20:20", "non_valido"),
        (WEEK, "20:75", "non_valido"),
        (WEEK, "8:00-17:00", "non_valido"),
        (WEEK, "ore", "non_valido"),
        (WEEK, "1.000", "non_valido"),
        (WEEK, "20²", "non_valido"),
        (WEEK, "37½", "non_valido"),
        (WEEK, "⑳", "non_valido"),
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
    [
        ("1", 1), ("51", 51), ("366", 366), ("51,0", 51), ("51.00", 51), (" 51 ", 51), ("051", 51), ("５１", 51),
        ("51 giorni", 51), ("51 gg.", 51), ("51 giornate", 51), ("51 Tage", 51), ("51 days", 51), ("5\u200d1", 51),
    ],
)  # fmt: skip
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
        ("1e2", "non_valido"),
        ("1,,5", "non_valido"),
        ("giorni", "non_valido"),
        ("5¹", "non_valido"),
    ],
)
def test_count_that_is_refused(typed: str, code: str) -> None:
    assert refusal(DAYS_WORKED, typed) == code


@quick
@given(st.integers(1, 366))
def test_count_shown_is_read_again(days: int) -> None:
    assert DAYS_WORKED.read(DAYS_WORKED.show(days)) == days
