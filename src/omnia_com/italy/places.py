"""States, provinces and birthplaces, from the tables in `data/` (see NOTICE.txt there)."""

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

ITALY = "IT"
SARDINIA = "Sardegna"


def _table(name: str) -> list[dict[str, str]]:
    text = (files("omnia_com.italy.data") / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def states() -> tuple[tuple[str, str], ...]:
    """(code, Italian name) of Italy and of each state that exists today, by Belfiore code `Z…`."""
    return ((ITALY, "Italia"), *((r["belfiore"], r["nome"]) for r in _table("stati") if r["attivo"] == "1"))


NEAR = frozenset(code for code, _ in states() if code == ITALY or code.startswith("Z1"))  # Z1…: Europe


@cache
def provinces() -> tuple[tuple[str, str], ...]:
    """(sigla, name), by name."""
    return tuple((r["sigla"], r["nome"]) for r in sorted(_table("province"), key=lambda r: r["nome"]))


@cache
def _birthplaces() -> dict[str, tuple[str, str]]:
    return {r["belfiore"]: (r["nome"], r["sigla"]) for r in _table("luoghi_nascita")}


def birthplace(belfiore: str) -> tuple[str, str]:
    """(name, sigla) of a place by its Belfiore code, ceased ones included; an unknown code names itself."""
    return _birthplaces().get(belfiore, (belfiore, ""))


class Comune(NamedTuple):
    """A comune and its postcodes, ends included; none if the table has none."""

    nome: str
    sigla: str
    caps: tuple[str, str] | None


def letters(name: str) -> str:
    """A name as people compare names: letters and digits alone, without accents and case."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if c.isalnum())


def comune(name: str, sigla: str) -> Comune | None:
    """The comune of this name in a province; of a name that people shorten, if only one can be meant.

    Anywhere in Sardinia for a Sardinian province: they changed in 2025/26 and the table has the old ones.
    """
    known = [known for table in (_by_province(), _short()) for known in _of(sigla, table)]
    typed = map(letters, (name, *name.split("/")))  # "Bolzano/Bozen"
    return next((names[text] for text in typed for names in known if text in names), None)


def comuni(sigla: str) -> tuple[str, ...]:
    """The names of the comuni of a province, in alphabetical order; of all Sardinia for a Sardinian one."""
    return tuple(sorted((c.nome for known in _of(sigla, _by_province()) for c in known.values()), key=letters))


def _of(sigla: str, table: dict[str, dict[str, Comune]]) -> list[dict[str, Comune]]:
    return [table.get(each, {}) for each in (_sardinian() if sigla in _sardinian() else (sigla,))]


@cache
def _sardinian() -> tuple[str, ...]:
    return tuple(r["sigla"] for r in _table("province") if r["regione"] == SARDINIA)


@cache
def _by_province() -> dict[str, dict[str, Comune]]:
    known: dict[str, dict[str, Comune]] = {}
    for r in _table("comuni"):
        first, _, last = r["cap"].partition("-")
        caps = (first, last or first) if first else None
        known.setdefault(r["sigla"], {})[letters(r["nome"])] = Comune(r["nome"], r["sigla"], caps)
    return known


_SMALL_WORDS = re.compile(r"\b(?:d[ei]i?|dell[aeo]?|del|degli|alla?|in|nel|nell[ao]?|sul|sull[ao]?|d)\b['’]?\s*", re.I)


@cache
def _short() -> dict[str, dict[str, Comune]]:
    """Shortened names: without small words ("Reggio Calabria"), one half of a double name ("Doberdò del Lago")."""
    short: dict[str, dict[str, Comune]] = {}
    for sigla, known in _by_province().items():
        meant: dict[str, set[Comune]] = {}
        for c in known.values():
            for name in (_SMALL_WORDS.sub("", c.nome), *c.nome.split("-")):
                meant.setdefault(letters(name), set()).add(c)
        short[sigla] = {name: of.pop() for name, of in meant.items() if len(of) == 1}
    return short
