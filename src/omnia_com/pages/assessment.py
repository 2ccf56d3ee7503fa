"""What the judges of accessibility said last: `make accessibility` writes it, the statement shows it."""

from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

FILE = "accessibilita.json"


class Check(msgspec.Struct, frozen=True):
    """A judge, the languages whose pages it saw, and how many faults it found."""

    name: str
    languages: tuple[str, ...]
    faults: int


class Results(msgspec.Struct, frozen=True):
    """`pages`: how many pages and states each judge saw."""

    day: date
    pages: int
    checks: tuple[Check, ...]

    @property
    def faults(self) -> int:
        return sum(check.faults for check in self.checks)


@cache
def latest() -> Results:
    return msgspec.json.decode((files("omnia_com.pages") / FILE).read_bytes(), type=Results)
