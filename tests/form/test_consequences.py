"""What it means for the benefit: every worked case, and every border of every rule."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from inspect import getsource
from itertools import product
from typing import Any

import pytest

from omnia_com.form import consequences as rules
from omnia_com.form.answers import read
from omnia_com.form.consequences import (
    BENEFIT,
    CERTAINTY,
    HIRING_NOTICE,
    OUTCOMES,
    RULES,
    TABLES,
    Case,
    Rule,
    consequences,
    nothing_more,
    six_months_after,
)
from tests.helpers.browsing import Page, Visitor, said
from tests.helpers.people import AUTONOMO, SUBORDINATO
from tests.helpers.plain_words import gulpease
from tests.helpers.scenari import SCENARI
from tests.helpers.steps import posted_draft, send

TODAY = date(2026, 11, 23)


def codes(typed: dict[str, str], viewed: date = TODAY, sent: date = TODAY) -> list[str]:
    return [rule.code for rule in consequences(read(typed, viewed).values, viewed=viewed, sent=sent)]


def job(start: str, end: str = "", **others: str) -> list[str]:
    contract = {"tipo_contratto": "determinato" if end else "indeterminato", "collocazione_oraria": "coincide"}
    return codes(SUBORDINATO | contract | {"data_inizio": start, "data_fine": end} | others)


def own(start: str, tipologia: str, end: str = "") -> list[str]:
    return codes(AUTONOMO | {"data_inizio": start, "data_fine": end, "tipologia_autonomo": tipologia})


@pytest.mark.parametrize("case", [s for s in SCENARI if s["attesi"]["conseguenze"]], ids=lambda s: s["id"])
def test_worked_case(case: dict[str, Any]) -> None:
    day = date.fromisoformat(case["adesso"][:10])
    typed = {name: value for name, value in case["dati"].items() if isinstance(value, str)}
    typed |= {name: "si" for name, value in case["dati"].items() if value is True}
    assert codes(typed, day, day) == case["attesi"]["conseguenze"]


def test_the_employer_notice_goes_by_the_day_of_viewing() -> None:
    s34 = next(s for s in SCENARI if s["id"] == "S34")["dati"]
    typed = {name: value for name, value in s34.items() if isinstance(value, str)}
    sent = date(2025, 12, 17)
    assert "ALL-EMPLOYER" not in codes(typed, sent, sent)
    assert "ALL-EMPLOYER" in codes(typed, date(2025, 12, 18), sent)
    assert "ALL-EMPLOYER" in job("2025-06-01", "2025-12-18")
    assert "ALL-EMPLOYER" not in job("2025-06-01", "2025-12-17")


def test_the_law_goes_by_the_start() -> None:
    assert job("2021-12-31", "2022-12-31")[0] == "R0-SUB-OVERLAP"
    assert job("2022-01-01", "2022-12-31")[0] == "R1-SUB-LONG"
    assert job("2025-01-11", "2025-12-31")[0] == "R1-SUB-LONG"
    assert job("2025-01-12", "2025-12-31")[0] == "R2-SUB-OVERLAP"


def test_short_is_within_six_calendar_months() -> None:
    assert job("2024-03-01", "2024-08-31")[0] == "R1-SUB-SHORT"
    assert job("2024-03-01", "2024-09-01")[0] == "R1-SUB-LONG"
    assert job("2024-03-01", "2024-09-01", collocazione_oraria="ore_diverse")[0] == "R1-SUB-COMPAT"
    assert six_months_after(date(2023, 8, 31)) == date(2024, 2, 29)
    assert six_months_after(date(2024, 12, 1)) == date(2025, 6, 1)


@pytest.mark.parametrize("start", ["2021-06-01", "2023-06-01", "2026-12-01"])
def test_a_permanent_full_time_job_at_the_same_hours_ends_the_other(start: str) -> None:
    assert job(start, orario_settimanale="36")[0] == "ALL-FT-PERM"
    assert job(start, orario_settimanale="35,75")[0] != "ALL-FT-PERM"
    assert job(start, orario_settimanale="36", collocazione_oraria="giorni_diversi")[0] != "ALL-FT-PERM"
    assert job(start, orario_settimanale="36", tipo_contratto="apprendistato")[0] != "ALL-FT-PERM"


@pytest.mark.parametrize(("kind", "code"), [("intermittente", "INTERM"), ("agricolo", "AGRI")])
def test_on_call_and_agricultural_jobs_count_by_the_day(kind: str, code: str) -> None:
    by_day = {"lavoro_agricolo_intermittente": kind, "giornate_lavorate": "10", "ore_giornaliere": "8"}
    assert job("2021-06-01", "2021-12-31", **by_day)[0] == f"R0-SUB-{code}"
    assert job("2024-01-01", "2024-12-31", **by_day)[0] == "R1-SUB-LONG"
    assert job("2026-06-01", "2026-12-31", **by_day)[0] == f"R2-SUB-{code}"


@pytest.mark.parametrize(("start", "law"), [("2021-06-01", "R0"), ("2023-06-01", "R1"), ("2026-06-01", "R2")])
def test_the_self_employed(start: str, law: str) -> None:
    assert own(start, "artigiano")[:2] == [f"{law}-AUT", "ALL-NO-UNILAV"]
    assert own(start, "cococo")[:2] == [f"{law}-AUT", "ALL-UNILAV"]
    for tipologia in ("occasionale", "prestazione_occasionale"):
        assert own(start, tipologia)[:2] == [f"{law}-OCC", "ALL-NO-UNILAV"]


def test_a_job_across_the_reform_of_2025() -> None:
    assert "ALL-STRADDLE" in job("2024-01-01", "2025-01-12")
    assert "ALL-STRADDLE" not in job("2024-01-01", "2025-01-11")
    assert "ALL-STRADDLE" in own("2021-01-01", "artigiano")
    assert "ALL-STRADDLE" not in job("2025-01-12", "2026-01-12")


def test_late_and_on_the_day() -> None:
    assert codes(AUTONOMO | {"data_inizio": "22/11/2026"})[-1] == "ALL-LATE"
    assert codes(AUTONOMO | {"data_inizio": "23/11/2026"})[-1] == "ALL-SAME-DAY"
    assert codes(AUTONOMO | {"data_inizio": "24/11/2026"})[-1] == "ALL-EMPLOYER"


def test_nothing_is_said_of_nothing() -> None:
    assert codes({}) == codes({"tipologia_rioccupazione": "autonomo"}) == []


# The tables themselves.

DAYS = [date(2015, 1, 1) + timedelta(days=n) for n in range((date(2036, 1, 1) - date(2015, 1, 1)).days)]
NOT_ALWAYS = {
    rules.entro_sei_mesi,
    rules.a_chiamata,
    rules.agricolo,
}  # on other days another row speaks of them


def by_situation(table: tuple[Rule, ...]) -> dict[Callable[[Case], bool], list[Rule]]:
    found = defaultdict(list)
    for rule in table:
        found[rule.situation].append(rule)
    return found


@pytest.mark.parametrize("table", [BENEFIT, HIRING_NOTICE])
def test_no_start_day_is_without_its_row_and_none_has_two(table: tuple[Rule, ...]) -> None:
    for situation, rows in by_situation(table).items():
        times = Counter(sum(rule.begun.include(day) for rule in rows) for day in DAYS)
        assert max(times) == 1, f"{situation.__name__}: two rows on a day"
        assert (0 in times) == (situation in NOT_ALWAYS), f"{situation.__name__}: {times[0]} days without"


def test_days_of_validity_border_on_each_other() -> None:
    """A reform closes rows on the day before its own begin: no row's end is followed by nothing."""
    begins = {rule.begun.first for rule in BENEFIT}
    assert all(rule.begun.last is None or rule.begun.last + timedelta(days=1) in begins for rule in BENEFIT)


