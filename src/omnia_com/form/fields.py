"""The kinds of field: how each reads what was typed, shows the value, and which control draws it.

Reading raises `Unreadable` with a stable code of the domain; an empty answer never reaches a kind.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Protocol


class Unreadable(ValueError):
    """What was typed cannot be an answer to this field; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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


def one_line(typed: str) -> str:
    """The text with every run of white space as one blank, in Unicode's composed form."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


_UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a symbol that show nothing


def seen(text: str) -> int:
    """How many characters of *text* show something."""
    return sum(unicodedata.category(c) != "Cf" and c not in _UNSEEN for c in text)


_ALIKE = str.maketrans(dict.fromkeys("’‘ʼ′`´", "'") | dict.fromkeys("−–—‐‑", "-"))


def _plain(typed: str) -> str:
    """A number, a date or a code as keyboards write it: one kind of digit, of blank, of apostrophe and of dash,
    and none of the invisible signs that come along when text is copied."""
    text = unicodedata.normalize("NFKC", typed.replace("´", "'")).translate(_ALIKE)
    return one_line("".join(c for c in text if unicodedata.category(c) != "Cf"))


def _compact(typed: str) -> str:
    """The text as a machine would have it: plain, no blanks, capitals."""
    return _plain(typed).replace(" ", "").upper()


def _whole(digits: str) -> int:
    """The number that *digits* are; of more than 18 only the first 18, already too big for any field."""
    return int(digits.lstrip("0")[:18] or "0")


@dataclass(frozen=True, slots=True)
class Text:
    """One line of free text; lengths count characters, the shortest those that are seen."""

    longest: int = 200
    shortest: int = 2
    control: ClassVar[str] = "text"

    def read(self, typed: str) -> str:
        text = one_line(typed)
        if len(text) > self.longest:
            raise Unreadable("troppo_lungo")
        if seen(text) < self.shortest:
            raise Unreadable("non_valido")
        return text

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Notes:
    """Free text over several lines; a line end counts as one character, however the browser sends it."""

    longest: int = 2000
    control: ClassVar[str] = "notes"

    def read(self, typed: str) -> str:
        text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if len(text) > self.longest:
            raise Unreadable("troppo_lungo")
        return text

    def show(self, value: str) -> str:
        return value


_DAY_FIRST = re.compile(r"(\d{1,2}) ?([/.-]) ?(\d{1,2}) ?\2 ?(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day: gg/mm/aaaa, g-m-aaaa, gg.mm.aaaa or ISO 8601."""

    control: ClassVar[str] = "short"

    def read(self, typed: str) -> date:
        text = _plain(typed)
        if m := _DAY_FIRST.fullmatch(text):
            day, month, year = m[1], m[3], m[4]
        elif m := _YEAR_FIRST.fullmatch(text):
            year, month, day = m.groups()
        else:
            raise Unreadable("data_inesistente")
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise Unreadable("data_inesistente") from None

    def show(self, value: date) -> str:
        return f"{value:%d/%m}/{value.year:04}"


