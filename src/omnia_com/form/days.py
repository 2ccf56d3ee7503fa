"""A calendar day, as people write it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import ClassVar

from omnia_com.languages.names import months, weekdays
from omnia_com.languages.signs import plain

from .problems import Unreadable

# Beside CLDR's names of the months, those of our neighbours, and how a keyboard without ä writes them.
ALSO = {("jänner", 1), ("jaenner", 1), ("feber", 2), ("maerz", 3)}
_WORDS_BEFORE = "il|dal|am|der|den|ab|the|on|from"
_FIRST = re.compile(r"^(?:primo|erster|ersten|first) ")
_GAP = r" ?[/., -] ?"
_DAY_FIRST = re.compile(rf"(\d{{1,2}}){_GAP}(\d{{1,2}}){_GAP}(\d{{4}}|\d{{2}})", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_GAP}(\d{{1,2}}){_GAP}(\d{{1,2}})", re.ASCII)
_DIGITS = re.compile(r"(\d{2})(\d{2})(\d{4})", re.ASCII)
_DIGITS_OF_ISO = re.compile(r"(20\d{2})(\d{2})(\d{2})", re.ASCII)
_NTH = r"(\d{1,2})(?: ?(?:st|nd|rd|th|[°ºª.]|o(?= )))?"
_WORD, _MARK, _OR_NOT = r"([a-z]{3,})\.?", r"[ /.,-]+", r"[ /.,-]*"
_IN_WORDS = re.compile(rf"{_NTH}{_OR_NOT}(?:of |di )?{_WORD}{_OR_NOT}(?:del |de |of )?'?(\d{{4}}|\d{{2}})", re.ASCII)
_WORD_FIRST = re.compile(rf"{_WORD} {_NTH},? (\d{{4}})", re.ASCII)
_NO_YEAR = re.compile(
    rf"\d{{1,2}}{_MARK}\d{{1,2}}{_OR_NOT}|{_NTH}{_OR_NOT}(?:of |di )?{_WORD}{_OR_NOT}|{_WORD} {_NTH}", re.ASCII
)
_NO_DAY = re.compile(rf"(?:\d{{1,2}}|{_WORD}){_MARK}\d{{4}}|\d{{4}}{_MARK}(?:\d{{1,2}}|{_WORD})", re.ASCII)
_YEAR = re.compile(r"\b\d{4}\b", re.ASCII)
LONGEST = 60  # characters of a date with all its words


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day: gg/mm/aaaa with any mark between the numbers or none, ISO 8601, the month in words.

    Two digits of a year are of this century.
    """

    control: ClassVar[str] = "short"

    def read(self, typed: str) -> date:
        text = _bare(typed)
        found = _numbers(text) if len(text) <= LONGEST else None
        if not found:
            raise Unreadable("data_illeggibile", _lacking(text[:LONGEST]))
        year, month, day = found
        try:
            return date(year, month, day)
        except ValueError:
            raise Unreadable("data_inesistente", _why(year, month, day)) from None

    def show(self, value: date) -> str:
        return f"{value:%d/%m}/{value.year:04}"


def _bare(typed: str) -> str:
    """What stands between a weekday or "il" and a last full stop, in small letters without accents."""
    return _FIRST.sub("1 ", _before().sub("", _letters(typed)))


def _letters(typed: str) -> str:
    """Small, without accents and without a last full stop."""
    text = unicodedata.normalize("NFD", plain(typed).casefold())
    return "".join(c for c in text if not unicodedata.combining(c)).rstrip(".,; ")


@cache
def _before() -> re.Pattern[str]:
    week = "|".join(sorted(map(re.escape, map(_letters, weekdays())), key=len, reverse=True))
    return re.compile(rf"(?:(?:{week}|{_WORDS_BEFORE})[ ,.]+)*")


@cache
def _names() -> frozenset[tuple[str, int]]:
    """(name, number) of each month in each language of the service; a beginning of three letters is enough."""
    return frozenset((_letters(name), number) for name, number in months() | ALSO)


def _numbers(text: str) -> tuple[int, int, int] | None:
    """Year, month and day, whether or not there is such a day; None if *text* does not read as a date."""
    if m := _DAY_FIRST.fullmatch(text):
        return _year(m[3]), int(m[2]), int(m[1])
    if m := _YEAR_FIRST.fullmatch(text):
        return int(m[1]), int(m[2]), int(m[3])
    if m := _DIGITS.fullmatch(text):
        iso = _DIGITS_OF_ISO.fullmatch(text)
        return (int(iso[1]), int(iso[2]), int(iso[3])) if iso and m[2] > "12" else (int(m[3]), int(m[2]), int(m[1]))
    if (m := _IN_WORDS.fullmatch(text)) and (month := _month(m[2])):
        return _year(m[3]), month, int(m[1])
    if (m := _WORD_FIRST.fullmatch(text)) and (month := _month(m[1])):
        return int(m[3]), month, int(m[2])
    return None


def _year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _month(word: str) -> int:
    """The month of which *word* is a name or its beginning; 0 for none."""
    fitting = {number for name, number in _names() if name.startswith(word)}
    return fitting.pop() if len(fitting) == 1 else 0


def _lacking(text: str) -> str:
    """What keeps *text* from being a date, as far as can be told."""
    if len(_YEAR.findall(text)) > 1:
        return "due"
    words = re.findall("[a-z]{3,}", text)
    if not all(map(_month, words)):
        return ""
    if _NO_YEAR.fullmatch(text):
        return "senza_anno"
    return "senza_giorno" if _NO_DAY.fullmatch(text) else ""


def _why(year: int, month: int, day: int) -> str:
    """Whether it would be a day with its month and its day the other way round."""
    try:
        return "mese_prima" if date(year, day, month) and month > 12 else ""
    except ValueError:
        return ""
