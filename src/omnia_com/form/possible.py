"""May I work? Four questions: as few answers as the dated rules of `consequences` look at, of nobody in particular."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .consequences import FULL_TIME
from .days import Day
from .field_groups import COLLOCAZIONI, INIZIO
from .fields import Choice, Option
from .problems import Problem, Unreadable
from .rules import RULES

LAVORO, COLLOCAZIONE, DATA_INIZIO, DATA_FINE = "lavoro", "collocazione_oraria", INIZIO.name, "data_fine"
QUESTIONS = (LAVORO, COLLOCAZIONE, DATA_INIZIO, DATA_FINE)
FISSO = "fisso"
LAVORI = (
    Option(FISSO, "Alle dipendenze, fisso e a tempo pieno (36 ore o più alla settimana)"),
    Option("dipendente", "Alle dipendenze, con un altro contratto (a termine, a tempo parziale…)"),
    Option("intermittente", "Alle dipendenze, a chiamata (lavoro intermittente)"),
    Option("agricolo", "Alle dipendenze, in agricoltura"),
    Option("cococo", "Una collaborazione (co.co.co.)"),
    Option("occasionale", "In proprio, ogni tanto (lavoro occasionale, PrestO, Libretto famiglia)"),
    Option("autonomo", "In proprio, in un altro modo (partita IVA, impresa, società…)"),
)
ALLE_DIPENDENZE = (FISSO, "dipendente", "intermittente", "agricolo")
CHOICES = {LAVORO: LAVORI, COLLOCAZIONE: COLLOCAZIONI}
_KINDS: Mapping[str, Choice | Day] = {
    LAVORO: Choice(LAVORI),
    COLLOCAZIONE: Choice(COLLOCAZIONI),
    DATA_INIZIO: Day(),
    DATA_FINE: Day(),
}
_EMPLOYED: dict[str, Any] = {"tipologia_rioccupazione": "subordinato", "sede_stato": "IT"}
_OWN: dict[str, Any] = {"tipologia_rioccupazione": "autonomo"}
_AS_ANSWERS: dict[str, dict[str, Any]] = {
    FISSO: _EMPLOYED | {"tipo_contratto": "indeterminato", "orario_settimanale": FULL_TIME},
    "dipendente": _EMPLOYED,
    "intermittente": _EMPLOYED | {"lavoro_agricolo_intermittente": "intermittente"},
    "agricolo": _EMPLOYED | {"lavoro_agricolo_intermittente": "agricolo"},
    "cococo": _OWN | {"tipologia_autonomo": "cococo"},
    "occasionale": _OWN | {"tipologia_autonomo": "occasionale"},
    "autonomo": _OWN | {"tipologia_autonomo": "altro"},
}

# Asked only if the rule holds of the chosen `lavoro`; whatever else is asked of everybody.
ASKED_IF: dict[str, Callable[[str], bool]] = {
    COLLOCAZIONE: lambda lavoro: lavoro in ALLE_DIPENDENZE,
    DATA_FINE: lambda lavoro: lavoro != FISSO,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """The answers as `consequences` wants them, and what must be mended before they mean anything."""

    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


def read(typed: Mapping[str, str], today: date) -> Trial:
    """Reads what was *typed* (question -> text); *today* is the day in Rome. Never raises."""
    chosen = typed.get(LAVORO, "")
    asked = [name for name in QUESTIONS if name not in ASKED_IF or ASKED_IF[name](chosen)]
    values, wrong = dict[str, Any](), dict[str, Problem]()
    for name in asked:
        try:
            if text := typed.get(name, "").strip():
                values[name] = _KINDS[name].read(text)
            elif name != DATA_FINE:
                wrong[name] = Problem(name, "obbligatorio")
        except Unreadable as e:
            wrong[name] = Problem(name, e.code, e.reason)
    values = values | _AS_ANSWERS.get(values.get(LAVORO, ""), {})
    wrong = {problem.field: problem for rule in RULES for problem in rule(values, today)} | wrong
    return Trial(values, tuple(wrong[name] for name in asked if name in wrong))