def test_every_job_has_one_rule_on_every_day() -> None:
    """Whatever is answered, by the first and last day of every row and the days beside them."""
    kinds, hours = ("no", "agricolo", "intermittente"), ("giorni_diversi", "ore_diverse", "coincide")
    employed: list[dict[str, Any]] = [
        {"tipologia_rioccupazione": "subordinato", "tipo_contratto": c, "lavoro_agricolo_intermittente": k}
        | {"collocazione_oraria": h, "orario_settimanale": w, "sede_stato": "IT"}
        for c, k, h, w in product(("indeterminato", "determinato"), kinds, hours, (20, 36))
    ]
    others = ("artigiano", "cococo", "occasionale", "prestazione_occasionale")
    own: list[dict[str, Any]] = [{"tipologia_rioccupazione": "autonomo", "tipologia_autonomo": t} for t in others]
    borders = {day for rule in RULES.values() for day in rule.begun if day}
    in_tables = [{rule.code for rule in table} for table in (BENEFIT, HIRING_NOTICE)]
    days = [DAYS[0], DAYS[-1], *(day + timedelta(days=n) for day in borders for n in (-1, 0, 1))]
    for answers, start, length in product([*employed, *own], days, (None, 30, 400)):
        end = {} if length is None else {"data_fine": start + timedelta(days=length)}
        told = consequences({**answers, "data_inizio": start, **end}, viewed=start, sent=start - timedelta(days=1))
        there = [sum(rule.code in codes for rule in told) for codes in in_tables]
        assert there == [1, 1], (answers, start)


