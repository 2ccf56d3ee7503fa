"""What applies as answers change: CSS drawn from the rules, so that a new one needs none by hand.

The server decides what is asked and what is required (`answers.read`); these rules of the stylesheet say the same
while answers change: they hide a field that is not asked, and show the mark that holds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from omnia_com.form.field_groups import GROUPS, TIPOLOGIA, Group
from omnia_com.form.fields import Choice, Country, Field, LongChoice, Tick
from omnia_com.form.rules import ASKED_IF, REQUIRED_IF, Values

Rule = Callable[[Values], bool]
REST = ""  # no option is chosen, or none that the list offers
BESIDE = {"sede_provincia": "[value=comune]"}  # what else goes with a field: the button that lists its comuni


class _Watched(dict[str, Any]):
    """Values that note the names for which a rule asks."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__((name, value) for name, value in values.items() if value is not None)
        self.looked: dict[str, None] = {}

    def get(self, name: str, default: Any = None) -> Any:
        self.looked[name] = None
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.looked[name] = None
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.looked[str(name)] = None
        return super().__contains__(name)


def css(
    asked_if: Mapping[str, Rule] = ASKED_IF,
    required_if: Mapping[str, Rule] = REQUIRED_IF,
    groups: Iterable[Group] = tuple(GROUPS.values()),
) -> str:
    """Rules of CSS for each rule of *asked_if* and of *required_if* and each group in which it decides about fields."""
    drawn = [_hiding(rule, group, asked_if) for group in groups for rule in dict.fromkeys(asked_if.values())]
    decide = {name: rule for name, rule in required_if.items() if rule is not asked_if.get(name)}
    drawn += [_marking(rule, group, decide) for group in groups for rule in dict.fromkeys(decide.values())]
    return "".join(dict.fromkeys(drawn))


def _hiding(rule: Rule, group: Group, asked_if: Mapping[str, Rule]) -> str:
    decided = [f for f in group.fields if asked_if.get(f.name) is rule]
    where = _where_not(rule, group) if decided else ""
    hidden = [_holding(decided), *(BESIDE[f.name] for f in decided if f.name in BESIDE)]
    return f"#gruppo{where} {_any(hidden)}{{display:none}}" if where else ""


def _marking(rule: Rule, group: Group, required_if: Mapping[str, Rule]) -> str:
    """Where *rule* does not hold the mark says so (`controls.py` draws both); else the stylesheet shows the star."""
    decided = [f for f in group.fields if f.required and required_if.get(f.name) is rule]
    where = _where_not(rule, group) if decided else ""
    marks = f"#gruppo{where} {_holding(decided)} "
    return f"{marks}.serve{{display:none}}{marks}.facoltativo{{display:inline}}" if where else ""


def _holding(fields: Iterable[Field]) -> str:
    """The boxes of *fields*."""
    return f".form-group:has({','.join(map(_first_control, fields))})"


def _where_not(rule: Rule, group: Group) -> str:
    """The answers under which *rule* does not hold, as a condition on the group; '' if it always does."""
    given = _Watched({TIPOLOGIA.name: group.name})
    rule(given)
    only_here = f":has([value={group.name}])" if TIPOLOGIA.name in given.looked else ""
    ways = _ways_not(rule, {f.name: f for f in group.fields}, given)
    return only_here + _any(ways) if ways else ""


def _ways_not(rule: Rule, fields: Mapping[str, Field], given: Mapping[str, Any]) -> tuple[str, ...]:
    """Each way in which *rule* does not hold, as a condition on the group; the answers *given* are taken as read.
    Which answers matter is seen by which the rule looks at."""
    values = _Watched(given)
    asked = rule(values)
    undecided = next((fields[name] for name in values.looked if name not in given), None)
    if undecided is None:
        return () if asked else ("",)
    alike: dict[tuple[str, ...], list[str]] = {}
    for answer, value in _answers(undecided).items():
        alike.setdefault(_ways_not(rule, fields, {**given, undecided.name: value}), []).append(answer)
    return tuple(_given(undecided, answers) + more for ways, answers in alike.items() for more in ways)


def _answers(field: Field) -> dict[str, Any]:
    """What can be chosen -> what a rule sees of it, None for nothing. TypeError if it is typed: CSS sees no text."""
    kind = field.kind
    if isinstance(kind, Tick):
        return {REST: None, "si": True}
    if not isinstance(kind, Choice):
        raise TypeError(f"{field.name}: whether another field is asked cannot depend on what is typed")
    unchosen = kind.default if isinstance(kind, Country) else None
    return {REST: unchosen} | {o.value: o.value for o in kind.options}


def _given(field: Field, answers: list[str]) -> str:
    """That one of *answers* is given, as a condition on the group. The rest is whatever is none of the others."""
    if REST in answers:
        others = [answer for answer in _answers(field) if answer not in answers]
        return f":not({_given(field, others)})" if others else ""
    if isinstance(field.kind, LongChoice):
        chosen = f"#{field.name} {_any([f'[value={answer}]' for answer in answers])}"
    else:
        chosen = _any([f"#{field.name}-{answer}" for answer in answers])
    return f":has({chosen}:checked)"


def _first_control(field: Field) -> str:
    """Radios and ticks add their value to the field's name."""
    if isinstance(field.kind, LongChoice) or not isinstance(field.kind, Choice | Tick):
        return f"#{field.name}"
    return f"#{field.name}-{next(answer for answer in _answers(field) if answer != REST)}"


def _any(selectors: Sequence[str]) -> str:
    return selectors[0] if len(selectors) == 1 else f":is({','.join(selectors)})"
