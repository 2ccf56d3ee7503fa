"""What the stylesheet shows is what the rules ask, and its stars are what they require, for every combination of
answers that the rules look at."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest

from omnia_com.form.answers import is_required, read
from omnia_com.form.field_groups import GROUPS, TIPOLOGIA, Group
from omnia_com.form.fields import Choice, Field, LongChoice, Option, Text, Tick
from omnia_com.form.rules import ASKED_IF, REQUIRED_IF, Values
from omnia_com.italy.clock import Clock
from omnia_com.pages.controls import draw
from omnia_com.pages.http.applying import css
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
  const marked = (c) => c.closest(".form-group").querySelector("label, legend").innerText;
  const ended = (mark) => [...new Set(seen.filter((c) => marked(c).endsWith(mark)).map((c) => c.name))];
  return { shown: ended(""), starred: ended("*"), free: ended("(facoltativo)") };
})"""
RIGHT = {
    "data_inizio": "01/12/2026",
    "data_fine": "31/05/2027",
    "datore_lavoro": "Bar Sole",
    "sede_stato_nome": "Svizzera",
    "sede_provincia": "TO",
    "sede_citta": "Torino",
    "sede_via": "Via Roma 1",
    "sede_cap": "10121",
    "reddito_presunto_annuale": "12.000",
    "orario_settimanale": "20",
    "giornate_lavorate": "51",
    "ore_giornaliere": "6",
    "collocazione_oraria": "ore_diverse",
    "tipologia_autonomo_altro": "Guida alpina",
    "partita_iva": "00743110157",
}


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
    """The fields whose answers decide whether another one is asked, or required."""
    values = Curious()
    for rule in (*ASKED_IF.values(), *REQUIRED_IF.values()):
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
    names = {name: [f.name for f in drivers(group)] for name, group in GROUPS.items()}
    assert names == {
        "subordinato": ["tipo_contratto", "sede_stato", "lavoro_agricolo_intermittente"],
        "autonomo": ["tipologia_autonomo", "partita_iva_in_attesa"],
    }


@pytest.mark.parametrize("name", GROUPS)
async def test_what_is_seen_is_what_is_asked_and_stars_tell_the_truth(
    name: str, window: Windows, anna: Visitor
) -> None:
    w = await (await window()).be(anna)
    await w.open(await posted_draft(anna, {TIPOLOGIA.name: name}))
    tried = list(combinations(GROUPS[name]))
    assert len(tried) == {"subordinato": 7 * 3 * 4, "autonomo": 18 * 2}[name]
    for answers, seen in zip(tried, await w.page.evaluate(SHOWN, tried), strict=True):
        read_now = read({TIPOLOGIA.name: name} | answers, Clock(None).today())
        asked = [f for f in read_now.asked if f is not TIPOLOGIA]
        assert seen["shown"] == [f.name for f in asked if f.name in seen["shown"]], "in the order of the form"
        ticked_too_early = {n for n, text in answers.items() if text == "si"} - set(seen["shown"])
        assert set(seen["shown"]) == {f.name for f in asked} - ticked_too_early, answers
        required = {f.name for f in asked if is_required(f, read_now.values)}
        assert set(seen["starred"]) == required, answers
        free = {f.name for f in asked if not isinstance(f.kind, Tick)} - required
        assert set(seen["free"]) == free, answers


@pytest.mark.parametrize("name", GROUPS)
async def test_filling_in_what_has_a_star_is_enough(name: str, window: Windows, anna: Visitor) -> None:
    w = await (await window()).be(anna)
    await w.open(await posted_draft(anna, {TIPOLOGIA.name: name}))
    tried = list(combinations(GROUPS[name]))
    for answers, seen in zip(tried, await w.page.evaluate(SHOWN, tried), strict=True):
        if any(not answers[field] for field in seen["starred"] if field in answers):
            continue  # a choice with a star that is not made yet
        starred = {field: answers.get(field) or RIGHT[field] for field in seen["starred"]}
        sent = {TIPOLOGIA.name: name} | answers | starred
        assert read(sent, date(2026, 11, 29)).problems == (), sent


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
    await w.page.set_content(f'<style>{css(rules, {}, [MADE_UP])}</style><form id="gruppo">{drawn}</form>')
    deciding = [f for f in MADE_UP.fields if f.name not in rules]
    tried = [dict(zip((f.name for f in deciding), texts, strict=True)) for texts in product(*map(possible, deciding))]
    assert len(tried) == 18
    for answers, seen in zip(tried, await w.page.evaluate(SHOWN, tried), strict=True):
        values = {name: text for name, text in answers.items() if text}
        assert set(seen["shown"]) == {*answers, *(name for name, rule in rules.items() if rule(values))}, answers


async def test_the_list_of_comuni_is_offered_in_italy_only(window: Windows, anna: Visitor) -> None:
    w = await (await window()).be(anna)
    for state, offered in (("IT", True), ("Marocco", False), ("Atlantide", False)):
        await w.open(await posted_draft(anna, {TIPOLOGIA.name: "subordinato", "sede_stato": state}))
        assert await w.page.locator("[value=comune]").is_visible() == offered
    await w.open(await posted_draft(anna, {TIPOLOGIA.name: "subordinato"}))
    await w.page.check("#sede_stato-estero")
    assert not await w.page.locator("[value=comune]").is_visible()
