"""Jinja as the pages have it: translated, escaped, strict about what is not there."""

from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from omnia_com import __version__, languages, templates
from omnia_com.italy.clock import rome

from . import assets


@cache
def environment() -> Environment:
    env = templates.environment("jinja2.ext.i18n", auto_reload=False)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        languages.gettext, languages.ngettext, newstyle=True, pgettext=languages.pgettext
    )
    env.globals |= {"asset": assets.url, "version": __version__}
    env.globals |= {"language": languages.current, "languages": languages.own_names}
    env.filters |= {"translated": languages.gettext, "beside": languages.beside, "italian": _italian}
    env.filters["time"] = lambda instant: f"{rome(instant):%H:%M}"
    env.filters["date_time"] = lambda instant: f"{rome(instant):%d/%m/%Y %H:%M}"
    return env


def _italian(text: str) -> str:
    """The name of a law, or what else stays Italian on every page, marked as Italian where the page is not."""
    if languages.current() == languages.ITALIAN:
        return text
    return languages.beside(text) or Markup('<span lang="it">{}</span>').format(text)


def render(template: str, **context: Any) -> str:
    return environment().get_template(template).render(context)
