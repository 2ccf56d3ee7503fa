"""Jinja as the pages have it: translated, escaped, strict about what is not there."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from omnia_com import __version__, languages
from omnia_com.italy.clock import rome

from . import assets


@cache
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(str(files("omnia_com.templates"))),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        languages.gettext, languages.ngettext, newstyle=True, pgettext=languages.pgettext
    )
    env.globals |= {"asset": assets.url, "version": __version__}
    env.globals |= {"lingua": languages.current, "lingue": languages.own_names}
    env.filters |= {"tradotto": languages.gettext, "accanto": languages.beside, "italiano": _italian}
    env.filters["orario"] = lambda instant: f"{rome(instant):%H:%M}"
    env.filters["ora"] = lambda instant: f"{rome(instant):%d/%m/%Y %H:%M}"
    return env


def _italian(text: str) -> str:
    """The name of a law, or what else stays Italian on every page, marked as Italian where the page is not."""
    if languages.current() == languages.ITALIAN:
        return text
    return languages.beside(text) or Markup('<span lang="it">{}</span>').format(text)


def render(template: str, **context: Any) -> str:
    return environment().get_template(template).render(context)