_AMOUNT = re.compile(r"(-?) ?(?:€|EURO?)? ?(-?) ?([\d.,' ]*?\d) ?(?:€|EURO?)?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:([.' ])\d{3})(?:\1\d{3})*(?:,\d{1,2})?", re.ASCII)
_PLAIN = re.compile(r"\d+(?:[.,]\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in euro, read as Italians write it and kept in whole cents.

    A dot before exactly three digits is a thousands mark: 12.000 is twelve thousand. The minus may stand before
    or after the sign of the euro.
    """

    most: int = 999_999_999
    control: ClassVar[str] = "decimal"

    def read(self, typed: str) -> int:
        found = _AMOUNT.fullmatch(_plain(typed))
        before, after, amount = found.groups() if found else ("", "", "")
        if _GROUPED.fullmatch(amount):
            whole, _, cents = re.sub(r"[.' ]", "", amount).partition(",")
        elif _PLAIN.fullmatch(amount):
            whole, _, cents = amount.replace(",", ".").partition(".")
        else:
            raise Unreadable("non_valido")
        value = _whole(whole) * 100 + int(cents.ljust(2, "0"))
        if value and (before or after):
            raise Unreadable("negativo")
        if value > self.most:
            raise Unreadable("troppo_grande")
        return value

    def show(self, value: int) -> str:
        return f"{value // 100:,}".replace(",", ".") + f",{value % 100:02} €"


_DECIMAL = re.compile(r"(-?) ?(\d+)(?:[.,](\d{1,9}))?", re.ASCII)


def _number(text: str) -> Decimal:
    found = _DECIMAL.fullmatch(text)
    if not found:
        raise Unreadable("non_valido")
    return Decimal(f"{found[1]}{_whole(found[2])}.{found[3] or 0}")


@dataclass(frozen=True, slots=True)
class Hours:
    """A number of hours in steps of a quarter."""

    least: Decimal
    most: Decimal
    control: ClassVar[str] = "decimal"

    def read(self, typed: str) -> Decimal:
        value = _number(_plain(typed))
        if value % Decimal("0.25"):
            raise Unreadable("non_valido")
        if not self.least <= value <= self.most:
            raise Unreadable("fuori_limite")
        return value

    def show(self, value: Decimal) -> str:
        return f"{value.normalize():f}".replace(".", ",")


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number."""

    least: int
    most: int
    control: ClassVar[str] = "count"

    def read(self, typed: str) -> int:
        text = _plain(typed)
        if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text, re.ASCII):
            text = text.replace(".", "")
        value = _number(text)
        if value % 1:
            raise Unreadable("non_intero")
        if not self.least <= value <= self.most:
            raise Unreadable("fuori_limite")
        return int(value)

    def show(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few options, as radio buttons; none is chosen beforehand."""

    options: tuple[Option, ...]
    control: ClassVar[str] = "choice"

    def read(self, typed: str) -> str:
        if typed not in (o.value for o in self.options):
            raise Unreadable("non_valido")
        return typed

    def show(self, value: str) -> str:
        return next(o.label for o in self.options if o.value == value)


@dataclass(frozen=True, slots=True)
class LongChoice(Choice):
    """One of many options, as a drop-down list; with a default, an empty answer means that one."""

    default: str = ""
    control: ClassVar[str] = "long_choice"


def folded(name: str) -> str:
    """A name as people compare names: no accents, no case, one kind of apostrophe and of dash."""
    letters = one_line(name.translate(_ALIKE)).casefold().replace("æ", "ae").replace("ø", "o")
    return "".join(c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class Country(LongChoice):
    """A state, by its code or by its name. The list offers the `near` ones; for the others one types the name
    (the list of all two hundred would be a quarter of the page's bytes, and hardly anybody needs it)."""

    near: frozenset[str] = frozenset()
    control: ClassVar[str] = "country"

    def read(self, typed: str) -> str:
        code, name = _compact(typed), folded(typed)
        for option in self.options:
            if code == option.value or name == folded(option.label):
                return option.value
        alike = [o.value for o in self.options if folded(o.label).startswith(name)]
        if len(alike) != 1 or len(name) < 4:
            raise Unreadable("non_valido")
        return alike[0]


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
    """A number with a check digit; blanks, dots, dashes and slashes between its characters do not matter."""

    is_valid: Callable[[str], bool]
    prefix: str = ""
    control: ClassVar[str] = "short"

    def read(self, typed: str) -> str:
        code = re.sub(r"[./-]", "", _compact(typed)).removeprefix(self.prefix)
        if not self.is_valid(code):
            raise Unreadable("non_valido")
        return code

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class PlaceName:
    """The name of a town; rules check it, for they know the state and the province."""

    control: ClassVar[str] = "text"

    def read(self, typed: str) -> str:
        return one_line(typed)

    def show(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode as it is written in its own country; a rule checks the Italian ones."""

    control: ClassVar[str] = "short"

    def read(self, typed: str) -> str:
        return _plain(typed)

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
        text = one_line("".join(c for c in text if unicodedata.category(c) != "Cf"))
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
        text = _plain(typed)
        digits = sum(c in "0123456789" for c in text)
        strange = _has_control_characters(typed.strip()) or not set(text) <= set("+0123456789 .-/()")
        plus_first = "+" not in text.lstrip(" (")[1:]
        if strange or not plus_first or not self.least <= digits <= self.most or len(text) > self.longest:
            raise Unreadable("non_valido")
        return text

    def show(self, value: str) -> str:
        return value
