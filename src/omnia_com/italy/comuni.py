"""Comuni by the names that people give them, within a province.

A name is compared by its letters alone. It is the official one, one that another language has for it, or both in any
order; or a shortened one, where only one comune of the province can be meant: "S. Giovanni", "Reggio Calabria",
"Cernusco s/N".
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from omnia_com.languages.signs import folded, letters

from .places import provinces, spellings, table


class Comune(NamedTuple):
    """A comune, every province in which it is right to put it, and its postcodes (ends included, if the table has
    any). In Sardinia a comune has had up to three provinces since 2006, and offices do not agree on the last."""

    nome: str
    sigle: tuple[str, ...]
    caps: tuple[str, str] | None


LONGEST = 100  # characters of what can be a name, with all that people put around it
ByName = dict[str, Comune | None]  # None: more than one would fit
_SIGLA = re.compile(r"(.+?)[\s,(/-]+(?:prov(?:incia|\.)?\s*(?:di\s+)?)?\(?([a-z]{2})\)?\s*", re.I)
_KIND = re.compile(r"(?:comune|città|gemeinde|stadt|municipality|city|town)\s+(?:di|of|d['’])?\s*", re.I)
_PARTS = re.compile(r"\s*/\s*|\s+[-–]\s+|\s*[()]\s*")
_SMALL = re.compile(r"\b(?:d[ei]i?|dell[aeo]?|del|degli|alla?|in|nel|nell[ao]?|sul|sull[ao]?|d)\b['’]?\s*")
_SAINT = re.compile(
    r"\b(?:s\.?\s?t[aeio]\b|ss?\b|st[aeo]?\b|skt\b|sankt|sainte?|san|sant|sant[aeio]|santissim[ao])\b[.'’\s-]*"
)
_HOLY = "\N{CROSS OF LORRAINE}"  # San, Santa, Santi, Sankt, Saint…: for names that are one but for it
_CONTRACTED = re.compile(r"\b(\w{1,5})\.\s?(te|ti|to|ta|go|lo|la|no|co|ra|lli|ne)\b")


def find(name: str, sigla: str) -> Comune | None:
    """The comune that *name* means in a province; None if there is none, or if more than one could be meant."""
    if len(name) > LONGEST:
        return None
    if found := _first(_by_keys(name, sigla)):
        return found
    if (told := _SIGLA.fullmatch(name)) and told[2].upper() in dict(provinces()):
        found = find(told[1], sigla)
        return found if found and told[2].upper() in found.sigle else None
    parts = (comune for part in _PARTS.split(name) for comune in _by_keys(part, sigla))
    return _first(parts) or _only(_abbreviated(name, sigla))


def ambiguous(name: str, sigla: str) -> bool:
    """Whether *name* fits several comuni of the province."""
    if len(name) > LONGEST or find(name, sigla):
        return False
    return any(key in _loosely().get(sigla, {}) for key in _loose_keys(name)) or len(_abbreviated(name, sigla)) > 1


def elsewhere(name: str, sigla: str) -> tuple[Comune, ...]:
    """The comuni of that name in other provinces than *sigla*."""
    others = (each for each, _ in provinces() if each != sigla and len(name) <= LONGEST)
    found = (comune for each in others for comune in _by_keys(name, each) if comune)
    return tuple(dict.fromkeys(found))


def names(sigla: str) -> tuple[str, ...]:
    """The names of the comuni of a province, in alphabetical order."""
    return tuple(c.nome for c in _of_province().get(sigla, ()))


def _only(those: set[Comune]) -> Comune | None:
    return next(iter(those)) if len(those) == 1 else None


def _first(those: Iterable[Comune | None]) -> Comune | None:
    return next((comune for comune in those if comune), None)


def _by_keys(name: str, sigla: str) -> Iterator[Comune | None]:
    exact, loose = _exactly().get(sigla, {}), _loosely().get(sigla, {})
    for text in (name, _KIND.sub("", name, count=1) if _KIND.match(name) else name):
        yield from (exact.get(key) for key in spellings(text))
        yield from (loose.get(key) for key in _loose_keys(text))


@cache
def _all() -> tuple[tuple[str, Comune], ...]:
    """(Belfiore code, comune) of all of them, by name."""
    sardinian = {r["belfiore"]: tuple(r["sigle"].split()) for r in table("comuni_sardi")}
    rows = ((r["belfiore"], r["nome"], r["sigla"], r["cap"].partition("-")) for r in table("comuni"))
    return tuple(
        (code, Comune(name, sardinian.get(code, (sigla,)), (first, last or first) if first else None))
        for code, name, sigla, (first, _, last) in rows
    )


@cache
def _of_province() -> dict[str, tuple[Comune, ...]]:
    found: dict[str, list[Comune]] = {}
    for _, comune in _all():
        for sigla in comune.sigle:
            found.setdefault(sigla, []).append(comune)
    return {sigla: tuple(those) for sigla, those in found.items()}


@cache
def _called() -> dict[Comune, tuple[str, ...]]:
    """What each comune is called: its name, each half of a double one, the names that other languages have for it."""
    others: dict[str, list[str]] = {}
    for row in (*table("comuni_altre_lingue"), *table("comuni_nel_mondo")):
        others.setdefault(row["belfiore"], []).append(row["nome"])
    return {c: tuple(dict.fromkeys((c.nome, *_halves(c.nome), *others.get(code, [])))) for code, c in _all()}


def _halves(name: str) -> tuple[str, ...]:
    """The two names of "Presicce-Acquarica"; none of "Saint-Denis", which is one."""
    halves = tuple(name.split("-"))
    return () if len(halves) != 2 or any(_SAINT.fullmatch(half.casefold()) for half in halves) else halves


def _index(keys: dict[Comune, tuple[str, ...]]) -> dict[str, ByName]:
    """Province -> key -> the one comune that has it."""
    known: dict[str, ByName] = {}
    for comune, its in keys.items():
        for sigla in comune.sigle:
            of_province = known.setdefault(sigla, {})
            for key in its:
                of_province[key] = comune if of_province.get(key, comune) is comune else None
    return known


@cache
def _exactly() -> dict[str, ByName]:
    """By whole names, and by two of them in any order; an official name goes before whatever else is alike."""
    both = {c: (*its, *(a + b for a in its for b in its if a != b)) for c, its in _called().items()}
    known = _index({c: tuple(key for name in its for key in spellings(name)) for c, its in both.items()})
    for sigla, of_province in _of_province().items():
        known[sigla] |= {letters(c.nome): c for c in of_province}
    return known


@cache
def _loosely() -> dict[str, ByName]:
    return _index({c: tuple(key for name in its for key in _loose_keys(name)) for c, its in _called().items()})


def _loose_keys(name: str) -> tuple[str, ...]:
    """The name without small words, with every San and Santa the same; also without the blank that "Sanremo" lacks."""
    text = _SAINT.sub(_HOLY, folded(name))
    key = _letters(_SMALL.sub("", text))
    joined = re.fullmatch("(?:sant[aeio]?|san)(.{4,})", key)
    return tuple(k for k in (key, _HOLY + joined[1] if joined else "") if k.strip(_HOLY))


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum() or c == _HOLY)


def _abbreviated(name: str, sigla: str) -> set[Comune]:
    """The comuni of the province of which *name* abbreviates words: "Sesto S. Giov.", "Cernusco s/N", "M.te"; the one
    that it fits alone when read one way, else all that it fits."""
    text, found = _CONTRACTED.sub(r"\1*\2.", folded(name)), set[Comune]()
    for written in (text, _SAINT.sub(_HOLY + " ", text)):
        fits = _as_abbreviation(re.findall(rf"[\w*{_HOLY}]+\.?", written))
        meant = {c for c in _of_province().get(sigla, ()) if fits and any(map(fits.fullmatch, _words(c)))}
        if len(meant) == 1:
            return meant
        found |= meant
    return found


def _as_abbreviation(parts: list[str]) -> re.Pattern[str] | None:
    """What the words look like of which some *parts* are the beginnings; None without a whole one, or of whole ones."""
    cut = [part.endswith(".") or (len(part) == 1 and part != _HOLY) for part in parts]
    if all(cut) or not any(cut) or not any(len(part) > 2 for part in parts):
        return None
    words = (re.escape(part.rstrip(".")).replace(r"\*", r"\w*") for part in parts)
    return re.compile(" ".join(word + r"\w*" * short for word, short in zip(words, cut, strict=True)))


@cache
def _words(comune: Comune) -> tuple[str, ...]:
    """Its name by words: all of them or without the small ones, with every San and Santa the same or as they are."""
    text = folded(comune.nome)
    holy = _SAINT.sub(_HOLY + " ", text)
    written = (text, holy, _SMALL.sub("", text), _SMALL.sub("", holy))
    return tuple(dict.fromkeys(" ".join(re.findall(rf"[\w{_HOLY}]+", t)) for t in written))
