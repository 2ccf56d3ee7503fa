"""The sheet that a person keeps: receipt, export of a draft, annulment. The same content as a page and as a PDF."""

from itertools import groupby

import msgspec

from omnia_com import languages
from omnia_com.form.rows import Row
from omnia_com.languages import ITALIAN


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


class Check(msgspec.Struct, frozen=True):
    """How anybody checks this document: on the page *page* with *code*, or by the QR, a path in *view_box*."""

    page: str
    code: str
    path: str
    view_box: str


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
    check: Check | None = None
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
