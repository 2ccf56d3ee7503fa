"""States, provinces and birthplaces, from the tables in `data/` (see NOTICE.txt there)."""

import csv
from functools import cache
from importlib.resources import files

ITALY = "IT"


def _table(name: str) -> list[dict[str, str]]:
    text = (files("omnia_com.data") / f"{name}.csv").read_text(encoding="utf-8")
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
