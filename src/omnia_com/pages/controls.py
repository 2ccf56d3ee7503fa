"""How a field is drawn, and the index of what is wrong.

A control in one state is drawn once by its template and kept; what a person typed is put in afterwards and never
kept. (Drawing all of them anew was half of the CPU time of the form page.)
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import msgspec
from jinja2 import TemplateNotFound
from markupsafe import Markup, escape

from omnia_com.form.answers import Answers, is_required
from omnia_com.form.field_groups import GROUPS, TIPOLOGIA, Group
from omnia_com.form.fields import ABROAD, Choice, Country, Field, LongChoice, Option, StateName, Tick
from omnia_com.form.messages import error
from omnia_com.form.problems import Problem
from omnia_com.form.rules import ASKED_IF, REQUIRED_IF
from omnia_com.languages import current, gettext

from .http.rendering import environment, render

TYPED = "\ue000"  # where the typed text goes
NO_VALUE = f' value="{TYPED}"'
TO_CHOOSE = Option("", "Scegli")
ANCHORS = {"allegati": "allegati"}  # what is no field, and where it stands on the form page
LONG = 20  # options: such a list goes with the page, never with the part of it that changes
REQUIRED, OPTIONAL = "\u00a0*", " (facoltativo)"  # no line begins with the mark


class Control(msgspec.Struct, frozen=True):
    """What a template in `fields/` is given; `mark` follows the label, `value` is what is typed or chosen.

    `answer`: the field at whose answer an error stands, its own but for a name that completes another one.
    """

    name: str
    answer: str
    label: str
    hint: str
    mark: Markup
    error: str
    value: str
    options: tuple[Option, ...]

    @property
    def described_by(self) -> str:
        ids = [f"aiuto-{self.name}"] * bool(self.hint) + [f"errore-{self.answer}"] * bool(self.error)
        return " ".join(ids)


class Mistake(msgspec.Struct, frozen=True):
    """An entry of the index of errors: where it leads, its stable code and its sentence."""

    field: str
    code: str
    text: str
    href: str


class GroupControls(msgspec.Struct, frozen=True):
    """The drawn fields of one tipologia, and how many are to be filled; `name` is '' before one is chosen."""

    name: str
    title: str
    to_fill: int
    controls: tuple[Markup, ...]


def controls(
    answers: Answers, typed: Mapping[str, str], problems: Sequence[Problem], *, part: bool = False
) -> GroupControls:
    """*part*: for a page that is there already and has the long lists (`lists`)."""
    group = answers.group
    if group is None:
        return GroupControls("", "", 0, ())
    wrong = {p.field: error(p) for p in problems}
    texts = dict(typed)
    for field in group.fields:
        texts.update(_placed(field, typed))
    drawn = tuple(
        draw(f, texts.get(f.name, ""), _wrong(f, wrong), part=part, required=is_required(f, answers.values))
        for f in group.fields
    )
    to_fill = sum(f in group.fields and not isinstance(f.kind, Tick) for f in answers.asked)
    return GroupControls(group.name, gettext(group.title), to_fill, drawn)


def _placed(field: Field, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, where it is typed: the name of a state beside its choice, a code by the name that it stands
    for, Italy's as the choice that it is."""
    kind = field.kind
    if not isinstance(kind, Country):
        return {}
    given = typed.get(field.name, "")
    name = typed.get(kind.name_in, "") if given == ABROAD else given
    value = kind.read(name) if name else given
    if value in ("", kind.default):
        return {field.name: value}
    return {field.name: ABROAD, kind.name_in: name if given == ABROAD or not kind.offers(name) else kind.show(value)}


def _wrong(field: Field, wrong: Mapping[str, str]) -> str:
    """The sentence that stands at *field*: what is wrong with a state stands where its name is typed."""
    if isinstance(field.kind, Country):
        return ""
    return wrong.get(_answer(field), "")


def _answer(field: Field) -> str:
    return field.kind.of if isinstance(field.kind, StateName) else field.name


def lists(shown: Group | None) -> dict[str, tuple[Option, ...]]:
    """The long lists of the tipologie that a page does not show: field -> options. A change of tipologia, which
    happens more than once and on a bad line, comes without them."""
    return _lists(shown.name if shown else "", current())


