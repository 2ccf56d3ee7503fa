"""The kinds of field: how each reads what was typed, shows the value, and which control draws it.

Reading raises `Unreadable` with a stable code of the domain; an empty answer never reaches a kind. The kinds of days
and of numbers are in `days.py` and `numbers.py`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from omnia_com.italy import states
from omnia_com.languages.signs import compact, one_line, plain, seen, without_leftovers, without_unseen

from .problems import Unreadable


class Kind(Protocol):
    @property
    def control(self) -> str:
        """The name of the template that draws the field."""

    def read(self, typed: str) -> Any: ...

    def show(self, value: Any) -> str: ...


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One thing asked. `required` is what the law wants at sending; drafts may lack anything."""

    name: str
    label: str
    kind: Kind
    required: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of free text; lengths count characters, the shortest those that are seen."""

    longest: int = 200
    shortest: int = 2
    control: ClassVar[str] = "text"

    def read(self, typed: str) -> str:
        text = one_line(without_leftovers(typed))
        if len(text) > self.longest:
            raise Unreadable("troppo_lungo")
        if (shown := seen(text)) < self.shortest:
            raise Unreadable("non_valido", "" if shown else "niente")
        return text

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Notes:
    """Free text over several lines; a line end counts as one character, however the browser sends it."""

    longest: int = 2000
    control: ClassVar[str] = "notes"

    def read(self, typed: str) -> str:
        lines = without_leftovers(typed).replace("\r\n", "\n").replace("\r", "\n")
        text = unicodedata.normalize("NFC", lines).strip()
        if len(text) > self.longest:
            raise Unreadable("troppo_lungo")
        return text

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few options, as radio buttons; none is chosen beforehand."""

    options: tuple[Option, ...]
    control: ClassVar[str] = "choice"

    def offers(self, value: str) -> bool:
        """Whether *value*, once read, is one of ours; else it is the person's own words."""
        return any(o.value == value for o in self.options)

    def read(self, typed: str) -> str:
        if not self.offers(typed):
            raise Unreadable("non_valido")
        return typed

    def show(self, value: str) -> str:
        return next(o.label for o in self.options if o.value == value)


@dataclass(frozen=True, slots=True)
class LongChoice(Choice):
    """One of many options, as a drop-down list."""

    control: ClassVar[str] = "long_choice"


ABROAD = "estero"  # posted for any state but Italy


@dataclass(frozen=True, slots=True)
class Country(Choice):
    """A state: Italy, which an empty answer means, or another, whose name stands in the field `name_in`.

    A code or a name in its own place is understood too. The value is the code; `ABROAD` while there is no name; a name
    that no state has, or more than one, as it was typed: a rule says what is to be done.
    """

    name_in: str
    default: str = states.ITALY
    control: ClassVar[str] = "country"

    def offers(self, value: str) -> bool:
        return value in states.names() or Choice.offers(self, value)

    def read(self, typed: str) -> str:
        text = one_line(without_leftovers(typed))
        return ABROAD if text == ABROAD else states.code_of(text) or text

    def show(self, value: str) -> str:
        return Choice.show(self, value) if Choice.offers(self, value) else states.names().get(value, value)


@dataclass(frozen=True, slots=True)
class StateName:
    """The name that completes the answer `of` a `Country`: no answer by itself."""

    of: str
    control: ClassVar[str] = "state_name"

    def read(self, typed: str) -> str:
        return one_line(without_leftovers(typed))

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick: it posts `si`, or nothing."""

    control: ClassVar[str] = "tick"

    def read(self, typed: str) -> bool:
        if typed != "si":
            raise Unreadable("non_valido")
        return True

    def show(self, value: bool) -> str:
        return "Sì" if value else "No"


@dataclass(frozen=True, slots=True)
class Code:
    """A number with a check digit; blanks, dots, dashes and slashes between its characters do not matter, nor does a
    `prefix` before one that is right without it. `lengths`: how many characters it may have."""

    is_valid: Callable[[str], bool]
    lengths: tuple[int, ...]
    prefix: str = ""
    control: ClassVar[str] = "short"

    def read(self, typed: str) -> str:
        whole = re.sub(r"[./-]", "", compact(typed))
        for code in (whole, whole.removeprefix(self.prefix)):
            if self.is_valid(code):
                return code
        bare = whole.removeprefix(self.prefix)
        raise Unreadable("non_valido", "" if {len(whole), len(bare)} & {*self.lengths} else "lunghezza")

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class PlaceName:
    """The name of a town; rules check it, for they know the state and the province."""

    control: ClassVar[str] = "text"

    def read(self, typed: str) -> str:
        return one_line(without_leftovers(typed))

    def show(self, value: str) -> str:
        return value


_ITALIAN_CAP = re.compile(r"(?:IT?)[ -]*(\d{5})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode as it is written in its own country; a rule checks the Italian ones, read without an `I-` before."""

    control: ClassVar[str] = "short"

    def read(self, typed: str) -> str:
        code = plain(typed)
        italian = _ITALIAN_CAP.fullmatch(code)
        return italian[1] if italian else code

    def show(self, value: str) -> str:
        return value


def _has_control_characters(text: str) -> bool:
    """Line ends and the like, which no box of one line lets type: they would forge the headers of a message."""
    return any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp") for c in text)


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address, as lenient as sending to it allows; domains may have letters of any alphabet."""

    longest: int = 254
    control: ClassVar[str] = "email"

    def read(self, typed: str) -> str:
        text = typed.strip(" \t\xa0")
        if _has_control_characters(text):
            raise Unreadable("non_valido")
        text = one_line(without_unseen(text))
        name, _, domain = text.partition("@")
        parts = domain.split(".")
        right = name and "@" not in domain and len(parts) > 1 and all(1 <= len(part) <= 63 for part in parts)
        if not right or len(text) > self.longest or any(c in ' <>()[],;:\\"' for c in text):
            raise Unreadable("non_valido")
        return text

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number of any country, as people write it."""

    least: int = 5
    most: int = 15
    longest: int = 40
    control: ClassVar[str] = "phone"

    def read(self, typed: str) -> str:
        text = plain(typed)
        digits = sum(c in "0123456789" for c in text)
        strange = _has_control_characters(typed.strip()) or not set(text) <= set("+0123456789 .-/()")
        plus_first = "+" not in text.lstrip(" (")[1:]
        if strange or not plus_first or not self.least <= digits <= self.most or len(text) > self.longest:
            raise Unreadable("non_valido")
        return text

    def show(self, value: str) -> str:
        return value
