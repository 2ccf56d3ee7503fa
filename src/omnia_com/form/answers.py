"""A draft read: what was asked, what was understood, what cannot be right. Never stored, always worked out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from omnia_com.languages.signs import shows

from .field_groups import DICHIARAZIONI, GROUPS, TIPOLOGIA, Group
from .fields import ABROAD, Choice, Country, Field, PlaceName, StateName, Text, Tick
from .problems import Problem, Unreadable
from .rows import Row
from .rules import ASKED_IF, CHECKED_IF_FILLED, REQUIRED_IF, RULES

NOT_GIVEN = "Non indicato"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a draft says under the group that its tipologia chose (none, if there is no tipologia yet)."""

    group: Group | None
    asked: tuple[Field, ...]
    values: Mapping[str, Any]
    unread: Mapping[str, str]
    """As typed, what could not be understood: a draft shows it too."""
    problems: tuple[Problem, ...]

    def told(self) -> tuple[Field, ...]:
        """The fields that say something: without a box that is not ticked, and without a name that completes another
        answer."""
        return tuple(f for f in self.asked if not (isinstance(f.kind, StateName) or self._is_unticked(f)))

    def rows(self) -> tuple[Row, ...]:
        """Label and shown value of every field told: summary, export and receipt all print this."""
        return tuple(Row(f.label, self.shown(f), fixed=not self._is_typed(f)) for f in self.told())

    def _is_unticked(self, field: Field) -> bool:
        return isinstance(field.kind, Tick) and field.name not in self.values and field.name not in self.unread

    def _is_typed(self, field: Field) -> bool:
        """Whether what is shown are the person's own words, and none of the form's."""
        if field.name in self.unread:
            return True
        if field.name not in self.values or isinstance(field.kind, Tick):
            return False
        return not (isinstance(field.kind, Choice) and field.kind.offers(self.values[field.name]))

    def shown(self, field: Field) -> str:
        if field.name in self.values:
            return field.kind.show(self.values[field.name])
        if field.name in self.unread:
            return self.unread[field.name]
        return NOT_GIVEN

    def verbatim(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What is kept of a sent communication: the answers that were asked, as they were typed."""
        return {f.name: _given(f, typed) for f in self.asked if _given(f, typed)}


def read(typed: Mapping[str, str], today: date) -> Answers:
    """Reads what was *typed* (field name -> text); *today* is the day in Rome. Never raises."""
    chosen = _given(TIPOLOGIA, typed)
    group = GROUPS.get(chosen)
    if group is None:
        problem = Problem(TIPOLOGIA.name, "non_valido" if chosen else "obbligatorio")
        return Answers(None, (TIPOLOGIA,), {}, {TIPOLOGIA.name: chosen} if chosen else {}, (problem,))
    fields = (TIPOLOGIA, *group.fields)
    values, unreadable = _values(fields, typed)
    given = values.keys() | unreadable.keys()
    asked = tuple(f for f in fields if _is_asked(f.name, values, filled=f.name in given))
    values = {f.name: values[f.name] for f in asked if f.name in values}
    unread = {f.name: typed[f.name] for f in asked if f.name in unreadable}
    return Answers(group, asked, values, unread, tuple(_problems(asked, values, unreadable, today)))


def missing_declarations(posted: Mapping[str, str]) -> tuple[Problem, ...]:
    """The declarations beside "Invia" that are not ticked."""
    return tuple(Problem(f.name, "obbligatorio") for f in DICHIARAZIONI if posted.get(f.name) != "si")


def _given(field: Field, typed: Mapping[str, str]) -> str:
    """What was typed into *field*, verbatim; if that is nothing, what an empty answer means ('': there is none).

    Signs that show nothing are no answer; a text made of them alone is refused in words of its own.
    """
    text = typed.get(field.name, "")
    if text.strip() if isinstance(field.kind, Text | PlaceName) else shows(text):
        return text
    return field.kind.default if isinstance(field.kind, Country) else ""


def _to_read(field: Field, typed: Mapping[str, str]) -> str:
    """What the answer of *field* says, in two places perhaps: a state that is not Italy, its name beside it."""
    text = _given(field, typed)
    if isinstance(field.kind, Country) and text.strip() == ABROAD:
        name = typed.get(field.kind.name_in, "")
        return name if shows(name) else text
    return text


def _values(fields: tuple[Field, ...], typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Problem]]:
    values: dict[str, Any] = {}
    unreadable: dict[str, Problem] = {}
    for field in fields:
        if text := _to_read(field, typed):
            try:
                values[field.name] = field.kind.read(text)
            except Unreadable as e:
                unreadable[field.name] = Problem(field.name, e.code, e.reason)
    return values, unreadable


def _problems(
    asked: tuple[Field, ...], values: Mapping[str, Any], unreadable: Mapping[str, Problem], today: date
) -> Iterator[Problem]:
    """At most one problem a field, in the order of the page."""
    broken = {problem.field: problem for rule in reversed(RULES) for problem in rule(values, today)}
    for field in asked:
        problem = unreadable.get(field.name) or broken.get(field.name)
        completes_another = isinstance(field.kind, StateName)  # which is then what is missing
        if problem is None and field.name not in values and not completes_another and is_required(field, values):
            problem = Problem(field.name, "obbligatorio")
        if problem:
            yield problem


def _is_asked(name: str, values: Mapping[str, Any], *, filled: bool) -> bool:
    if name not in ASKED_IF or ASKED_IF[name](values):
        return True
    return filled and name in CHECKED_IF_FILLED and CHECKED_IF_FILLED[name](values)


def is_required(field: Field, values: Mapping[str, Any]) -> bool:
    """Whether *field*, once asked, needs an answer beside those that were read (`Answers.values`)."""
    return field.required and (field.name not in REQUIRED_IF or REQUIRED_IF[field.name](values))
