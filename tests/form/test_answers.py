"""A draft read as a whole: every code of every field on both sides of its limit, and what holds for any text at all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnia_com.form.answers import NOT_GIVEN, missing_declarations, read
from omnia_com.form.field_groups import DICHIARAZIONI, GROUPS, TIPOLOGIA, TIPOLOGIE_AUTONOMO
from omnia_com.form.field_groups import SUBORDINATO as GRUPPO_SUBORDINATO
from omnia_com.form.fields import Choice, Field, Text, Tick
from omnia_com.form.messages import error
from omnia_com.form.numbers import Money
from omnia_com.form.rows import Row
from omnia_com.form.rules import CHECKED_IF_FILLED, CON_PARTITA_IVA, SENZA_PARTITA_IVA
from omnia_com.pages.controls import controls
from omnia_com.pages.http.rendering import render
from tests.helpers.answers import (
    AGRICOLO,
    ALTRO,
    CASES,
    CODES,
    ESTERO,
    INDETERMINATO,
    LISTED,
    SVIZZERA,
    UN_MESE,
    Typed,
    answers,
)
from tests.helpers.people import AUTONOMO, BOTH_TICKS, SUBORDINATO


def problems(typed: Mapping[str, str]) -> list[str]:
    return [f"{p.field}:{p.code}" for p in answers(typed).problems]


def listed(found: list[str]) -> list[str]:
    """Without those of fields added to the specification's."""
    return [problem for problem in found if problem.partition(":")[0] in LISTED]


def asked(typed: Mapping[str, str]) -> set[str]:
    return {f.name for f in answers(typed).asked}


# A person who answers everything rightly is not held up; one wrong answer is said once, where it stands.


@pytest.mark.parametrize("whole", [SUBORDINATO, INDETERMINATO, UN_MESE, AGRICOLO, SVIZZERA, ESTERO, AUTONOMO, ALTRO])
def test_whole_answers_have_no_problem(whole: Typed) -> None:
    assert problems(whole) == []


@pytest.mark.parametrize(("whole", "field", "code", "refused", "accepted"), CASES)
def test_refused_and_its_nearest_accepted(whole: Typed, field: str, code: str, refused: str, accepted: str) -> None:
    assert problems(whole | {field: refused}) == [f"{field}:{code}"]
    assert problems(whole | {field: accepted}) == []


def test_every_code_of_every_field_is_tried() -> None:
    tried = {f"{field}:{code}" for _, field, code, _, _ in CASES}
    assert tried == {f"{field}:{code}" for field, codes in CODES.items() for code in codes.split()}
    assert {f.name for f in (TIPOLOGIA, *(f for group in GROUPS.values() for f in group.fields))} >= LISTED


@pytest.mark.parametrize(
    ("chosen", "code"), [("", "obbligatorio"), ("  ", "obbligatorio"), ("dipendente", "non_valido")]
)
def test_without_a_tipologia_only_that_is_said(chosen: str, code: str) -> None:
    for others in ({}, SUBORDINATO, AUTONOMO | {"data_inizio": "30/02/2027"}):
        assert problems(others | {"tipologia_rioccupazione": chosen}) == [f"tipologia_rioccupazione:{code}"]
    assert problems({}) == ["tipologia_rioccupazione:obbligatorio"]
    shown = answers({"tipologia_rioccupazione": chosen}).rows()
    assert shown == (Row("Tipologia di rioccupazione", chosen.strip() or NOT_GIVEN, fixed=not chosen.strip()),)


def test_an_empty_form_misses_what_is_always_required_in_the_order_of_the_page() -> None:
    assert listed(problems({"tipologia_rioccupazione": "subordinato"})) == [
        f"{name}:obbligatorio"
        for name in (
            "data_inizio", "tipo_contratto", "datore_lavoro", "sede_provincia", "sede_citta", "sede_via", "sede_cap",
            "reddito_presunto_annuale", "lavoro_agricolo_intermittente", "collocazione_oraria",
        )
    ]  # fmt: skip
    assert listed(problems({"tipologia_rioccupazione": "autonomo"})) == [
        f"{name}:obbligatorio" for name in ("data_inizio", "tipologia_autonomo", "reddito_presunto_annuale")
    ]


def test_an_end_is_asked_by_the_contract_and_never_passed_over() -> None:
    for contratto in ("", "indeterminato"):
        open_ended = SUBORDINATO | {"tipo_contratto": contratto, "data_fine": ""}
        assert "Data fine rioccupazione" not in [row.label for row in answers(open_ended).rows()]
    filled = SUBORDINATO | {"tipo_contratto": "indeterminato", "data_fine": "31/12/2026"}
    assert problems(filled) == ["data_fine:indeterminato_senza_fine"]


