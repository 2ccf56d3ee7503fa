"""Codice fiscale and partita IVA: check characters, and what a codice fiscale says about a birth.

Source: D.M. 23 dicembre 1976 (G.U. n. 345 del 29/12/1976), and its rule of *omocodia*: where two people would
share a code, one or more of its seven digits become letters (0–9 → LMNPQRSTUV).
Callers pass capitals without blanks; anything else is simply not valid.
"""

import re
from collections.abc import Iterator
from datetime import date

DIGIT = "[0-9LMNPQRSTUV]"
SHAPE = re.compile(rf"[A-Z]{{6}}{DIGIT}{{2}}[ABCDEHLMPRST]{DIGIT}{{2}}[A-Z]{DIGIT}{{3}}[A-Z]")
MONTHS = "ABCDEHLMPRST"
OMOCODIA = str.maketrans("LMNPQRSTUV", "0123456789")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
WOMEN = 40  # added to the day of birth
YOUNGEST, OLDEST = 14, 113  # ages by which an ambiguous century is chosen


def check_character(first15: str) -> str:
    """The sixteenth character. Raises `ValueError` if *first15* is not 15 capitals and digits."""
    if not re.fullmatch("[A-Z0-9]{15}", first15):
        raise ValueError("servono 15 lettere maiuscole o cifre")
    values = [int(c) if c.isdigit() else ALPHABET.index(c) for c in first15]
    return ALPHABET[(sum(ODD[v] for v in values[::2]) + sum(values[1::2])) % 26]


def is_valid(cf: str) -> bool:
    """Whether *cf* is a person's codice fiscale: shape, a day that exists, check character; omocodia allowed."""
    return bool(SHAPE.fullmatch(cf)) and any(_births(cf, (1900, 2000))) and check_character(cf[:15]) == cf[15]


def birth(cf: str, today: date) -> tuple[date | None, str]:
    """Day of birth and Belfiore code of the birthplace, as far as *cf* tells: `(None, "")` if it tells nothing.

    The check character is not asked to be right. Of the possible centuries, the one that gives an age
    between 14 and 113 on *today*, the later if both do; failing that the latest that is not in the future.
    """
    if not SHAPE.fullmatch(cf):
        return None, ""
    century = today.year // 100 * 100
    past = [day for day in _births(cf, (century, century - 100, century - 200)) if day <= today]
    likely = [day for day in past if YOUNGEST <= _age(day, today) <= OLDEST]
    return next(iter(likely or past), None), cf[11] + cf[12:15].translate(OMOCODIA)


def _births(cf: str, centuries: tuple[int, ...]) -> Iterator[date]:
    year, day = int(cf[6:8].translate(OMOCODIA)), int(cf[9:11].translate(OMOCODIA))
    for century in centuries:
        try:
            yield date(century + year, MONTHS.index(cf[8]) + 1, day - WOMEN if day > WOMEN else day)
        except ValueError:
            continue


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def partita_iva_is_valid(number: str) -> bool:
    """Whether *number* is 11 digits with the right check digit; also the rule of an 11-digit codice fiscale."""
    if not re.fullmatch("[0-9]{11}", number) or not int(number):
        return False
    doubled = (2 * int(d) for d in number[1::2])
    return (sum(map(int, number[::2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0
