"""The days of the law stand in one table; whatever date is written elsewhere has its reason here."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from omnia_com.form import laws
from omnia_com.form.consequences import RULES
from omnia_com.form.field_groups import INIZIO
from omnia_com.form.messages import ERRORS
from tests import ROOT

PACKAGE = ROOT / "src" / "omnia_com"
TABLE = "src/omnia_com/form/laws.py"
# Dates that are no day of a law, by the file or the folder in which they may stand.
EXAMPLE = "an example of what to write"
NAME = "the name of an act: the day on which it was signed"
REASONS = {
    "src/omnia_com/form/consequences.py": {"2026-11-23": "the day on which the sources were looked at"},
    "src/omnia_com/form/declaration_texts.py": {"2026-11-23": "the name of a version"},
    "src/omnia_com/form/field_groups.py": {"01/12/2026": EXAMPLE, "31/05/2027": EXAMPLE},
    "src/omnia_com/form/messages.py": {"01/12/2026": EXAMPLE, "31/05/2027": EXAMPLE, "31/12/2026": EXAMPLE},
    "src/omnia_com/settings.py": {"2026-11-23": EXAMPLE, "23/11/2026": "of the demonstration"},
    "templates/accessibilita.html": {"9 gennaio 2004": NAME},
    "templates/note_legali.html": {"27 dicembre 2023": NAME},
    "templates/posso.html": {"01/12/2026": EXAMPLE, "31/05/2027": EXAMPLE},
}
FOLDERS = {
    "src/omnia_com/pages/patterns": "the invented person's days",
    "src/omnia_com/storage/migrations": "each is named by the day on which it was written",
}
MONTHS = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
WRITTEN = re.compile(rf"(?<!\d)(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{4}}|\d{{4}}-\d\d-\d\d|\d+[º°]? (?:{MONTHS}) \d{{4}})")


def code() -> list[Path]:
    return [*PACKAGE.rglob("*.py"), *(ROOT / "workers").glob("*.py")]


def texts() -> list[Path]:
    return [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "script").glob("*.js")]


def built(tree: ast.AST) -> Iterator[str]:
    """`date(2025, 1, 12)` and `datetime(2025, 1, 12, …)`, as ISO dates."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("date", "datetime"):
            parts = [arg.value for arg in node.args[:3] if isinstance(arg, ast.Constant) and isinstance(arg.value, int)]
            if len(parts) == 3:
                yield date(*parts).isoformat()


def in_python(source: str) -> set[str]:
    """The dates that *source* makes or writes; a docstring decides nothing."""
    tree = ast.parse(source)
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in silent)
    written = (found for text in strings if isinstance(text, str) for found in WRITTEN.findall(text))
    return {*written, *built(tree)}


def dates(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    return in_python(text) if path.suffix == ".py" else set(WRITTEN.findall(text))


def test_no_day_of_a_law_stands_outside_the_table() -> None:
    every = (path for path in (*code(), *texts()) if str(path.parent.relative_to(ROOT)) not in FOLDERS)
    found = {str(path.relative_to(ROOT)): dates(path) for path in every}
    assert found.pop(TABLE) == {law.first.isoformat() for law in LAWS}
    assert {name: days for name, days in found.items() if days} == {name: {*days} for name, days in REASONS.items()}, (
        f"a day from which a law counts goes to {TABLE}; any other date gets its reason above"
    )


LAWS = [law for law in vars(laws).values() if isinstance(law, laws.Law)]


def test_each_law_has_a_source_and_a_day_of_its_own() -> None:
    assert len({law.first for law in LAWS}) == len({law.where for law in LAWS}) == len(LAWS) > 3
    assert all(re.search(r"\d+/\d{4}, art\. \d+", law.where) for law in LAWS)


def test_sentences_tell_the_days_of_the_table() -> None:
    """Their catalogues' keys are these sentences: a day that changes asks for the translations again."""
    assert "dal 24/09/2015 in poi" in ERRORS[INIZIO.name]["troppo_indietro"]
    assert "prima del 12 gennaio 2025." in RULES["ALL-STRADDLE"].text


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("START = date(2025, 1, 12)", {"2025-01-12"}),
        ("START = datetime(2025, 1, 12, tzinfo=UTC)", {"2025-01-12"}),
        ('text = "Dal 12/01/2025."', {"12/01/2025"}),
        ('text = f"Dal 12 gennaio 2025 {x}"', {"12 gennaio 2025"}),
        ('text = "2025-01-12T10:00"', {"2025-01-12"}),
        ('def f():\n    """Since 12/01/2025."""', set()),
        ('text = "Circolare n. 130/2010; legge 234/2021"', set()),
    ],
)
def test_a_date_is_seen_however_it_is_written(source: str, found: set[str]) -> None:
    assert in_python(source) == found