def test_agricultural_or_not_is_asked_before_the_hours_are_missed() -> None:
    unsaid = SUBORDINATO | {"lavoro_agricolo_intermittente": "", "orario_settimanale": ""}
    assert problems(unsaid) == ["lavoro_agricolo_intermittente:obbligatorio"]
    assert problems(unsaid | {"orario_settimanale": "200"})[1:] == ["orario_settimanale:fuori_limite"]


def test_two_things_wrong_with_one_field_are_said_one_at_a_time() -> None:
    assert problems(SUBORDINATO | {"tipo_contratto": "indeterminato", "data_fine": "30/11/2026"}) == [
        "data_fine:indeterminato_senza_fine"
    ]
    assert problems(UN_MESE | AGRICOLO | {"giornate_lavorate": "400"}) == ["giornate_lavorate:fuori_limite"]


def test_the_end_is_compared_only_with_a_start_that_could_be_read() -> None:
    assert problems(SUBORDINATO | {"data_inizio": "30/02/2027", "data_fine": "01/01/2020"}) == [
        "data_inizio:data_inesistente"
    ]


@pytest.mark.parametrize(
    "contract", ["determinato", "somministrazione", "indeterminato", "apprendistato", "domestico", "altro"]
)
def test_which_contracts_must_and_may_end(contract: str) -> None:
    must = contract in ("determinato", "somministrazione")
    never = problems(SUBORDINATO | {"tipo_contratto": contract, "data_fine": ""})
    assert listed(never) == ["data_fine:obbligatorio"] * must
    may = contract != "indeterminato"
    always = problems(SUBORDINATO | {"tipo_contratto": contract})
    assert listed(always) == ["data_fine:indeterminato_senza_fine"] * (not may)


# Abroad, nobody asks for an Italian province; of a state that cannot be read, nothing else is said.


def test_abroad_there_is_no_italian_address() -> None:
    left_over = SVIZZERA | {"sede_provincia": "XX", "comune_non_in_elenco": "boh", "sede_cap": "CH-6900"}
    assert problems(left_over) == []
    assert not {"sede_provincia", "comune_non_in_elenco"} & asked(left_over)
    assert "sede_provincia" not in answers(left_over).verbatim(left_over)
    assert {"sede_via", "sede_cap"} <= asked(SVIZZERA)


def test_of_a_state_that_cannot_be_read_only_that_is_said() -> None:
    address = dict.fromkeys(("sede_provincia", "sede_via", "sede_cap"), "")
    assert problems(SUBORDINATO | address | {"sede_stato": "altro"}) == ["sede_stato:non_valido"]
    assert problems(SUBORDINATO | address | {"sede_stato": "Atlantide", "sede_cap": "CH-6900"}) == [
        "sede_stato:non_valido"
    ]


def test_a_state_left_empty_is_italy() -> None:
    assert problems(SUBORDINATO | {"sede_stato": ""}) == []
    assert "Italia" in [row.value for row in answers(SUBORDINATO | {"sede_stato": ""}).rows()]


# Hours or days, a VAT number or none.


def test_hours_or_days_are_asked() -> None:
    assert {"orario_settimanale"} == asked(SUBORDINATO) & {"orario_settimanale", "giornate_lavorate", "ore_giornaliere"}
    assert {"giornate_lavorate", "ore_giornaliere"} <= asked(AGRICOLO)
    assert "orario_settimanale" not in asked(AGRICOLO)
    assert problems(AGRICOLO | {"orario_settimanale": "mille"}) == []
    assert problems(SUBORDINATO | {"giornate_lavorate": "mille", "ore_giornaliere": "-1"}) == []
    assert problems(AGRICOLO | {"lavoro_agricolo_intermittente": "intermittente"}) == []


@pytest.mark.parametrize("tipologia", [option.value for option in TIPOLOGIE_AUTONOMO])
def test_who_needs_a_partita_iva(tipologia: str) -> None:
    typed = ALTRO | {"tipologia_autonomo": tipologia}
    assert problems(typed) == ["partita_iva:obbligatorio"] * (tipologia in CON_PARTITA_IVA)
    assert problems(typed | {"partita_iva_in_attesa": "si"}) == []
    assert problems(typed | {"partita_iva": "12345670017"}) == []
    never = tipologia in SENZA_PARTITA_IVA
    assert problems(typed | {"partita_iva": "sbagliata"}) == ["partita_iva:non_valido"] * (not never)
    assert (not asked(typed) & {"partita_iva", "partita_iva_in_attesa"}) == never
    assert ("tipologia_autonomo_altro" in asked(typed)) == (tipologia == "altro")


