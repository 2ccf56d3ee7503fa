"""What hides the fields that are not asked is drawn from the rules; tests/browser/test_asked.py sees it at work."""

import re
from typing import Any

import pytest

from omnia_com.form.field_groups import GROUPS, Group
from omnia_com.form.fields import Choice, Field, LongChoice, Option, Text, Tick
from omnia_com.form.rules import ASKED_IF, Values
from omnia_com.pages.http import applying

TURNI = (Option("giorno", "Di giorno"), Option("notte", "Di notte"))
LUOGHI = (Option("casa", "A casa"), Option("mare", "Al mare"))
LAVORO = Group(
    "lavoro",
    "Lavoro",
    (
        Field("turno", "Turno", Choice(TURNI)),
        Field("luogo", "Luogo", LongChoice(LUOGHI)),
        Field("festivo", "Anche nei giorni di festa", Tick(), required=False),
        Field("nome", "Nome", Text()),
        Field("pausa", "Pausa", Text()),
    ),
)


def di_notte(v: Values) -> bool:
    return v.get("turno") == "notte"


def non_a_casa(v: Values) -> bool:
    return v.get("luogo") != "casa"


def nei_giorni_di_festa(v: Values) -> bool:
    return "festivo" in v


def di_notte_e_non_a_casa(v: Values) -> bool:
    return di_notte(v) and non_a_casa(v)


def con_un_nome(v: Values) -> bool:
    return "nome" in v


def senza_condizione(_: Values) -> bool:
    return True


def drawn(rule: Any) -> str:
    """Without what is the same in all."""
    css = applying.css({"pausa": rule}, {}, [LAVORO])
    return css.removeprefix("#gruppo").removesuffix(" .form-group:has(#pausa){display:none}")


def test_a_rule_is_one_condition_on_what_is_chosen() -> None:
    assert drawn(di_notte) == ":not(:has(#turno-notte:checked))", "also while nothing is chosen"
    assert drawn(non_a_casa) == ":has(#luogo [value=casa]:checked)"
    assert drawn(nei_giorni_di_festa) == ":not(:has(#festivo-si:checked))"
    assert drawn(senza_condizione) == ""


def test_a_rule_of_two_answers_has_a_condition_for_each_way_in_which_it_does_not_hold() -> None:
    night, home = ":has(#turno-notte:checked)", ":has(#luogo [value=casa]:checked)"
    assert drawn(di_notte_e_non_a_casa) == f":is(:not({night}),{night}{home})"


def test_fields_of_one_rule_are_hidden_together() -> None:
    css = applying.css({"nome": di_notte, "pausa": di_notte}, {}, [LAVORO])
    assert css.count("{") == 1
    assert ".form-group:has(#nome,#pausa)" in css


def test_what_is_typed_decides_about_no_other_field() -> None:
    with pytest.raises(TypeError, match="nome"):
        applying.css({"pausa": con_un_nome}, {}, [LAVORO])


def test_each_rule_of_the_form_is_drawn_once_and_stays_short() -> None:
    drawn = applying.css().split("}")[:-1]
    hiding = [rule for rule in drawn if rule.endswith("{display:none") and ".serve" not in rule]
    assert len(hiding) == len(set(ASKED_IF.values()))
    for name in ASKED_IF:
        assert len([rule for rule in hiding if re.search(rf"[(,]#{name}(-si)?[,)]", rule)]) == 1, name
    assert max(map(len, hiding)) < 450


def test_what_goes_with_a_field_goes_with_one_that_may_not_be_asked() -> None:
    assert applying.BESIDE.keys() <= ASKED_IF.keys()
    assert {f.name for group in GROUPS.values() for f in group.fields} >= applying.BESIDE.keys()
