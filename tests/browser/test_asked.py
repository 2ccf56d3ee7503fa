"""What the stylesheet hides is what the rules do not ask, for every combination of answers that the rules look at."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from omnia_com.form.answers import read
from omnia_com.form.field_groups import GROUPS, TIPOLOGIA, Group
from omnia_com.form.fields import Choice, Field, LongChoice, Option, Text, Tick
from omnia_com.form.rules import ASKED_IF, Values
from omnia_com.italy.clock import Clock
from omnia_com.pages.controls import draw
from omnia_com.pages.http.not_asked import css
from tests.browser.conftest import Windows
from tests.helpers.browsing import Visitor
from tests.helpers.steps import posted_draft

SHOWN = """(combinations) => combinations.map((answers) => {
  for (const [name, text] of Object.entries(answers)) {
    for (const c of document.querySelectorAll(`#gruppo [name="${name}"]`)) {
      if (c.type == "radio" || c.type == "checkbox") c.checked = c.value == text; else c.value = text;
    }
  }
  const seen = [...document.querySelectorAll("#gruppo [name]:not(button)")].filter((c) => c.checkVisibility());
  return [...new Set(seen.map((c) => c.name))];
})"""


class Curious(dict[str, Any]):
    """Values that remember which of them a rule looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = set[str]()

    def get(self, name: str, default: Any = None) -> Any:
        self.looked.add(name)
        return default

    def __contains__(self, name: object) -> bool:
        self.looked.add(str(name))
        return False


def drivers(group: Group) -> list[Field]:
    """The fields whose answers decide whether another one is asked."""
    values = Curious()
    for rule in ASKED_IF.values():
        rule(values)
    return [f for f in group.fields if f.name in values.looked]


def possible(field: Field) -> list[str]:
    """Every answer that can be chosen on the page."""
    if isinstance(field.kind, Choice):
        return ["", *(o.value for o in field.kind.options)]
    return ["", "si"] if isinstance(field.kind, Tick) else ["", "12"]


def combinations(group: Group) -> Iterator[dict[str, str]]:
    names = [f.name for f in drivers(group)]
    for texts in product(*(possible(f) for f in drivers(group))):
        yield dict(zip(names, texts, strict=True))


def test_the_rules_look_at_fields_that_this_test_can_fill() -> None:
    assert [f.name for f in drivers(GROUPS["subordinato"])] == ["sede_stato", "lavoro_agricolo_intermittente"]
    assert [f.name for f in drivers(GROUPS["autonomo"])] == ["tipologia_autonomo"]


@pytest.mark.parametrize("name", GROUPS)
async def test_what_is_seen_is_what_is_asked(name: str, window: Windows, anna: Visitor) -> None:
    w = await (await window()).be(anna)
    await w.open(await posted_draft(anna, {TIPOLOGIA.name: name}))
    tried = list(combinations(GROUPS[name]))
    shown = await w.page.evaluate(SHOWN, tried)
    for answers, seen in zip(tried, shown, strict=True):
        asked = {f.name for f in read({TIPOLOGIA.name: name} | answers, Clock(None).today()).asked}
        assert set(seen) == asked - {TIPOLOGIA.name}, answers


MADE_UP = Group(
    "lavoro",
    "Lavoro",
    (
        Field("turno", "Turno", Choice((Option("giorno", "Di giorno"), Option("notte", "Di notte")))),
        Field("luogo", "Luogo", LongChoice((Option("casa", "A casa"), Option("mare", "Al mare")))),
        Field("festivo", "Anche nei giorni di festa", Tick(), required=False),
        Field("pausa", "Pausa", Text()),
        Field("ponte", "Ponte", Choice((Option("si", "Sì"), Option("no", "No")))),
        Field("riposo", "Ho un giorno di riposo", Tick(), required=False),
    ),
)


def di_notte_e_non_a_casa(v: Values) -> bool:
    return v.get("turno") == "notte" and v.get("luogo") != "casa"


def al_mare_o_nei_giorni_di_festa(v: Values) -> bool:
    return v.get("luogo") == "mare" or "festivo" in v


async def test_a_new_conditional_field_needs_no_css_by_hand(window: Windows, anna: Visitor) -> None:
    """Fields and rules of no law, of every kind that can be chosen, and rules that look at two answers."""
    rules = {
        "pausa": di_notte_e_non_a_casa,
        "ponte": al_mare_o_nei_giorni_di_festa,
        "riposo": al_mare_o_nei_giorni_di_festa,
    }
    drawn = "".join(draw(field, "") for field in MADE_UP.fields)
    w = await window()
    await w.page.set_content(f'<style>{css(rules, [MADE_UP])}</style><form id="gruppo">{drawn}</form>')
    deciding = [f for f in MADE_UP.fields if f.name not in rules]
    tried = [dict(zip((f.name for f in deciding), texts, strict=True)) for texts in product(*map(possible, deciding))]
    assert len(tried) == 18
    for answers, seen in zip(tried, await w.page.evaluate(SHOWN, tried), strict=True):
        values = {name: text for name, text in answers.items() if text}
        assert set(seen) == {*answers, *(name for name, rule in rules.items() if rule(values))}, answers


async def test_the_list_of_comuni_is_offered_in_italy_only(window: Windows, anna: Visitor) -> None:
    w = await (await window()).be(anna)
    for state, offered in (("IT", True), ("Marocco", False), ("Atlantide", False)):
        await w.open(await posted_draft(anna, {TIPOLOGIA.name: "subordinato", "sede_stato": state}))
        assert await w.page.locator("[value=comune]").is_visible() == offered
    await w.open(await posted_draft(anna, {TIPOLOGIA.name: "subordinato"}))
    await w.page.check("#sede_stato-estero")
    assert not await w.page.locator("[value=comune]").is_visible()