# Both declarations are wanted beside "Invia".


def test_missing_declarations() -> None:
    assert missing_declarations(BOTH_TICKS) == ()
    for posted in ({}, dict.fromkeys(BOTH_TICKS, "no")):
        assert [(p.field, p.code) for p in missing_declarations(posted)] == [(n, "obbligatorio") for n in BOTH_TICKS]
    assert [p.field for p in missing_declarations({"dichiarazione_veridicita": "si"})] == ["dichiarazione_privacy"]


# What is shown, and what is kept.


def test_rows_are_labels_and_what_was_understood() -> None:
    rows = {row.label: row.value for row in answers(AGRICOLO | {"data_inizio": "1.12.2026"}).rows()}
    assert rows["Tipologia di rioccupazione"] == "Lavoro subordinato"
    assert rows["Data inizio rioccupazione"] == "01/12/2026"
    assert rows["Reddito presunto annuale (lordo fiscale)"] == "12.000,00 €"
    assert rows["Sede di lavoro (provincia)"] == "Torino"
    assert "Il mio comune non c’è" not in rows, "a box that is not ticked is no row"
    ticked = {row.label: row.value for row in answers(AGRICOLO | {"comune_non_in_elenco": "si"}).rows()}
    assert ticked["Il mio comune non c’è"] == "Sì"
    assert rows["Datore di lavoro che ha chiesto la cassa integrazione"] == NOT_GIVEN
    assert "Orario di lavoro settimanale" not in rows


def test_a_draft_shows_also_what_cannot_be_understood() -> None:
    rows = {row.label: row.value for row in answers(SUBORDINATO | {"data_inizio": "30/02/2027"}).rows()}
    assert rows["Data inizio rioccupazione"] == "30/02/2027"


def test_what_is_kept_is_what_was_typed() -> None:
    typed = AUTONOMO | {"reddito_presunto_annuale": " 4.800 ", "datore_lavoro": "Alfa", "altro": "x", "data_fine": " "}
    assert answers(typed).verbatim(typed) == AUTONOMO | {"reddito_presunto_annuale": " 4.800 "}


# Whatever is typed.

NAMES = sorted({f.name for group in GROUPS.values() for f in group.fields} | {f.name for f in DICHIARAZIONI})
OPTIONS = sorted(
    {o.value for g in GROUPS.values() for f in g.fields if isinstance(f.kind, Choice) for o in f.kind.options[:20]}
)
RIGHT = sorted({text for whole in (SUBORDINATO, AUTONOMO, AGRICOLO, SVIZZERA, ALTRO) for text in whole.values()})
texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(RIGHT + OPTIONS),
    st.integers().map(str),
    st.dates().map(lambda day: f"{day:%d/%m}/{day.year}"),
    st.sampled_from(["si", " ", "\0", "-5", "€", "a" * 3000, "9" * 3000, "30/02/2027"]),
)
anything = st.builds(
    lambda whole, changes, tipologia: whole | changes | {TIPOLOGIA.name: tipologia},
    st.sampled_from([{}, SUBORDINATO, AGRICOLO, SVIZZERA, AUTONOMO, ALTRO]),
    st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), texts, max_size=12),
    st.sampled_from([*GROUPS, *GROUPS, *GROUPS]) | texts,
)
days = st.dates(date(2015, 9, 24), date(2100, 1, 1))
many = settings(max_examples=70, deadline=None)


@many
@given(anything, days)
def test_any_text_is_read_and_every_problem_has_words_and_a_place(typed: Typed, today: date) -> None:
    found = read(typed, today)
    order = [f.name for f in found.asked]
    places = [p.field for p in found.problems]
    assert places == sorted(set(places), key=order.index), "in the order of the page, one a field"
    assert all(error(p).endswith(".") for p in found.problems)
    assert all(p.missing == (p.code == "obbligatorio") for p in found.problems)
    assert not found.values.keys() & found.unread.keys()


@many
@given(anything)
def test_one_row_a_field_asked(typed: Typed) -> None:
    """But for a box that is not ticked, and the name that completes the state."""
    found = answers(typed)
    told = [f for f in found.asked if f.name in found.values or not isinstance(f.kind, Tick) or f.name in found.unread]
    assert [row.label for row in found.rows()] == [f.label for f in told if f.name != "sede_stato_nome"]
    assert all(row.value for row in found.rows())
    assert set(found.verbatim(typed)) <= {f.name for f in found.asked}


