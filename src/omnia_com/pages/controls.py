"""What a field needs to be drawn: its label, its mark, what was typed, what is wrong with it."""

from collections.abc import Mapping, Sequence
from functools import cache

import msgspec
from jinja2 import TemplateNotFound
from markupsafe import Markup

from ..answers import Problem
from ..field_groups import TIPOLOGIA, Group
from ..fields import Choice, Country, Field, Kind, LongChoice, Option
from ..messages import error
from ..rules import REQUIRED_IF
from .web import environment, render

OTHER_STATE = "altro"  # no state: whoever chooses it types the name on the next page
REQUIRED, OPTIONAL = " *", " (facoltativo)"


class Control(msgspec.Struct, frozen=True):
    """A field on a page. `template` draws it; `mark` follows its label."""

    name: str
    label: str
    hint: str
    mark: str
    value: str
    error: str
    template: str
    options: tuple[Option, ...] = ()
    options_html: Markup = Markup()

    @property
    def described_by(self) -> str:
        ids = [f"aiuto-{self.name}"] * bool(self.hint) + [f"errore-{self.name}"] * bool(self.error)
        return " ".join(ids)


class Mistake(msgspec.Struct, frozen=True):
    """An entry of the index of errors: where it leads, its stable code and its sentence."""

    field: str
    code: str
    text: str
    href: str


class GroupControls(msgspec.Struct, frozen=True):
    """The fields of one tipologia on a page; `name` is '' before one is chosen."""

    name: str
    title: str
    controls: tuple[Control, ...]


def controls(group: Group | None, typed: Mapping[str, str], problems: Sequence[Problem]) -> GroupControls:
    if group is None:
        return GroupControls("", "", ())
    wrong = {p.field: error(p) for p in problems}
    return GroupControls(group.name, group.title, tuple(control(f, typed, wrong) for f in group.fields))


def control(field: Field, typed: Mapping[str, str], wrong: Mapping[str, str]) -> Control:
    value = typed.get(field.name, "")
    kind = field.kind
    return Control(
        field.name,
        field.label,
        field.hint,
        _mark(field),
        _shown(kind, value),
        wrong.get(field.name, ""),
        _template(field.name, kind.control),
        kind.options if isinstance(kind, Choice) else (),
        _list(kind, value) if isinstance(kind, LongChoice) else Markup(),
    )


def mistakes(group: Group | None, problems: Sequence[Problem], page: str = "") -> tuple[Mistake, ...]:
    """The index of errors; links lead to fields of this page, or of *page*."""
    fields = {f.name: f for f in (TIPOLOGIA, *(group.fields if group else ()))}
    return tuple(
        Mistake(p.field, p.code, error(p), f"{page}#{first_id(fields.get(p.field), p.field)}") for p in problems
    )


def first_id(field: Field | None, name: str) -> str:
    """The id of the control to go to: radios and ticks add their value to the name."""
    if field and isinstance(field.kind, Choice) and not isinstance(field.kind, LongChoice):
        return f"{name}-{field.kind.options[0].value}"
    return f"{name}-si" if field is None or field.kind.control == "tick" else name


def _shown(kind: Kind, typed: str) -> str:
    """What was typed; of a state chosen by its code, the name."""
    if isinstance(kind, Country) and typed not in kind.near:
        return "" if typed == OTHER_STATE else next((o.label for o in kind.options if o.value == typed), typed)
    return typed


def _mark(field: Field) -> str:
    if not field.required:
        return OPTIONAL
    return "" if field.name in REQUIRED_IF else REQUIRED


@cache
def _template(name: str, kind: str) -> str:
    """A field's own template if there is one, else its kind's."""
    try:
        environment().get_template(f"fields/{name}.html")
    except TemplateNotFound:
        return f"fields/{kind}.html"
    return f"fields/{name}.html"


def _list(kind: LongChoice, typed: str) -> Markup:
    """Nothing, if the answer is to be typed because it is none of the options that the list offers."""
    near = kind.near if isinstance(kind, Country) else frozenset(o.value for o in kind.options)
    if typed in near or not isinstance(kind, Country):
        return _options(kind, typed if typed in near else kind.default)
    return _options(kind, kind.default) if not typed else Markup()


@cache
def _options(kind: LongChoice, value: str) -> Markup:
    """The options of a long list, drawn once for each chosen value."""
    offered = [o for o in kind.options if not isinstance(kind, Country) or o.value in kind.near]
    return Markup(render("fields/_options.html", kind=kind, options=offered, chosen=value))  # noqa: S704 – it escapes
