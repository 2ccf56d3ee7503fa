"""Amounts, hours and counts, as people write them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from omnia_com.languages.signs import plain

from .problems import Unreadable


def _whole(digits: str) -> int:
    """The number that *digits* are; of more than 18 only the first 18, already too big for any field."""
    return int(digits.lstrip("0")[:18] or "0")


_EURO = r"(?:€|EURO?)"
_AMOUNT = re.compile(
    rf"(-?) ?{_EURO}? ?(-?) ?([\d.,' ]*?\d)(?:[.,]-{{1,2}})?\.? ?{_EURO}?\.?", re.ASCII | re.IGNORECASE
)
_GROUPED = re.compile(r"\d{1,3}(?:(?P<mark>[.' ,])\d{3})(?:(?P=mark)\d{3})*(?:(?!(?P=mark))[.,]\d{1,2})?", re.ASCII)
_PLAIN = re.compile(r"\d+(?:[.,]\d{1,2})?", re.ASCII)
_THREE_AFTER_A_COMMA = re.compile(r"\d{1,3},\d{3}", re.ASCII)
_HALF_TYPED = re.compile(r"\D*\d{1,3}\.\D*", re.ASCII)
_OTHER_MONEY = re.compile(
    r"[$£¥₣]|\b(?:CHF|SFR|FR|USD|GBP|LIRE?|DOLLARI|FRANCHI|FRANKEN|DOLLARS?|POUNDS?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in euro, read as Italians and their neighbours write it and kept in whole cents.

    A dot before exactly three digits is a thousands mark: 12.000 is twelve thousand; a comma before three is neither.
    The minus may stand before or after the sign of the euro; `,-` stands for no cents.
    """

    most: int = 999_999_999
    control: ClassVar[str] = "decimal"

    def read(self, typed: str) -> int:
        text = plain(typed)
        found = _AMOUNT.fullmatch(text)
        before, after, amount = found.groups() if found and not _HALF_TYPED.fullmatch(text) else ("", "", "")
        value = _cents(amount)
        if value is None:
            raise Unreadable("non_valido", _why_no_amount(text, amount))
        if value and (before or after):
            raise Unreadable("negativo")
        if value > self.most:
            raise Unreadable("troppo_grande")
        return value

    def show(self, value: int) -> str:
        return f"{value // 100:,}".replace(",", ".") + f",{value % 100:02} €"


def _cents(amount: str) -> int | None:
    """The amount in cents; None if it cannot be read, or in more than one way."""
    if _THREE_AFTER_A_COMMA.fullmatch(amount):
        return None
    if grouped := _GROUPED.fullmatch(amount):
        amount = amount.replace(grouped["mark"], "")
    elif not _PLAIN.fullmatch(amount):
        return None
    whole, _, cents = amount.replace(",", ".").partition(".")
    return _whole(whole) * 100 + int(cents.ljust(2, "0"))


def _why_no_amount(text: str, amount: str) -> str:
    if _THREE_AFTER_A_COMMA.fullmatch(amount):
        return "quale"
    if _OTHER_MONEY.search(text):
        return "valuta"
    return "due" if re.search(r"\d ?(?:[-/]| (?:a|o|bis|oder|to|or) ) ?\d", text, re.I) else ""


_DECIMAL = re.compile(r"(-?) ?(\d+)(?:[.,](\d{1,9}))?", re.ASCII)
_HOURS = r"(?:ORE|ORA|H|HH|HRS?|HOURS?|STD|STUNDEN?)\.?"
_MINUTES = r"(?:MINUTI|MINUTEN?|MINUTES?|MINS?|M|')?\.?"
_CLOCK = re.compile(
    rf"(\d{{1,2}}) ?(?::|{_HOURS}(?: ?(?:E|UND|AND))?) ?(\d{{1,2}}) ?{_MINUTES}(?: ?{_HOURS})?", re.ASCII | re.I
)
_AND_A_HALF = re.compile(rf"(\d{{1,2}}) ?(?:{_HOURS} )?E MEZZ[AO](?: {_HOURS})?", re.ASCII | re.I)
_COUNTED = re.compile(rf"(.*?) ?{_HOURS}", re.ASCII | re.IGNORECASE)
_DAYS = re.compile(r"(.*?) ?(?:GIORNI|GIORNO|GIORNATE|GIORNATA|GG|TAGE?N?|DAYS?)\.?", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+", re.ASCII)


def _number(text: str) -> Decimal:
    found = _DECIMAL.fullmatch(text)
    if not found:
        raise Unreadable("non_valido")
    return Decimal(f"{found[1]}{_whole(found[2])}.{found[3] or 0}")


@dataclass(frozen=True, slots=True)
class Hours:
    """A number of hours in steps of a quarter: `37,5`, `40 ore`, `7 h 30`, `20:30`."""

    least: Decimal
    most: Decimal
    control: ClassVar[str] = "decimal"

    def read(self, typed: str) -> Decimal:
        value = _hours(plain(typed).rstrip("."))
        if value % Decimal("0.25"):
            raise Unreadable("non_valido", "quarti")
        if not self.least <= value <= self.most:
            raise Unreadable("fuori_limite")
        return value

    def show(self, value: Decimal) -> str:
        return f"{value.normalize():f}".replace(".", ",")


def _hours(text: str) -> Decimal:
    if clock := _CLOCK.fullmatch(text):
        if int(clock[2]) > 59:
            raise Unreadable("non_valido")
        return Decimal(clock[1]) + Decimal(clock[2]) / 60
    if half := _AND_A_HALF.fullmatch(text):
        return Decimal(half[1]) + Decimal("0.5")
    counted = _COUNTED.fullmatch(text)
    if _THOUSANDS.fullmatch(number := counted[1] if counted else text):
        raise Unreadable("non_valido")
    return _number(number)


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number."""

    least: int
    most: int
    control: ClassVar[str] = "count"

    def read(self, typed: str) -> int:
        text = plain(typed).rstrip(".")
        counted = _DAYS.fullmatch(text)
        number = counted[1] if counted else text
        value = _number(number.replace(".", "") if _THOUSANDS.fullmatch(number) else number)
        if value % 1:
            raise Unreadable("non_intero")
        if not self.least <= value <= self.most:
            raise Unreadable("fuori_limite")
        return int(value)

    def show(self, value: int) -> str:
        return str(value)
