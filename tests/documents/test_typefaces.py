"""The coverage table against the typefaces themselves, and what people can type against the table."""

import json
import unicodedata
from itertools import groupby
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from omnia_com.documents import typefaces
from tests import ROOT

FONTS = ROOT / "static" / "fonts"
ORDER = ("titillium-latin", "titillium-latin-ext", "noto-latin", "noto-latin-ext", "noto-vietnamese", "noto-greek",
         "noto-greek-ext", "noto-cyrillic", "noto-cyrillic-ext")  # fmt: skip


def drawn(path: Path) -> set[int]:
    """The code points that can be printed one by one: no combining marks, no controls, no spaces but two."""
    return {p for p in TTFont(path).getBestCmap() if p in (0x20, 0xA0) or unicodedata.category(chr(p))[0] not in "MCZ"}


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
        ("x\u0323\u030c", "x[U+0323 U+030C]"),
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


def test_only_the_typefaces_that_are_needed_go_along() -> None:
    assert typefaces.faces("perché").count("@font-face") == 2
    assert typefaces.faces("Київ").count("@font-face") == 3


if __name__ == "__main__":
    (FONTS / "coverage.json").write_text(json.dumps(expected(), indent=1) + "\n")