@many
@given(anything, st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), texts))
def test_what_is_not_asked_changes_nothing(typed: Typed, more: Typed) -> None:
    found = answers(typed)
    passed_over = {name for name in more if name not in CHECKED_IF_FILLED or not CHECKED_IF_FILLED[name](found.values)}
    not_asked = {name: more[name] for name in passed_over - {f.name for f in found.asked}}
    assert answers(typed | not_asked) == found
    assert answers({n: t for n, t in typed.items() if n in {f.name for f in found.asked}}) == found


@many
@given(anything)
def test_what_was_shown_is_understood_the_same_again(typed: Typed) -> None:
    found = answers(typed)
    plain = [f for f in found.asked if f.name in found.values and not isinstance(f.kind, Choice | Tick)]
    again = answers(typed | {f.name: found.shown(f) for f in plain})
    assert (again.values, again.problems) == (found.values, found.problems)


@many
@given(anything)
def test_what_was_kept_is_understood_the_same_again(typed: Typed) -> None:
    found = answers(typed)
    if not found.problems:
        assert answers(found.verbatim(typed)) == found


# Words of ours have translations; the person's have none, and must not get one by chance.


def test_rows_say_which_words_are_ours() -> None:
    typed = AGRICOLO | {"comune_non_in_elenco": "si", "data_inizio": "30/02/2027", "annotazioni": "No"}
    fixed = {f.name: row.fixed for f, row in zip(answers(typed).told(), answers(typed).rows(), strict=True)}
    ours = {
        "tipologia_rioccupazione", "tipo_contratto", "sede_stato", "sede_provincia", "comune_non_in_elenco",
        "lavoro_agricolo_intermittente", "collocazione_oraria",
    }  # fmt: skip
    nothing_said = {"datore_integrazione_salariale"}
    assert {name for name, is_ours in fixed.items() if is_ours and name in LISTED} == ours | nothing_said
    for state, is_ours in (("estero", True), ("Olanda", True), ("Atlantide", False)):
        (row,) = [r for r in answers(SVIZZERA | {"sede_stato": state}).rows() if r.label == "Sede di lavoro (stato)"]
        assert row.fixed == is_ours, state
    assert not answers(SUBORDINATO | {"tipo_contratto": "boh"}).rows()[1].fixed, "what no option is was typed"


# A new field is one line.


def test_a_new_field_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = Field("rimborso", "Rimborso delle spese", Money(), hint="In un mese. Esempio: 150")
    group = replace(GRUPPO_SUBORDINATO, fields=(*GRUPPO_SUBORDINATO.fields, extra))
    monkeypatch.setitem(GROUPS, group.name, group)
    assert problems(SUBORDINATO) == ["rimborso:obbligatorio"]
    assert answers(SUBORDINATO | {"rimborso": "150"}).values["rimborso"] == 150_00
    assert answers(SUBORDINATO | {"rimborso": "150"}).rows()[-1] == Row("Rimborso delle spese", "150,00 €")
    wrong = SUBORDINATO | {"rimborso": "-1"}
    page = drawn(wrong)
    assert '<label for="rimborso">Rimborso delle spese\u00a0*</label>' in page
    assert '<p class="form-text" id="aiuto-rimborso">In un mese. Esempio: 150</p>' in page
    assert 'id="errore-rimborso">Nel campo «Rimborso delle spese» l’importo non può essere sotto zero.</p>' in page
    assert 'name="rimborso" class="corto" inputmode="decimal" value="-1"' in page


@pytest.mark.parametrize(
    "kind", {type(f.kind): f.kind for g in GROUPS.values() for f in g.fields}.values(), ids=lambda k: k.control
)
def test_a_new_field_of_any_kind_can_be_drawn_and_refused(kind: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    group = replace(GRUPPO_SUBORDINATO, fields=(Field("nuovo", "Nuovo", kind),))
    monkeypatch.setitem(GROUPS, group.name, group)
    for text in ("", "x", "-1", "9" * 30, "a" * 3000, "1,5", "30/02/2027"):
        typed = {TIPOLOGIA.name: group.name, "nuovo": text}
        assert "Nuovo" in drawn(typed)
        assert all("Nuovo" in error(p) or "data" in error(p) for p in answers(typed).problems)


def drawn(typed: Typed) -> str:
    found = answers(typed)
    return render("_gruppo.html", group=controls(found, typed, found.problems), draft=SimpleNamespace(version=1))
