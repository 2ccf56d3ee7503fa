"""The typefaces inside the PDFs, and what is printed for a sign that none of them has.

A machine may have no typeface at all, or a hundred: the PDF must be the same, and PDF/A allows no missing glyph.
`static/fonts/coverage.json` says which code points each file draws (a test holds it to the files).
"""

import base64
import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

FAMILIES = {"titillium": "Titillium Web", "noto": "Noto Sans"}
FOLDER = files("omnia_com.static") / "fonts"
INVISIBLE = [0xAD, 0x34F, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, *range(0xFE00, 0xFE10), 0xFFFC]
SPACES = [0x09, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
NEW_LINES = [0x0B, 0x0C, 0x85, 0x2028, 0x2029]
PLAIN = {
    **dict.fromkeys(INVISIBLE),
    **dict.fromkeys(SPACES, " "),
    **dict.fromkeys(NEW_LINES, "\n"),
    0x2010: "-",
    0x2011: "-",
}
SPELT = ("<compat>", "<wide>", "<narrow>", "<font>")  # signs that are letters in another dress: ﬁ, Ａ, 𝐀
MARKS = "noto-marks"  # the face that has letters and what is written above and below them
MOST_MARKS = 4  # on one letter: as many as any language writes; more would cover the lines around


def printable(text: str) -> str:
    """*text* as it can be printed: signs without a glyph by their code, as in `[U+1F600]`; lines end in `\\n`."""
    return _runs().sub(lambda run: _codes(run["coded"]) if run["coded"] else run[0], _plain(text))


def has_codes(text: str) -> bool:
    """Whether `printable(text)` shows some sign by its code."""
    return any(run["coded"] for run in _runs().finditer(_plain(text)))


def faces(text: str) -> str:
    """The `@font-face` rules for what *text*, already printable, needs: the typefaces go along as data."""
    needed = {_face_of().get(sign) for sign in set(text)}
    return "".join(_face(name) for name in coverage() if name in needed or name == "titillium-latin")


@cache
def coverage() -> dict[str, str]:
    """For each face, in the order of preference, its code points as in CSS: `U+20-7E,U+A0`."""
    known: dict[str, str] = json.loads((FOLDER / "coverage.json").read_text())
    return known


def _plain(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(PLAIN)
    return unicodedata.normalize("NFC", "".join(map(_spelt, lines)))


@cache
def _spelt(sign: str) -> str:
    """A sign that no face draws by the letters that it is made of, if these are drawn: «ﬁ» by «fi»."""
    if sign in _face_of() or unicodedata.decomposition(sign).partition(" ")[0] not in SPELT:
        return sign
    letters = unicodedata.normalize("NFKC", sign)
    return letters if _face_of().keys() >= set(letters) else sign


def _codes(run: str) -> str:
    return "[" + " ".join(f"U+{ord(sign):04X}" for sign in run) + "]"


@cache
def _runs() -> re.Pattern[str]:
    """What is drawn, and what is `coded`. A mark is drawn over a letter of its own face, and nowhere else."""
    marks = "".join(sign for sign in _face_of() if unicodedata.category(sign)[0] == "M")
    letters = "".join(filter(str.isalnum, map(chr, _points(coverage()[MARKS]))))
    drawn = "\n" + "".join(_face_of().keys() - set(marks))
    marks, letters, drawn = map(re.escape, (marks, letters, drawn))
    return re.compile(f"(?:[{letters}][{marks}]{{1,{MOST_MARKS}}}|[{drawn}])+|(?P<coded>[^{drawn}]+)")


@cache
def _face_of() -> dict[str, str]:
    face_of: dict[str, str] = {}
    for name, ranges in coverage().items():
        for point in _points(ranges):
            face_of.setdefault(chr(point), name)
    return face_of


def _points(ranges: str) -> Iterator[int]:
    for first, last in re.findall(r"U\+(\w+)(?:-(\w+))?", ranges):
        yield from range(int(first, 16), int(last or first, 16) + 1)


@cache
def _face(name: str) -> str:
    weights = (weight for weight in (400, 700) if (FOLDER / f"{name}-{weight}.woff2").is_file())
    return "".join(_rule(name, weight) for weight in weights)


def _rule(name: str, weight: int) -> str:
    data = base64.b64encode((FOLDER / f"{name}-{weight}.woff2").read_bytes()).decode()
    return (
        f'@font-face{{font-family:"{FAMILIES[name.partition("-")[0]]}";font-weight:{weight};font-display:block;'
        f"src:url(data:font/woff2;base64,{data});unicode-range:{coverage()[name]}}}\n"
    )
