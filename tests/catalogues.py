"""All that the pages say, found where it is written, and the catalogues brought up to date with it.

`python -m tests.catalogues` (that is `make messages`) adds to every catalogue what is new, empty, and drops what is
said no more; an empty file becomes a catalogue, and `publiccode.yml` names its language. Sentences stand in `_("…")`
or `gettext("…")`, or in one of the tables named here.
"""

import re
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from omnia_com import settings
from omnia_com.communications import amendments
from omnia_com.documents import sheets
from omnia_com.form import cautions, consequences, declaration_texts, field_groups, messages, possible
from omnia_com.form.answers import NOT_GIVEN
from omnia_com.pages import consequences as pages_consequences
from omnia_com.pages import controls, failures, verify
from omnia_com.pages import possible as pages_possible
from omnia_com.pages.http import notes, patience
from omnia_com.people import access_log, declarants

HERE = Path(__file__).parent.parent
PUBLIC = HERE / "publiccode.yml"
SOURCES = (
    (HERE / "templates", [("**.html", "jinja2")]),
    (HERE / "src" / "omnia_com", [("**.py", "python")]),
    (HERE / "static", [("script/*.js", "javascript")]),
)
KEYWORDS = DEFAULT_KEYWORDS | {"other_language": None, "Row": (1,), "Section": (1,), "Mistake": (3,)}
FIELDS = (
    field_groups.TIPOLOGIA,
    *field_groups.DICHIARAZIONI,
    *field_groups.CONTATTI,
    *(field for group in field_groups.GROUPS.values() for field in group.fields),
)
PLACES = ("sede_provincia",)  # names of places stay as the law writes them
STATES = ("Inviata", "Sostituita", "Annullata", "Sì", "No", "Stesso giorno", "Estero", NOT_GIVEN)


def _fields() -> Iterator[str]:
    yield from (group.title for group in field_groups.GROUPS.values())
    for field in FIELDS:
        yield from (field.label, field.hint)
        if field.name not in PLACES:
            yield from (option.label for option in getattr(field.kind, "options", ()))


# File in which the sentences stand -> the sentences, however deep in tables.
TABLES: dict[str, Any] = {
    "access_log.py": access_log.AZIONI,
    "field_groups.py": _fields(),
    "messages.py": (
        messages.ERRORS,
        messages.REASONS,
        messages.NIENTE,
        messages.ANY_FIELD,
        messages.TOO_LONG,
        [text for _, text in messages.REFUSALS.values()],
    ),
    "cautions.py": cautions.CAUTIONS,
    "consequences.py": (
        [r.text for r in consequences.RULES.values()],
        (consequences.CERTAINTY, consequences.OUTCOMES, consequences.CONCLUSION),
    ),
    "declaration_texts.py": declaration_texts.TEXTS,
    "declarants.py": declarants.LABELS,
    "amendments.py": amendments.MOTIVI,
    "pages/notes.py": (notes.RESUMED, notes.DONE),
    "pages/failures.py": (
        (
            failures.WORDS,
            failures.TOO_MANY,
            failures.SUPERSEDED,
            failures.STALE_PAGE,
            failures.SIGNED_IN_ANEW,
            failures.TOO_MANY_UPLOADS,
            failures.TOO_MANY_EXPORTS,
        ),
        (failures.REFUSED, failures.NOT_ENTERED, failures.ANY_REFUSAL),
    ),
    "pages/consequences.py": (pages_consequences.OF_THE_BENEFIT, pages_consequences.TO_DO),
    "form/possible.py": [option.label for option in possible.LAVORI],
    "pages/possible.py": pages_possible.NO_JOB,
    "pages/verify.py": verify.QUESTIONS,
    "pages/controls.py": (controls.TO_CHOOSE.label, controls.REQUIRED, controls.OPTIONAL),
    "pages/http/patience.py": patience.WORDS,
    "communications/sent.py": STATES,
    "documents/sheets.py": (sheets.OF_A_COMMUNICATION, sheets.OF_AN_ANNULMENT, sheets.NOT_SENT),
    "settings.py": settings.BANNER,
}


def all_that_is_said() -> Catalog:
    """Every sentence, with the files in which it stands."""
    said = Catalog(project="omnia-com", charset="utf-8", fuzzy=False)
    for folder, methods in SOURCES:
        for name, _line, message, comments, context in extract_from_dir(folder, methods, {}, KEYWORDS):
            where = (folder / name).relative_to(HERE).as_posix()
            said.add(message, locations=[(where, 0)], auto_comments=comments, context=context)
    for name, table in TABLES.items():
        for text in _texts(table):
            said.add(text, locations=[(f"src/omnia_com/{name}", 0)])
    return said


def _texts(table: Any) -> Iterator[str]:
    """The texts with a letter in them; keys are codes, not words."""
    if isinstance(table, str):
        if any(c.isalpha() for c in table):
            yield table
        return
    for part in table.values() if isinstance(table, dict) else table:
        yield from _texts(part)


def paths() -> dict[str, Path]:
    """The catalogues by their language."""
    folder = Path(str(files("omnia_com.languages")))
    return {path.stem: path for path in sorted(folder.glob("*.po"))}


def read(path: Path) -> Catalog:
    with path.open("rb") as f:
        return read_po(f, locale=path.stem)


def write(path: Path, catalogue: Catalog) -> None:
    catalogue.project, catalogue.version, catalogue.last_translator = "omnia-com", "", ""
    catalogue.revision_date, catalogue.header_comment, catalogue.fuzzy = catalogue.creation_date, "", False
    with path.open("wb") as f:
        write_po(f, catalogue, width=120, ignore_obsolete=True, sort_by_file=True, include_lineno=False)


def update() -> None:
    said = all_that_is_said()
    for code, path in paths().items():
        catalogue = read(path)
        said.creation_date = catalogue.creation_date  # the day of the last run would change every file
        catalogue.update(said, no_fuzzy_matching=True)
        write(path, catalogue)
        empty = sum(1 for m in catalogue if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string))
        sys.stdout.write(f"{code}: {len(catalogue)} frasi, {empty} da tradurre\n")
    publish()


def publish() -> None:
    """Names the languages where the catalogues of public software look for them: Italian first, then in their order."""
    named = "".join(f"    - {code}\n" for code in ("it", *paths()))
    text = PUBLIC.read_text("utf-8")
    PUBLIC.write_text(re.sub(r"(?<=  availableLanguages:\n)(    - .+\n)+", named, text), "utf-8")


if __name__ == "__main__":
    update()
