"""The sheet that a person keeps: receipt, export of a draft, annulment. The same content as a page and as a PDF."""

from itertools import groupby

import msgspec

from . import languages
from .languages import ITALIAN

LONG_TEXT, MANY_LINES = 300, 5


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    label: str
    value: str
    fixed: bool = False
    """Whether the value is words of ours, which have translations, and not the person's."""

    @property
    def long(self) -> bool:
        """Too much for a table cell: shown as text of its own, that may go on to the next page."""
        return len(self.value) > LONG_TEXT or self.value.count("\n") >= MANY_LINES


class Section(msgspec.Struct, frozen=True):
    title: str
    rows: tuple[Row, ...]
    text: str = ""
    """What is said in whole lines, before the rows."""

    @property
    def blocks(self) -> list[tuple[bool, list[Row]]]:
        """The rows in their order, as runs of (long or not, rows)."""
        return [(long, list(rows)) for long, rows in groupby(self.rows, lambda row: row.long)]


class AttachmentRow(msgspec.Struct, frozen=True):
    name: str
    size_text: str
    sha256: str


class Letterhead(msgspec.Struct, frozen=True):
    """What stands above any sheet, by the settings: who offers the service, and the notice ('' for none)."""

    ente: str
    banner: str


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
    language: str = ITALIAN
    """The sheet is Italian; for a reader of another language its translation stands beside the labels."""
    ente: str = ""
    footer: str = ""
    """At the foot of every page: the protocol, or the state of a draft."""

    def beside(self, text: str) -> str:
        return languages.beside(text, self.language)

    @property
    def title(self) -> str:
        """The document's title, also for the PDF's metadata."""
        return f"{self.heading} – {self.footer}" if self.footer else self.heading
