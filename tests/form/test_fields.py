"""The kinds of field, one after the other: what each reads, what it refuses and why, how it shows what it read."""

from contextlib import suppress
from dataclasses import FrozenInstanceError
from dataclasses import fields as attributes
from inspect import getmembers, isclass
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnia_com.form import days, fields, numbers
from omnia_com.form.days import Day
from omnia_com.form.fields import (
    Choice,
    Email,
    Field,
    Kind,
    LongChoice,
    Notes,
    Option,
    Phone,
    PlaceName,
    Postcode,
    StateName,
    Text,
    Tick,
)
from omnia_com.form.numbers import Money
from omnia_com.form.problems import Unreadable
from tests.helpers.kinds import (
    ASKED,
    CODICE_FISCALE,
    DAYS_WORKED,
    PARTITA_IVA,
    PROVINCES,
    STATES,
    WEEK,
    reason,
    refusal,
)

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
        (Text(), "\ufffc\ufffc", "non_valido"),
        (Text(), "\u0301\u0301", "non_valido"),
        (Text(), "\u200b \u200b \u200b", "non_valido"),
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
        (Text(), "Rossi\ufffc S.r.l.", "Rossi S.r.l."),
        (Text(), "A\u0301da", "\u00c1da"),
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


def test_a_text_in_which_nothing_is_read_is_refused_in_words_of_its_own() -> None:
    assert reason(Text(), "\ufffc\ufffc") == "non_valido:niente"
    assert reason(Text(), "A") == "non_valido:"


# A choice is one of its options; of states see tests/test_states.py.


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
        ("IT99990011217", "99990011217"),
        ("it 999.900.112-17", "99990011217"),
        ("ITALNN85E49H501F", "ITALNN85E49H501F"),
        ("RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("rssmra85t10a562s", "RSSMRA85T10A562S"),
        ("rss mra 85t10 a562s", "RSSMRA85T10A562S"),
        ("RSSMRA85T10A56NH", "RSSMRA85T10A56NH"),
    ],
)
def test_codice_fiscale_of_an_employer_that_is_read(typed: str, code: str) -> None:
    assert CODICE_FISCALE.read(typed) == code


@pytest.mark.parametrize(
    "typed",
    [
        "99990011218",
        "IT99990011218",
        "RSSMRA85T10A562T",
        "RSSMRA85T10A562",
        "RSSMRA85T32A562S",
        "DE99990011217",
        "Alfa",
    ],
)
def test_codice_fiscale_of_an_employer_that_is_refused(typed: str) -> None:
    assert refusal(CODICE_FISCALE, typed) == "non_valido"


def test_a_code_of_another_length_is_refused_in_words_of_its_own() -> None:
    assert reason(PARTITA_IVA, "1234567001") == reason(CODICE_FISCALE, "IT1234567001") == "non_valido:lunghezza"
    assert reason(PARTITA_IVA, "IT12345670018") == reason(CODICE_FISCALE, "RSSMRA85T10A562T") == "non_valido:"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("10121", "10121"), (" 10121 ", "10121"), ("SW1A  1AA", "SW1A 1AA"), ("I-10121", "10121"), ("i 10121", "10121"),
        ("IT-10121", "10121"), ("I10121", "10121"), ("I–10121\u200b", "10121"), ("I-1012", "I-1012"),
        ("L-1012", "L-1012"), ("CH-6900", "CH-6900"), ("１０１２１", "10121"), ("1012¹", "1012¹"),
    ],
)  # fmt: skip
def test_postcode_is_taken_as_it_is_but_for_the_mark_of_italy(typed: str, code: str) -> None:
    assert Postcode().read(typed) == code


# What all kinds have in common.

KINDS: list[Any] = [
    Text(), Notes(), Day(), Money(), WEEK, DAYS_WORKED, Choice((Option("a", "A"),)), LongChoice((Option("a", "A"),)),
    STATES, StateName("sede_stato"), Tick(), PARTITA_IVA, PlaceName(), Postcode(), Email(), Phone(),
]  # fmt: skip


def test_no_kind_is_missing_here() -> None:
    def is_kind(thing: object) -> bool:
        return isclass(thing) and hasattr(thing, "control") and thing is not Kind

    every = {kind for module in (fields, days, numbers) for _, kind in getmembers(module, is_kind)}
    assert {type(kind) for kind in KINDS} == every


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.control)
def test_a_kind_is_frozen(kind: Any) -> None:
    for field in attributes(kind):
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
