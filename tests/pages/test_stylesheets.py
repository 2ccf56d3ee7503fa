"""The stylesheets in `static/` are sources: one property a line, under headings; the program makes them small."""

import re
from importlib.resources import files

import pytest

from omnia_com.pages.http import assets

STATIC = files("omnia_com.static")
SOURCES = {f"styles/{name}.css" for name in assets.ALL_RULES if name != assets.DRAWN} | {"foglio.css"}
COMMENT = re.compile(r" *(/\* [^*]+ \*/|/\* [^*]+|[^{};]+ \*/)")
LINE = re.compile(r"|\}|[^{};]+[,{]|  [\w-]+: [^{};]+;|  @[\w-]+ \{")


def test_every_file_is_in_use() -> None:
    assert {f"styles/{file.name}" for file in (STATIC / "styles").iterdir()} | {"foglio.css"} == SOURCES


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_stylesheet_has_a_heading_and_one_property_a_line(name: str) -> None:
    lines = (STATIC / name).read_text("utf-8").splitlines()
    assert lines[0].startswith("/* ")
    assert len(lines) < 250
    assert [line for line in lines if len(line) > 120] == []
    inside = [line.removeprefix("  ") if line.startswith("    ") or line == "  }" else line for line in lines]
    assert [line for line in inside if not (LINE.fullmatch(line) or COMMENT.fullmatch(line))] == []


def test_what_is_sent_has_no_comment_and_no_blank_that_says_nothing() -> None:
    sent = assets.stylesheet(True, assets.ALL_RULES)
    assert re.findall(r"/\*|\n|  |[{};,] |;}", sent) == []
