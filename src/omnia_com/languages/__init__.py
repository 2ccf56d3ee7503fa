"""The languages of the pages: Italian, in which all is written, and one gettext catalogue for each other.

A catalogue is a file `<code>.po` beside this one; the messages' ids are the Italian sentences. The language of a
request is set by `front.py` before anything else happens, and is whatever stands in `_current` from then on.
"""

import gettext as plain
import io
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ITALIAN = "it"
BY_CHOICE_ONLY = "en"
"""Phones and programs are sold in English: a browser that asks for it says little of whoever holds it."""
FOLDER = files(__name__)

_current: ContextVar[str] = ContextVar("language", default=ITALIAN)


@cache
def catalogues() -> dict[str, plain.NullTranslations]:
    """The translations by code of language, Italian first; read once, when a process first asks."""
    found = sorted(f.name.removesuffix(".po") for f in FOLDER.iterdir() if f.name.endswith(".po"))
    return {ITALIAN: plain.NullTranslations()} | {code: _read(code) for code in found}


def _read(code: str) -> plain.NullTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO((FOLDER / f"{code}.po").read_bytes()), locale=code))
    compiled.seek(0)
    return plain.GNUTranslations(compiled)


@cache
def own_names() -> dict[str, str]:
    """What each language calls itself, by code: what one chooses from."""
    return {code: (Locale.parse(code).get_language_name(code) or code).capitalize() for code in catalogues()}


def current() -> str:
    return _current.get()


def use(code: str) -> None:
    """From here on, in this request, *code* is the language; one that is not there is Italian."""
    _current.set(code if code in catalogues() else ITALIAN)


def gettext(text: str) -> str:
    """*text* in the language of the request; '' stays '' (gettext would give the catalogue's own header)."""
    return catalogues()[_current.get()].gettext(text) if text else ""


def ngettext(one: str, many: str, number: int) -> str:
    return catalogues()[_current.get()].ngettext(one, many, number)


def pgettext(context: str, text: str) -> str:
    """For the same words of two meanings, told apart by *context*."""
    return catalogues()[_current.get()].pgettext(context, text)


def beside(text: str, code: str | None = None) -> str:
    """What stands beside an Italian *text* of the record for a reader of *code* (by default the request's
    language): its translation, or '' if there is none, or none is needed."""
    other = catalogues().get(code or _current.get())
    told = other.gettext(text) if other and text else ""
    return told if told != text else ""


def best(chosen: str, accepted: str) -> str:
    """The language for a browser: the one *chosen* on a page, else what its Accept-Language wants most."""
    if chosen in catalogues():
        return chosen
    wanted = sorted(_weighted(accepted), reverse=True)
    return next((code for weight, _, code in wanted if weight > 0 and code in catalogues()), ITALIAN)


def _weighted(accepted: str) -> list[tuple[float, int, str]]:
    """(weight, minus its place, code) of each language of an Accept-Language header (RFC 9110, 12.5.4)."""
    found = []
    for place, part in enumerate(accepted.lower().split(",")[:20]):
        name, _, weight = part.partition(";")
        code = name.strip().partition("-")[0]
        try:
            found.append((float(weight.strip().removeprefix("q=") or 1), -place, code))
        except ValueError:
            continue
    return [f for f in found if f[2] != BY_CHOICE_ONLY]