@cache
def _lists(shown: str, _language: str) -> dict[str, tuple[Option, ...]]:
    fields = (f for g in GROUPS.values() if g.name != shown for f in g.fields)
    offered = {f.name: _options(f) for f in fields}
    return {name: options for name, options in offered.items() if len(options) > LONG}


def draw(field: Field, typed: str, error: str = "", *, part: bool = False, required: bool = True) -> Markup:
    """The HTML of a field with what was *typed* in it and its *error* ('' for none); *required* by what else is
    answered, where that decides."""
    chosen = _chosen(field, typed)
    required = required or not marks_change(field)
    if chosen is not None:
        return _drawn(field, error, chosen, current(), part, required)
    drawn = _drawn(field, error, TYPED, current(), part, required)
    return drawn.replace(TYPED, typed) if typed else drawn.replace(NO_VALUE, "").replace(TYPED, "")


@lru_cache(4096)
def _drawn(field: Field, error: str, value: str, _language: str, part: bool, required: bool) -> Markup:
    label, hint, mark = gettext(field.label), gettext(field.hint), _mark(field, required)
    options = _options(field)
    if part and len(options) > LONG:
        options = tuple(o for o in options if o.value in ("", value))
    control = Control(field.name, _answer(field), label, hint, mark, error, value, options)
    return Markup(render(_template(field.name, field.kind.control), control=control))  # noqa: S704 – it escapes


def _chosen(field: Field, typed: str) -> str | None:
    """Which of its few states a control is in; None if it holds whatever text was typed."""
    kind = field.kind
    if isinstance(kind, Tick):
        return typed if typed == "si" else ""
    if not isinstance(kind, Choice):
        return None
    return typed if any(o.value == typed for o in kind.options) else kind.default if isinstance(kind, Country) else ""


def _options(field: Field) -> tuple[Option, ...]:
    return tuple(Option(o.value, gettext(o.label)) for o in _offered(field))


def _offered(field: Field) -> tuple[Option, ...]:
    """The options to draw; none where the answer is typed."""
    kind = field.kind
    if not isinstance(kind, Choice):
        return ()
    return (TO_CHOOSE, *kind.options) if isinstance(kind, LongChoice) else kind.options


def mistakes(group: Group | None, problems: Sequence[Problem], page: str = "") -> tuple[Mistake, ...]:
    """The index of errors; links lead to fields of this page, or of *page*."""
    fields = {f.name: f for f in (TIPOLOGIA, *(group.fields if group else ()))}
    return tuple(
        Mistake(p.field, p.code, error(p), f"{page}#{_to_mend(fields.get(p.field), p.field)}") for p in problems
    )


def _to_mend(field: Field | None, name: str) -> str:
    """The id of the control in which a mistake is put right: of a state, where its name is typed."""
    return field.kind.name_in if field and isinstance(field.kind, Country) else first_id(field, name)


def first_id(field: Field | None, name: str) -> str:
    """The id of the control to go to: radios and ticks add their value to the name."""
    if name in ANCHORS:
        return ANCHORS[name]
    if field and isinstance(field.kind, Choice) and not isinstance(field.kind, LongChoice):
        return f"{name}-{field.kind.options[0].value}"
    return f"{name}-si" if field is None or field.kind.control == "tick" else name


def marks_change(field: Field) -> bool:
    """Whether other answers decide if *field* needs one, while it is shown."""
    decides = REQUIRED_IF.get(field.name)
    return field.required and decides is not None and decides is not ASKED_IF.get(field.name)


def _mark(field: Field, required: bool) -> Markup:
    """What follows the label. Both marks where other answers decide: the stylesheet shows the one that holds as they
    change (`http/applying.py`), and what cannot apply it the one that held when the page was drawn."""
    if not marks_change(field):
        return escape(REQUIRED if field.required else gettext(OPTIONAL))
    hidden = Markup(" hidden")
    return Markup('<span class="serve"{}>{}</span><span class="facoltativo"{}>{}</span>').format(
        "" if required else hidden, REQUIRED, hidden if required else "", gettext(OPTIONAL)
    )


@cache
def _template(name: str, kind: str) -> str:
    """A field's own template if there is one, else its kind's."""
    try:
        environment().get_template(f"fields/{name}.html")
    except TemplateNotFound:
        return f"fields/{kind}.html"
    return f"fields/{name}.html"
