"""Assets, kept in memory: named by their hash, compressed once, never asked for again by a browser.

The framework's own static files answer no 304, ignore `.br` and cost sixteen times the CPU.
"""

import base64
import gzip
import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import brotli
import rcssmin

from omnia_com import languages

from . import applying

PREFIX = "/static/"
KEPT = "stile"  # the cookie that comes with a file of the stylesheet, and says which one it came with
TYPES = {"css": "text/css", "js": "text/javascript", "woff2": "font/woff2", "txt": "text/plain; charset=utf-8"}
COMPRESSED = ("woff2",)  # by itself
FONTS = {400: "titillium-400.woff2", 700: "titillium-700.woff2"}  # made by `make fonts`
STYLE, PLAIN_STYLE = "stile.css", "stile-di-sistema.css"  # the second with the typeface that is there already
DRAWN = "applying"  # the rules of `applying.css()`; the others are files in static/styles
FORM_RULES = ("colours", "page", "header", "parts", "form", "footer", "print", DRAWN)  # what the form page needs
ALL_RULES = (*FORM_RULES, "others", "doors")  # what any page does
SCRIPT = "modulo.js"
CHECK_SCRIPT = "verifica.js"
SERVED = (SCRIPT, CHECK_SCRIPT, *FONTS.values(), STYLE, PLAIN_STYLE)
_FACE = '@font-face{{font-family:"Titillium Web";font-weight:{};font-display:optional;src:url({})}}'
_WORDS = re.compile(r'\b_\("([^"\\]*)"\)')


class Asset(NamedTuple):
    content_type: str
    encoded: dict[str, bytes]  # "identity", and where that is worth it "br", "gzip"


@cache
def _assets() -> dict[str, Asset]:
    return {_url(name, code): _asset(name, code) for name in SERVED for code in languages.catalogues()}


def _read(name: str) -> bytes:
    return (files("omnia_com.static") / name).read_bytes()


def sentences() -> list[str]:
    """What the script of the form page says, in Italian."""
    return _WORDS.findall(_read("modulo.min.js").decode())


def own_script(language: str) -> bytes:
    """The script of the form page as `make script` shortened it; what stands in `_("…")` is in *language*."""
    told = languages.catalogues()[language].gettext
    code = _read("modulo.min.js").decode()
    return _WORDS.sub(lambda found: json.dumps(told(found[1]), ensure_ascii=False), code).encode()


@cache
def _body(name: str, language: str) -> bytes:
    if name in (STYLE, PLAIN_STYLE):
        return stylesheet(name == STYLE, ALL_RULES).encode()
    if name == SCRIPT:  # of both in one: a request costs 0.4 s on a bad line
        return _read("htmx.min.js") + b"\n" + own_script(language)
    return _read(name)


def _asset(name: str, language: str) -> Asset:
    body = _body(name, language)
    ending, encoded = name.rpartition(".")[2], {"identity": body}
    if ending not in COMPRESSED:
        encoded |= {"br": brotli.compress(body, quality=11), "gzip": gzip.compress(body, mtime=0)}
    return Asset(TYPES[ending], encoded)


def url(name: str) -> str:
    """The address of an asset in the language of the request; it changes with its content."""
    return _url(name, languages.current())


@cache
def _url(name: str, language: str) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{PREFIX}{stem}.{hashlib.sha256(_body(name, language)).hexdigest()[:10]}.{ending}"


def find(path: str) -> Asset | None:
    return _assets().get(path)


@cache
def stylesheet(fonts: bool, rules: tuple[str, ...]) -> str:
    """The stylesheet made of *rules*, without comments and blanks; *fonts*: with the typeface of public services."""
    faces = "".join(_FACE.format(weight, url(name)) for weight, name in FONTS.items() if fonts)
    return faces + str(rcssmin.cssmin("".join(map(_source, rules))))


def _source(name: str) -> str:
    return applying.css() if name == DRAWN else _read(f"styles/{name}.css").decode()


class Style(NamedTuple):
    """How a page gets its stylesheet: the text that stands in it, the address of the file, and what the
    Content-Security-Policy says of both."""

    inline: str
    url: str
    source: str


def style(*, fonts: bool, form: bool = False, kept: str = "") -> Style:
    """In the page itself the first time, when a file would cost a round trip; a file from then on, 3 kB less a page.

    The largest page, the *form*'s, has in it only the rules that it needs. *kept* is the name of the file that the
    browser says it has (`KEPT`).
    """
    address = url(STYLE if fonts else PLAIN_STYLE)
    if address == PREFIX + kept:
        return Style("", address, "'self'")
    return _first(address, stylesheet(fonts, FORM_RULES if form else ALL_RULES))


@cache
def _first(address: str, text: str) -> Style:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Style(text, address, f"'self' 'sha256-{digest}'")


def best_encoding(accepted: str) -> str:
    """brotli if the client takes it, else gzip, else nothing, from an Accept-Encoding header (RFC 9110)."""
    offers = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        offers[name.strip()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((e for e in ("br", "gzip") if offers.get(e)), "identity")
