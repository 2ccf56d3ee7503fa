"""States by the names that people give them: Italian, German, English, the country's own, and the common ones."""

import re
from functools import cache

from omnia_com.languages.names import territories
from omnia_com.languages.signs import letters

from . import places

ITALY = "IT"
FOREIGN = "EE"  # stands for a province in the table of birthplaces
SHORTEST, LONGEST = 4, 100  # letters of a beginning that can mean a name, characters of a whole one
_ARTICLE = re.compile(r"(?:il|lo|la|i|gli|le|the|die|der|das|les|los|las)\s+(?=\S)|l['’]\s*(?=\S)", re.I)
_HEAD = re.compile(
    r"(?:(?:repubblica|regno|principato|granducato|sultanato|stato|republic|kingdom|principality|state|r[eé]publique"
    r"|rep[uú]blica|royaume|reino)\s+(?:dell['’]|d['’]|del|della|dello|dei|degli|delle|di|of\s+the|of|de\s+la|de|du)"
    r"|(?:republik|königreich|koenigreich|fürstentum|großherzogtum)(?:\s+(?:der|des))?)\s*(?=\S)",
    re.I,
)


@cache
def names() -> dict[str, str]:
    """Code (`IT`, or Belfiore `Z…`) -> Italian name, of Italy and of each state that exists today."""
    return {ITALY: "Italia"} | {r["belfiore"]: r["nome"] for r in places.table("stati") if r["attivo"] == "1"}


def code_of(typed: str) -> str:
    """The code of the state that is meant by a code or by a name; '' if none is, or more than one."""
    meant = fitting(typed)
    return next(iter(meant)) if len(meant) == 1 else ""


def fitting(typed: str) -> frozenset[str]:
    """The codes of the states that *typed* can mean. A whole name means its own; a beginning all that it fits."""
    text = " ".join(typed[: LONGEST + 1].split())
    if len(text) > LONGEST:
        return frozenset()
    for name in _with_less(text):
        if found := _by_name().get(letters(name)):
            return frozenset({found})
    return _beginning(letters(text))


def _with_less(text: str) -> tuple[str, ...]:
    """The name as it is, without its article, without "Repubblica di…"."""
    bare = _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text
    head = _HEAD.match(bare)
    return (text, bare, bare[head.end() :]) if head else (text, bare)


def _beginning(start: str) -> frozenset[str]:
    """Those with a name that begins so, and those with a word that does: then it is no beginning of one name alone."""
    if len(start) < SHORTEST:
        return frozenset()
    begins = {code for name, code in _by_name().items() if name.startswith(start)}
    return frozenset(begins | {code for word, code in _words() if word.startswith(start)}) if begins else frozenset()


@cache
def _by_name() -> dict[str, str]:
    """Letters of a name, or of a code -> code. The Italian name goes before what other languages call another state."""
    known = {letters(code): code for code in names()}
    known |= {letters(name): code for code, name in names().items()}
    for code, name in _others():
        for spelling in places.spellings(name):
            known.setdefault(spelling, code)
    return known


@cache
def _others() -> tuple[tuple[str, str], ...]:
    """(code, name): the names of the table, and those of a language of the service that the table does not have."""
    listed = tuple((row["belfiore"], row["nome"]) for row in places.table("stati_nomi"))
    known = {letters(name): code for code, name in (*listed, *names().items())}
    italian, *rest = territories()
    codes = {iso: known[letters(name)] for iso, name in italian.items() if letters(name) in known and len(iso) == 2}
    found = ((codes[iso], name) for language in rest for iso, name in language.items() if iso in codes)
    return listed + tuple(dict.fromkeys((code, name) for code, name in found if letters(name) not in known))


@cache
def _words() -> tuple[tuple[str, str], ...]:
    """(letters of a name from its second word on, or a later one, code)."""
    every = (*names().items(), *_others())
    starts = ((code, name[m.start() :]) for code, name in every for m in re.finditer(r"(?<=[\s'’-])\w", name))
    return tuple((letters(rest), code) for code, rest in starts)
