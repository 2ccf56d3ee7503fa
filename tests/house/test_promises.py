"""What the README promises about a new field and a new language, followed to the letter in a copy of the checkout."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from omnia_com import languages
from tests import ROOT

SECTION = (ROOT / "README.md").read_text("utf-8").partition("## Aggiungere un campo, una legge, una lingua\n\n")[2]
FIELD, _LAW, LANGUAGE = SECTION.partition("\n\n## ")[0].split("\n\n")
(THE_LINE,) = re.findall(r"`(Field\(.+?\),)`", FIELD)
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "var", "build", "__pycache__", ".*_cache", ".hypothesis")

FORM = "src/omnia_com/form/field_groups.py"
RULES, RULES_TRIED = "src/omnia_com/form/rules.py", "tests/form/test_rules.py"
REASONS, INVENTED = "tests/form/test_messaggio.py", "src/omnia_com/pages/patterns/invented.py"
CATALOGUES = {f"src/omnia_com/languages/{code}.po" for code in languages.catalogues() if code != languages.ITALIAN}
TRIED = (
    "tests/form/test_answers.py", "tests/form/test_messages.py", REASONS, RULES_TRIED, "tests/pages/test_applying.py",
    "tests/pages/test_languages.py::test_every_sentence_is_translated",
)  # fmt: skip
FROM_THE_PAGE_TO_THE_OFFICE = "tests/form/test_new_field.py::test_page_draft_check_pdf_receipt_and_json_have_it"


def named(paragraph: str) -> set[str]:
    return set(re.findall(r"`((?:\w+/)+\w+\.\w+)`", paragraph))


@dataclass(frozen=True)
class Checkout:
    """A copy of this one, in which its own programs run."""

    root: Path

    def write(self, name: str, before: str, text: str) -> None:
        """Puts *text* above the line that begins with *before*, the first one."""
        path = self.root / name
        above, found, below = path.read_text("utf-8").partition(f"\n{before}")
        assert found, f"{name} has no line {before}"
        path.write_text(f"{above}\n{text}{before}{below}", "utf-8")

    def python(self, *arguments: str) -> str:
        told = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        told |= {"PYTHONPATH": str(self.root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=self.root, env=told, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
        return done.stdout

    def pytest(self, *arguments: str) -> int:
        """How many passed. What hypothesis makes up is the same here and there, and tried here."""
        chosen = ("-p", "no:cacheprovider", "-o", "addopts=-m 'not peers and not hypothesis'")
        told = self.python("-m", "pytest", *chosen, *arguments)
        return int(re.findall(r"(\d+) passed", told)[-1])

    def translated(self) -> None:
        """`make messages`, and every empty line filled in."""
        self.python("-m", "tests.catalogues")
        self.python("-m", "tests.helpers.pseudo")

    def changed(self) -> set[str]:
        names = (str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())
        return {name for name in names if not _same(self.root / name, ROOT / name)}


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


@pytest.fixture
def copy(tmp_path: Path) -> Checkout:
    root = tmp_path / "omnia-com"
    shutil.copytree(ROOT, root, symlinks=True, ignore=NOT_COPIED)
    return Checkout(root)


def add(copy: Checkout, line: str) -> None:
    """To the employees' group, before its last field."""
    copy.write(FORM, "        ANNOTAZIONI,\n    ),\n)\n\nAUTONOMO", f"        {line}\n")
    copy.write(REASONS, "}\n\n\ndef words", '    "Matricola": "a trial",\n')


def answer(copy: Checkout) -> None:
    copy.write(INVENTED, '    "annotazioni": "Turno', '    "matricola": "AB 12",\n')


def ask_only_if(copy: Checkout) -> None:
    asked = 'def con_matricola(v: Values) -> bool:\n    return v.get("tipo_contratto") == "determinato"\n\n\n'
    tried = 'def test_con_matricola() -> None:\n    assert rules.con_matricola({"tipo_contratto": "determinato"})\n\n\n'
    copy.write(RULES, "# Asked only if", asked)
    copy.write(RULES, '    "sede_provincia": forse_in_italia', '    "matricola": con_matricola,\n')
    copy.write(RULES_TRIED, "# What cannot be right together.", tried)


def hold(copy: Checkout, *touched: str) -> None:
    """The words are carried into the catalogues; nothing else was to be done, and the copy's own tests pass."""
    copy.translated()
    assert copy.changed() == {FORM, REASONS, *touched} | CATALOGUES
    assert {FORM, REASONS, *touched} <= named(FIELD)
    assert copy.pytest(*TRIED) > 200


def test_a_field_is_a_line(copy: Checkout) -> None:
    add(copy, THE_LINE)
    hold(copy)


def test_a_required_field_is_answered_by_the_invented_person_too(copy: Checkout) -> None:
    add(copy, THE_LINE.replace(", required=False", ""))
    answer(copy)
    hold(copy, INVENTED)


def test_a_field_that_is_not_always_asked_has_a_rule(copy: Checkout) -> None:
    add(copy, THE_LINE.replace(", required=False", ""))
    answer(copy)
    ask_only_if(copy)
    hold(copy, INVENTED, RULES, RULES_TRIED)
    assert copy.pytest(FROM_THE_PAGE_TO_THE_OFFICE) == 1


# A language.

SLOVENE = """
def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if "sl" in getattr(item, "callspec", item).__dict__.get("params", {}).values()]
"""


def test_a_language_is_an_empty_file(copy: Checkout) -> None:
    """Every test that takes a language is then tried in it too: pages, script, receipt, dates, states, bytes."""
    folder, file, *_ = re.findall(r"`([\w/]+/|\w+\.po)`", LANGUAGE.partition("**Una lingua")[2])
    new = folder + file
    (copy.root / new).touch()
    copy.translated()
    assert copy.changed() - CATALOGUES == {new, "publiccode.yml"}
    (copy.root / "slovene.py").write_text(SLOVENE)
    assert copy.pytest("-p", "slovene", "tests") > 15
    assert copy.pytest("tests/house/test_door.py")
