"""The pages' templates, and how all of them are read."""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

_AT_AN_END = re.compile(r"\A\s*\n\s*|\s*\n\s*\Z")
_NEXT_TO_A_TAG = re.compile(r"(?<=>)\s*\n\s*|\s*\n\s*(?=<)")
_BETWEEN_WORDS = re.compile(r"\s*\n\s*")


class Lines(Extension):
    """Lines and indentation are for whoever reads a template; a page has none of them, as in JSX.

    Next to a tag or to braces a line break is nothing, between two words it is a space. Where a space or a line break
    is meant, it is written: `{{ " " }}`.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type != "data":
                yield token
            elif text := _without_lines(token.value):
                yield Token(token.lineno, "data", text)


def _without_lines(text: str) -> str:
    """*text* stands between two braces, or at an end of the template."""
    return _BETWEEN_WORDS.sub(" ", _NEXT_TO_A_TAG.sub("", _AT_AN_END.sub("", text)))


def environment(*extensions: str, **options: Any) -> Environment:
    """Whatever is put into a template is escaped, whatever is missing fails. *options* are those of Jinja."""
    env = Environment(
        loader=FileSystemLoader(str(files(__name__))),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[Lines, *extensions],
        **options,
    )
    env.filters["verbatim"] = _verbatim
    return env


def _verbatim(text: str) -> str:
    """What a person or an office wrote, among our words: its direction stays its own, and no browser translates it."""
    return Markup('<bdi translate="no">{}</bdi>').format(text)
