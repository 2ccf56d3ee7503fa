"""The coverage table against the typefaces themselves, and what people can type against the table."""

import json
import unicodedata
from itertools import groupby
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from omnia_com.documents import typefaces
from tests import ROOT

FONTS = ROOT / "static" / "fonts"
ORDER = ("titillium-latin", "titillium-latin-ext", "noto-latin", "noto-latin-ext", "noto-vietnamese", "noto-greek",
         "noto-greek-ext", "noto-cyrillic", "noto-cyrillic-ext", "noto-marks", "noto-math", "noto-symbols")  # fmt: skip


def drawn(path: Path) -> set[int]:
    """The code points that can be printed: no controls, no spaces but two, and marks only of the face for them."""
    left_out = "CZ" if path.name.startswith(typefaces.MARKS) else "MCZ"
    points = TTFont(path).getBestCmap()
    return {p for p in points if p in (0x20, 0xA0) or unicodedata.category(chr(p))[0] not in left_out}


def ranges(points: set[int]) -> str:
    runs = [[p for _, p in run] for _, run in groupby(enumerate(sorted(points)), lambda pair: pair[1] - pair[0])]
    return ",".join(f"U+{run[0]:X}" + (f"-{run[-1]:X}" if len(run) > 1 else "") for run in runs)


def expected() -> dict[str, str]:
    return {name: ranges(set.intersection(*map(drawn, FONTS.glob(f"{name}-?00.woff2")))) for name in ORDER}


def test_the_table_says_what_the_typefaces_draw() -> None:
    assert typefaces.coverage() == expected(), "scrivilo di nuovo: python tests/documents/test_typefaces.py"


def test_every_typeface_is_in_the_table() -> None:
    assert {p.stem.rpartition("-")[0] for p in FONTS.glob("*.woff2")} == set(ORDER)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Però, «già» 12.000 €", "Però, «già» 12.000 €"),
        ("e\u0300 Ș Đorđević Łódź", "è Ș Đorđević Łódź"),
        ("Ελλάδα Київ Nguyễn", "Ελλάδα Київ Nguyễn"),
        ("ciao 😀!", "ciao [U+1F600]!"),
        ("你好", "[U+4F60 U+597D]"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\x00\x07b", "a[U+0000 U+0007]b"),
        ("x\u0323\u030c", "x\u0323\u030c"),
        ("Adébáyọ\u0300 Ọ\u0300ṣun", "Adébáyọ\u0300 Ọ\u0300ṣun"),
        ("Ụ\u0301zọ\u0301 ị\u0300", "Ụ\u0301zọ\u0301 ị\u0300"),
        ("ė\u0301 į\u0303 i\u0307\u0301", "ė\u0301 į\u0303 i\u0307\u0301"),
        ("за\u0301мок", "за\u0301мок"),
        ("a" + "\u0300" * 6, "à" + "\u0300" * 4 + "[U+0300]"),
        ("\u0301a \u0301", "[U+0301]a [U+0301]"),
        ("王\u0301 ]\u0301", "[U+738B U+0301] ][U+0301]"),
        ("ﬁne ﬂusso ﬃ ﬆ", "fine flusso ffi st"),
        ("Ａｎｎａ １２ 𝐀𝐧𝐧𝐚 Ⅳ", "Anna 12 Anna IV"),
        ("≤ ≥ ≠ → ← ✓ ✔ ✗ • ● ★ ☎ ‰ ½ ⅓ x² H₂O", "≤ ≥ ≠ → ← ✓ ✔ ✗ • ● ★ ☎ ‰ ½ ⅓ x² H₂O"),
        ("①000", "[U+2460]000"),
        ("\u200e+39\ufffc 333\u034f", "+39 333"),
        ("\ud800", "[U+D800]"),
        ("una\u00adpa\u200brola\ufeff", "unaparola"),
        ("a\tb\u202fc\u3000d", "a b c d"),
        ("uno\r\ndue\rtre\u2028quattro", "uno\ndue\ntre\nquattro"),
        ("]\\^-[", "]\\^-["),
    ],
)
def test_what_is_typed_and_what_is_printed(typed: str, printed: str) -> None:
    assert typefaces.printable(typed) == printed
    assert typefaces.printable(printed) == printed
    assert typefaces.has_codes(typed) == ("[U+" in printed)


def anchored(path: Path) -> tuple[set[str], set[str]]:
    """The glyphs that marks are placed on, and the marks."""
    font, bases, marks = TTFont(path), set(), set()
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for each in lookup.SubTable:
            table = getattr(each, "ExtSubTable", each)
            if table.LookupType == 4:
                bases |= set(table.BaseCoverage.glyphs)
                marks |= set(table.MarkCoverage.glyphs)
    return bases, marks


def test_marks_are_placed_on_the_letters_that_are_written_with_them() -> None:
    """C31: Yoruba, Igbo, Lithuanian and other languages write letters that no code point has."""
    path = FONTS / f"{typefaces.MARKS}-400.woff2"
    glyphs, (bases, marks) = TTFont(path).getBestCmap(), anchored(path)
    letters = "AEIMNOSU" + "aeımnosuȷ" + "ẸỌỊỤṢ" + "ƐƆŊƏ" + "ɛɔŋə" + "ĖĄĘĮŲŪ" + "ėąęųū" + "АЕИОУЫЭЮЯ" + "аеиоуыэюя"
    assert [letter for letter in letters if glyphs[ord(letter)] not in bases] == []
    assert [
        mark for mark in "\u0300\u0301\u0302\u0303\u0304\u0307\u030c\u0323\u0329" if glyphs[ord(mark)] not in marks
    ] == []


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_whatever_is_printed_is_drawn_or_told_by_its_code(typed: str) -> None:
    printed = typefaces.printable(typed)
    assert typefaces.printable(printed) == printed
    assert not typefaces.has_codes(printed)
    known = set(typefaces._face_of())
    assert set(printed) <= known | {"\n"}


def test_only_the_typefaces_that_are_needed_go_along() -> None:
    assert typefaces.faces("perché").count("@font-face") == 2
    assert typefaces.faces("Київ").count("@font-face") == 3
    assert typefaces.faces("ọ\u0300").count("@font-face") == 4


if __name__ == "__main__":
    (FONTS / "coverage.json").write_text(json.dumps(expected(), indent=1) + "\n")