def test_a_reform_is_a_row_closed_and_a_row_added(monkeypatch: pytest.MonkeyPatch) -> None:
    old = RULES["R2-AUT"]
    closed = replace(old, begun=old.begun._replace(last=date(2027, 12, 31)))
    new = replace(old, code="R3-AUT", begun=rules.Days(date(2028, 1, 1)))
    table = (*(closed if rule is old else rule for rule in BENEFIT), new)
    monkeypatch.setattr(rules, "TABLES", (table, *TABLES[1:]))
    v = {"tipologia_rioccupazione": "autonomo", "tipologia_autonomo": "artigiano"}
    for start, code in ((date(2027, 12, 31), "R2-AUT"), (date(2028, 1, 1), "R3-AUT")):
        assert consequences({**v, "data_inizio": start}, viewed=TODAY, sent=TODAY)[0].code == code


def test_no_date_of_law_stands_outside_the_tables() -> None:
    code = getsource(rules)
    functions, _, tables = code.partition("# The tables.")
    assert "date(20" not in functions.replace("REVIEWED = date(2026, 11, 23)", "")
    assert "date(20" not in tables.partition("RULES = ")[2]


def test_every_row_has_a_code_of_its_own() -> None:
    assert len(RULES) == sum(map(len, TABLES))


def test_statements_are_easy_to_read_and_have_their_source() -> None:
    assert gulpease(rule.text for rule in RULES.values()) >= 60
    assert gulpease(f"{rules.CONCLUSION}: {text}." for text in CERTAINTY.values()) >= 60
    for rule in RULES.values():
        assert rule.sources, rule.code
        assert all(source.where and source.certainty in CERTAINTY for source in rule.sources), rule.code


def test_what_is_told_and_on_whose_word_is_what_was_reviewed() -> None:
    """`conseguenze.json` holds each statement and its sources as a lawyer has read them; whoever changes a row of the
    tables changes it there too, with the day of the review."""
    reviewed = json.loads((files("tests.helpers") / "conseguenze.json").read_text("utf-8"))
    told = {
        code: {"testo": rule.text, "fonti": [[source.where, source.certainty] for source in rule.sources]}
        for code, rule in RULES.items()
    }
    assert told == reviewed
    assert all(rule.reviewed == rules.REVIEWED for rule in RULES.values())


def test_the_grades_are_those_of_each_source() -> None:
    """A statute, B INPS or courts at second hand, C inference; where there are two, each source has its own."""
    of_today = {code: rule.of(TODAY) for code, rule in RULES.items()}
    grades = {code: "".join(source.certainty for source in rule.sources) for code, rule in of_today.items()}
    two = {"R2-SUB-OVERLAP": "AB", "ALL-FT-PERM": "BC", "ALL-NO-UNILAV": "AC", "ALL-LATE": "AB"}
    two |= {"R2-AUT": "BB", "ALL-EMPLOYER": "AB"}
    assert {code: grade for code, grade in grades.items() if len(grade) > 1} == two
    by_grade = {grade: {code for code, its in grades.items() if its == grade} for grade in CERTAINTY}
    r1 = {"R1-SUB-SHORT", "R1-SUB-LONG", "R1-AUT", "R1-OCC"}
    assert by_grade["A"] == r1 | {"R2-SUB-INTERM", "ALL-UNILAV"}
    assert by_grade["B"] == {c for c in RULES if c.startswith("R0")} | {"R2-SUB-COMPAT"}
    assert by_grade["C"] == {"R1-SUB-COMPAT", "R2-SUB-AGRI", "R2-OCC", "ALL-STRADDLE", "ALL-SAME-DAY"}


@pytest.mark.parametrize(("start", "comma"), [("11/01/2025", "comma 3"), ("12/01/2025", "comma 2")])
def test_the_loss_is_cited_where_it_stood_when_the_job_began(start: str, comma: str) -> None:
    told = consequences(read(AUTONOMO | {"data_inizio": start}, TODAY).values, viewed=TODAY, sent=TODAY)
    late = next(rule for rule in told if rule.code == "ALL-LATE")
    assert [comma in source.where for source in late.sources if "Art. 8" in source.where] == [True]


def test_each_day_has_the_source_that_held_then() -> None:
    for rule in RULES.values():
        assert all(rule.of(day).sources for day in DAYS[::30]), rule.code


