"""What of a text is seen: signs that show nothing, and signs that only become a digit, in every kind of field."""

import sys
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnia_com.form.answers import read
from omnia_com.form.days import Day
from omnia_com.form.fields import Choice, Notes, PlaceName, StateName, Text, Tick
from omnia_com.form.numbers import Money
from omnia_com.italy import comuni
from omnia_com.languages.signs import plain, seen, shows, without_unseen
from tests.helpers.kinds import ASKED, CODICE_FISCALE, DAYS_WORKED, PARTITA_IVA, STATES, WEEK, quick, refusal
from tests.helpers.people import SUBORDINATO

TODAY = date(2026, 11, 23)
EVERY = [chr(c) for c in range(sys.maxunicode + 1)]
UNSEEN = [c for c in EVERY if not without_unseen(c)]
NOTHING = "\u200b\u200d\u2060\ufeff\u00ad\u034f\ufe0f\ufffc\u115f\u3164\uffa0\u2800\u180e\U000e0001"
MARKS = [c for c in EVERY if unicodedata.category(c) in ("Mn", "Me")]
BECOME = [
    c for c in EVERY
    if not c.isascii() and any(d in "0123456789" for d in unicodedata.normalize("NFKC", c)) and not "０" <= c <= "９"
]  # fmt: skip
WRITTEN = (  # a kind, a text that it reads, and what that is
    (Money(), "12.000,50", 12_000_50),
    (Day(), "01/12/2026", date(2026, 12, 1)),
    (Day(), "1 dicembre 2026", date(2026, 12, 1)),
    (WEEK, "37,5", Decimal("37.5")),
    (WEEK, "20:30", Decimal("20.5")),
    (DAYS_WORKED, "51", 51),
    (PARTITA_IVA, "IT 12345670017", "12345670017"),
    (CODICE_FISCALE, "RSSMRA85T10A562S", "RSSMRA85T10A562S"),
    (STATES, "Svizzera", "Z133"),
    (STATES, "Z133", "Z133"),
    (ASKED["sede_cap"].kind, "10121", "10121"),
)


def put_in(text: str, place: int, sign: str) -> str:
    return text[: place % (len(text) + 1)] + sign + text[place % (len(text) + 1) :]


# The list of signs that show nothing is Unicode's.


def test_every_format_sign_every_control_and_every_variation_selector_shows_nothing() -> None:
    for c in EVERY:
        if unicodedata.category(c) == "Cf" or (unicodedata.category(c) == "Cc" and not c.isspace()):
            assert not without_unseen(c), f"U+{ord(c):04X}"
        name = unicodedata.name(c, "")
        if "VARIATION SELECTOR" in name or ("HANGUL" in name and "FILLER" in name):
            assert not without_unseen(c), f"U+{ord(c):04X}"
    assert not without_unseen(NOTHING)


def test_no_letter_digit_or_mark_of_a_living_script_is_taken_for_nothing() -> None:
    kinds = {unicodedata.category(c) for c in UNSEEN}
    assert kinds <= {"Cf", "Cc", "Cn", "Mn", "Lo", "So"}
    letters = [c for c in UNSEEN if unicodedata.category(c) == "Lo"]
    assert letters == ["\u115f", "\u1160", "\u3164", "\uffa0"], "fillers, that have no picture"
    assert [c for c in UNSEEN if unicodedata.category(c) == "So"] == ["\u2800", "\ufffc", "\U0001d159"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0), (" \u00a0\u3000", 0), (NOTHING, 0), (f" {NOTHING} {NOTHING} ", 0), ("\u0301", 0), ("\u0301 \u0301", 0),
        ("\u0301\u200b\u0323", 0), ("\u093e", 0), ("a", 1), ("a\u0301", 1), ("x\u0323\u0301", 1), ("a b", 3), ("1", 1),
        ("字", 1), ("😀", 1), ("👨\u200d👩", 2), ("\u0645\u06cc\u200c\u062e", 3), ("की", 2), ("-", 1),
    ],
)  # fmt: skip
def test_how_many_characters_are_seen(text: str, number: int) -> None:
    assert seen(text) == number
    assert shows(text) == bool(number)


# In numbers, dates and codes they are dropped.


@pytest.mark.parametrize(("kind", "text", "value"), WRITTEN)
@quick
@given(st.integers(0, 40), st.sampled_from(UNSEEN), st.integers(1, 3))
def test_what_shows_nothing_changes_nothing(
    kind: Any, text: str, value: Any, place: int, sign: str, times: int
) -> None:
    assert kind.read(put_in(text, place, sign * times)) == value


