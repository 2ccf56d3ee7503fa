"""Provinces and birthplaces, from the tables in `data/` (see NOTICE.txt there), and what all tables of places share."""

import csv
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from omnia_com.languages.signs import letters

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def table(name: str) -> list[dict[str, str]]:
    text = (files("omnia_com.italy.data") / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def spellings(name: str) -> Iterator[str]:
    """The letters of *name*, and as who has no ä, ö or ü writes it."""
    yield letters(name)
    yield letters(unicodedata.normalize("NFC", name).translate(_UMLAUTS))


@cache
def provinces() -> tuple[tuple[str, str], ...]:
    """(sigla, name), by name. Of Sardinia the new ones and those before them: offices have both in their lists."""
    return tuple((r["sigla"], r["nome"]) for r in sorted(table("province"), key=lambda r: letters(r["nome"])))


@cache
def _birthplaces() -> dict[str, tuple[str, str]]:
    return {r["belfiore"]: (r["nome"], r["sigla"]) for r in table("luoghi_nascita")}


def birthplace(belfiore: str) -> tuple[str, str]:
    """(name, sigla) of a place by its Belfiore code, ceased ones included; an unknown code names itself."""
    return _birthplaces().get(belfiore, (belfiore, ""))


def ceased(name: str, sigla: str) -> bool:
    """Whether a comune of the province *sigla*, or with `EE` a state, once had this name and today none has."""
    return letters(name) in _ceased().get(sigla, frozenset())


@cache
def _ceased() -> dict[str, frozenset[str]]:
    past: dict[str, set[str]] = {}
    for r in table("luoghi_nascita"):
        if r["attivo"] == "0":
            past.setdefault(r["sigla"], set()).add(letters(r["nome"]))
    return {sigla: frozenset(names) for sigla, names in past.items()}