def test_what_it_comes_to_is_said_by_every_rule_of_the_benefit_and_no_other() -> None:
    assert {rule.code for rule in RULES.values() if rule.outcome} == {rule.code for rule in BENEFIT}
    assert {rule.outcome for rule in BENEFIT} == set(OUTCOMES)
    assert gulpease(OUTCOMES.values()) >= 60


def test_nothing_more_is_needed_only_where_nothing_is_to_be_shown() -> None:
    open_ended = {code for code, rule in RULES.items() if not nothing_more([rule])}
    assert open_ended == {"R0-AUT", "R2-AUT", "R2-OCC", "R1-SUB-COMPAT"}


@pytest.mark.parametrize(
    ("answers", "day", "comes_to", "late"),
    [
        (SUBORDINATO, "2026-11-23", "resta", False),
        (SUBORDINATO, "2026-12-02", "resta", True),
        (AUTONOMO, "2026-11-23", "ridotta", False),
    ],
)
async def test_it_says_first_what_it_comes_to(
    answers: dict[str, str], day: str, comes_to: str, late: bool, anna: Visitor, at: Callable[[str], None]
) -> None:
    at(f"{day}T10:00:00")
    draft = await posted_draft(anna, answers)
    await anna.get(f"{draft}/conseguenze")
    (box,) = anna.page.tree.iterfind(".//*[@data-esito]")
    assert box.get("data-esito") == comes_to
    assert OUTCOMES[comes_to] in said(box)
    assert ("Puoi perdere tutta la cassa integrazione" in said(box)) is late


@pytest.mark.parametrize(("answers", "said_so"), [(SUBORDINATO, True), (AUTONOMO, False)])
async def test_after_sending_inps_needs_nothing_more_only_where_that_is_true(
    answers: dict[str, str], said_so: bool, anna: Visitor
) -> None:
    await send(anna, await posted_draft(anna, answers))
    assert ("A INPS non devi mandare altro" in said(anna.page.tree)) is said_so
    assert ("Dovrai dimostrare a INPS quanto guadagni" in said(anna.page.tree)) is not said_so


def told(page: Page) -> list[str]:
    return [e.get("data-conseguenza", "") for e in page.tree.iter() if "data-conseguenza" in e.attrib]


async def test_before_sending_and_after(
    anna: Visitor, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(f"{draft}/riepilogo")
    await anna.follow("Cosa significa per la tua cassa integrazione")
    assert told(anna.page) == ["R2-SUB-COMPAT", "ALL-UNILAV", "ALL-EMPLOYER"]
    assert "Lettera" not in anna.page.text
    await send(anna, draft)
    receipt = f"{anna.page.path}/ricevuta/stampa"
    at("2026-12-24T10:00:00")
    await anna.follow("Cosa significa per la tua cassa integrazione")
    assert told(anna.page) == ["R2-SUB-COMPAT", "ALL-UNILAV", "ALL-EMPLOYER"], "its lateness is that of its sending"
    assert "Decide l’INPS" in anna.page.text
    await anna.get(receipt)
    assert "Decide" not in anna.page.text, "never part of the receipt"


async def test_whoever_is_to_tell_the_employer_finds_the_letter_there(
    anna: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)
    await send(anna, await posted_draft(anna, SUBORDINATO))
    sent = anna.page.path
    await anna.follow("Cosa significa per la tua cassa integrazione")
    await anna.press("Lettera per il datore di lavoro")
    assert anna.page.path == f"{sent}/lettera"
    await anna.get(sent)
    await anna.press("Rettifica")
    await send(anna, anna.page.path)
    await anna.get(f"{sent}/conseguenze")
    assert "ALL-EMPLOYER" in told(anna.page)
    assert "Lettera" not in anna.page.text, "the amended one has its own"


async def test_each_source_is_shown_with_its_own_grade(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO | {"collocazione_oraria": "coincide"})
    for path in (f"{draft}/conseguenze", "/modelli/conseguenze"):
        await anna.get(path)
        (card,) = anna.page.tree.iterfind(".//*[@data-conseguenza='R2-SUB-OVERLAP']")
        assert " ".join(" ".join(card.itertext()).split()).endswith(
            "Da dove viene: Legge 203/2024, art. 6. Quanto è certo: Lo dice la legge (A). "
            "Da dove viene: Circolare INPS n. 3/2025. "
            "Quanto è certo: Lo dicono INPS o i giudici, per quanto ne sappiamo (B). Controllato il 23/11/2026."
        )


async def test_of_a_draft_that_is_not_complete_nothing_is_said(anna: Visitor) -> None:
    draft = await posted_draft(anna, {"tipologia_rioccupazione": "autonomo"})
    await anna.get(f"{draft}/conseguenze")
    assert told(anna.page) == []
    assert "Completa prima" in anna.page.text
