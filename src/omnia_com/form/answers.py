"""A draft read: what was asked, what was understood, what cannot be right. Never stored, always worked out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .field_groups import DICHIARAZIONI, GROUPS, TIPOLOGIA, Group
from .fields import Choice, Field, LongChoice, Tick, Unreadable
from .rows import Row
from .rules import ASKED_IF, REQUIRED_IF, RULES

NOT_GIVEN = "Non indicato"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error: the field it stands at and its stable code."""

    field: str
    code: str

    @property
    def missing(self) -> bool:
        """Only a missing answer is left unsaid until the person wants to send."""
        return self.code == "obbligatorio"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a draft says under the group that its tipologia chose (none, if there is no tipologia yet)."""

    group: Group | None
    asked: tuple[Field, ...]
    values: Mapping[str, Any]
    unread: Mapping[str, str]
    """As typed, what could not be understood: a draft shows it too."""
    problems: tuple[Problem, ...]

    def rows(self) -> tuple[Row, ...]:
        """Label and shown value of every field asked: summary, export and receipt all print this."""
        return tuple(Row(f.label, self.shown(f), fixed=not self._is_typed(f)) for f in self.asked)

    def _is_typed(self, field: Field) -> bool:
        """Whether what is shown are the person's own words, and none of the form's."""
        chosen = isinstance(field.kind, Choice | Tick)
        return field.name in self.unread or (field.name in self.values and not chosen)

    def shown(self, field: Field) -> str:
        if field.name in self.values:
            return field.kind.show(self.values[field.name])
        if field.name in self.unread:
            return self.unread[field.name]
        return field.kind.show(False) if isinstance(field.kind, Tick) else NOT_GIVEN

    def verbatim(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What is kept of a sent communication: the answers that were asked, as they were typed."""
        return {f.name: _typed(f, typed) for f in self.asked if _typed(f, typed)}


def read(typed: Mapping[str, str], today: date) -> Answers:
    """Reads what was *typed* (field name -> text); *today* is the day in Rome. Never raises."""
    chosen = _typed(TIPOLOGIA, typed)
    group = GROUPS.get(chosen)
    if group is None:
        problem = Problem(TIPOLOGIA.name, "non_valido" if chosen else "obbligatorio")
        return Answers(None, (TIPOLOGIA,), {}, {TIPOLOGIA.name: chosen} if chosen else {}, (problem,))
    fields = (TIPOLOGIA, *group.fields)
    values, unreadable = _values(fields, typed)
    asked = tuple(f for f in fields if f.name not in ASKED_IF or ASKED_IF[f.name](values))
    values = {f.name: values[f.name] for f in asked if f.name in values}
    unread = {f.name: typed[f.name] for f in asked if f.name in unreadable}
    return Answers(group, asked, values, unread, tuple(_problems(asked, values, unreadable, today)))


def missing_declarations(posted: Mapping[str, str]) -> tuple[Problem, ...]:
    """The declarations beside "Invia" that are not ticked."""
    return tuple(Problem(f.name, "obbligatorio") for f in DICHIARAZIONI if posted.get(f.name) != "si")


def _typed(field: Field, typed: Mapping[str, str]) -> str:
    text = typed.get(field.name, "")
    default = field.kind.default if isinstance(field.kind, LongChoice) else ""
    return text if text.strip() else default


def _values(fields: tuple[Field, ...], typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for field in fields:
        if text := _typed(field, typed):
            try:
                values[field.name] = field.kind.read(text)
            except Unreadable as e:
                unreadable[field.name] = e.code
    return values, unreadable


def _problems(
    asked: tuple[Field, ...], values: Mapping[str, Any], unreadable: Mapping[str, str], today: date
) -> Iterator[Problem]:
    """At most one problem a field, in the order of the page."""
    broken = dict(found for rule in reversed(RULES) for found in rule(values, today))
    for field in asked:
        code = unreadable.get(field.name) or broken.get(field.name)
        if code is None and field.name not in values and _required(field, values):
            code = "obbligatorio"
        if code:
            yield Problem(field.name, code)


def _required(field: Field, values: Mapping[str, Any]) -> bool:
    return field.required and (field.name not in REQUIRED_IF or REQUIRED_IF[field.name](values))
