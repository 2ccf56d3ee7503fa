"""The sheet that a person keeps: receipt, export of a draft, annulment. The same content as a page and as a PDF."""

from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from omnia_com import typefaces

LONG_TEXT, MANY_LINES = 300, 5


class Row(msgspec.Struct, frozen=True):
    label: str
    value: str

    @property
    def long(self) -> bool:
        """Too much for a table cell: shown as text of its own, that may go on to the next page."""
        return len(self.value) > LONG_TEXT or self.value.count("\n") >= MANY_LINES


class Section(msgspec.Struct, frozen=True):
    title: str
    rows: tuple[Row, ...]

    @property
    def blocks(self) -> list[tuple[bool, list[Row]]]:
        """The rows in their order, as runs of (long or not, rows)."""
        return [(long, list(rows)) for long, rows in groupby(self.rows, lambda row: row.long)]


class AttachmentRow(msgspec.Struct, frozen=True):
    name: str
    size_text: str
    sha256: str


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """All that the sheet shows, ready to print; an empty string is not shown."""

    heading: str
    banner: str = ""
    state: str = ""
    facts: tuple[Row, ...] = ()
    sections: tuple[Section, ...] = ()
    attachments: tuple[AttachmentRow, ...] | None = None
    """`()` is shown as «Nessun allegato»; `None`, where there can be none, is not shown."""
    declarations: tuple[str, ...] = ()
    declarations_version: str = ""
    sha256: str = ""
    ente: str = ""
    footer: str = ""
    """At the foot of every page: the protocol, or the state of a draft."""

    @property
    def title(self) -> str:
        """The document's title, also for the PDF's metadata."""
        return f"{self.heading} – {self.footer}" if self.footer else self.heading


def print_html(foglio: Sheet) -> str:
    """*foglio* as one HTML document for the printer: style and typefaces inside, no sign without a glyph."""
    shown = printable(foglio)
    coded = any(map(typefaces.has_codes, _texts(msgspec.to_builtins(foglio))))
    template = _environment().get_template("foglio.html")
    html = template.render(foglio=shown, coded=coded, css_text=css_text, style=_style())
    return html.replace("/*typefaces*/", typefaces.faces(html), 1)


def printable(foglio: Sheet) -> Sheet:
    """*foglio* with every text as `typefaces.printable` has it."""
    return msgspec.convert(_mapped(msgspec.to_builtins(foglio)), Sheet)


def css_text(text: str) -> str:
    """*text* as a CSS string, with nothing in it that could end the string, the rule or the style element."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text) + '"'


def _mapped(value: Any) -> Any:
    if isinstance(value, str):
        return typefaces.printable(value)
    if value is None:
        return None
    if isinstance(value, dict):
        return {name: _mapped(part) for name, part in value.items()}
    return [_mapped(part) for part in value]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if value is None:
        return []
    return [text for part in (value.values() if isinstance(value, dict) else value) for text in _texts(part)]


@cache
def _environment() -> Environment:
    folder = str(files("omnia_com.templates"))
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@cache
def _style() -> str:
    return (files("omnia_com.static") / "foglio.css").read_text()
