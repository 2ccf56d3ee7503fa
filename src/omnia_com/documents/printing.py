"""A sheet as one self-contained HTML document for the printer."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import Environment

from omnia_com import templates

from . import typefaces
from .sheet import Sheet


def print_html(sheet: Sheet) -> str:
    """*sheet* as one HTML document for the printer: style and typefaces inside, no sign without a glyph."""
    shown = printable(sheet)
    coded = any(map(typefaces.has_codes, _texts(msgspec.to_builtins(sheet))))
    template = _environment().get_template("sheet.html")
    html = template.render(sheet=shown, coded=coded, css_text=css_text, style=_style())
    return html.replace("/*typefaces*/", typefaces.faces(html), 1)


def printable(sheet: Sheet) -> Sheet:
    """*sheet* with every text as `typefaces.printable` has it."""
    return msgspec.convert(_mapped(msgspec.to_builtins(sheet)), Sheet)


def css_text(text: str) -> str:
    """*text* as a CSS string, with nothing in it that could end the string, the rule or the style element."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text) + '"'


def _mapped(value: Any) -> Any:
    if isinstance(value, str):
        return typefaces.printable(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {name: _mapped(part) for name, part in value.items()}
    return [_mapped(part) for part in value]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if value is None or isinstance(value, bool):
        return []
    return [text for part in (value.values() if isinstance(value, dict) else value) for text in _texts(part)]


@cache
def _environment() -> Environment:
    return templates.environment()


@cache
def _style() -> str:
    return (files("omnia_com.static") / "foglio.css").read_text()