@quick
@given(st.integers(0, 40), st.sampled_from(UNSEEN))
def test_nor_in_the_name_of_a_comune(place: int, sign: str) -> None:
    found = comuni.find(put_in("Sesto S. Giovanni", place, sign), "MI")
    assert found
    assert found.nome == "Sesto San Giovanni"


# A sign that only becomes a digit is none.


def test_signs_that_become_digits_are_many() -> None:
    assert {"¹", "²", "₃", "①", "½", "⒈", "⑴", "𝟏", "㉑", "🄁"} <= set(BECOME)
    assert len(BECOME) > 250


@pytest.mark.parametrize(("kind", "text", "value"), [w for w in WRITTEN if w[1] != "Svizzera"])
@quick
@given(st.integers(0, 40), st.sampled_from(BECOME))
def test_what_only_becomes_a_digit_is_never_read(kind: Any, text: str, value: Any, place: int, sign: str) -> None:
    got = refusal(kind, put_in(text, place, sign))
    shown = got.removeprefix("read as ").strip("'") if got.startswith("read as '") else ""
    assert not got.startswith("read as ") or sign in shown, "a postcode and a state stay as typed, for a rule to refuse"


@pytest.mark.parametrize(("kind", "text", "value"), WRITTEN)
def test_fullwidth_signs_are_read(kind: Any, text: str, value: Any) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert kind.read(wide) == value


@pytest.mark.parametrize("sign", ["¹", "½", "①", "⁵", "𝟓", "⒌"])
def test_a_number_with_a_foreign_digit_is_an_error_at_its_field(sign: str) -> None:
    wanted = {
        "reddito_presunto_annuale": "non_valido", "data_inizio": "data_illeggibile", "orario_settimanale": "non_valido",
        "datore_codice_fiscale": "non_valido", "sede_cap": "non_valido",
    }  # fmt: skip
    for field, code in wanted.items():
        typed = SUBORDINATO | {field: SUBORDINATO[field] + sign}
        assert [(p.field, p.code) for p in read(typed, TODAY).problems] == [(field, code)]


def test_a_text_keeps_its_superscripts() -> None:
    assert Text().read("Metri²") == "Metri²"
    assert plain("m²") == "m²"


# Alone they are no answer, in any field.

ALONE = [
    "\u200b",
    NOTHING,
    "\ufffc \ufffc",
    "\u0301",
    "\u0301\u0301",
    "\u2800\u2800\u2800",
    "\u3164" * 5,
    "\u00a0\u200b",
]


@pytest.mark.parametrize("text", ALONE)
@pytest.mark.parametrize("name", [n for n in ASKED if n in SUBORDINATO and n != "sede_citta"])
def test_what_shows_nothing_is_no_answer(name: str, text: str) -> None:
    field = ASKED[name]
    without = [(p.field, p.code) for p in read(SUBORDINATO | {name: ""}, TODAY).problems]
    got = [(p.field, p.code) for p in read(SUBORDINATO | {name: text}, TODAY).problems]
    assert got == ([(name, "non_valido")] if isinstance(field.kind, Text) else without)
    if not isinstance(field.kind, Text | PlaceName | StateName | Choice | Tick | Notes) and field.required:
        assert (name, "obbligatorio") in got or name == "data_fine"


@pytest.mark.parametrize("text", ALONE)
def test_a_city_in_which_nothing_is_read_is_never_sent(text: str) -> None:
    abroad = {"sede_stato": "Z133", "sede_citta": text}
    for typed, code in (
        ({"sede_citta": text}, "comune_sconosciuto"),
        ({"sede_citta": text, "comune_non_in_elenco": "si"}, "non_valido"),
        (abroad, "non_valido"),
    ):
        assert [(p.field, p.code) for p in read(SUBORDINATO | typed, TODAY).problems] == [("sede_citta", code)]


@pytest.mark.parametrize("text", ALONE)
def test_a_state_in_which_nothing_is_read_is_missing(text: str) -> None:
    for tick in ("", "si"):
        typed = {"sede_stato": "estero", "sede_stato_nome": text, "stato_non_in_elenco": tick}
        problems = read(SUBORDINATO | typed, TODAY).problems
        assert [(p.field, p.code) for p in problems] == [("sede_stato", "obbligatorio")]
    assert read(SUBORDINATO | {"sede_stato": text}, TODAY).values["sede_stato"] == "IT"


@quick
@given(st.lists(st.sampled_from([*UNSEEN[:2000], *MARKS, " ", "\u00a0", "\t"]), min_size=1, max_size=8))
def test_no_text_of_such_signs_is_an_answer(signs: list[str]) -> None:
    text = "".join(signs)
    for name in ("datore_lavoro", "sede_citta", "reddito_presunto_annuale", "data_inizio", "sede_via"):
        assert [p.field for p in read(SUBORDINATO | {name: text}, TODAY).problems] == [name]
