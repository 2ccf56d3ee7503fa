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

from .. import languages

PREFIX = "/static/"
TYPES = {"js": "text/javascript; charset=utf-8", "woff2": "font/woff2", "txt": "text/plain; charset=utf-8"}
SERVED = {"modulo.js": ("htmx.min.js", "modulo.js")}  # each made of these files; one request costs 0.4 s on a bad line
_WORDS = re.compile(r'\b_\("([^"\\]*)"\)')
_BLANK = re.compile(r"^\s+|^//.*\n|\s*// .*$", re.MULTILINE)  # indentation and comments of a script


class Asset(NamedTuple):
    content_type: str
    encoded: dict[str, bytes]  # "br", "gzip", "identity"


@cache
def _assets() -> dict[str, Asset]:
    return {_url(name, code): _asset(name, code) for name in SERVED for code in languages.catalogues()}


def _read(name: str) -> bytes:
    return (files("omnia_com.static") / name).read_bytes()


def _script(name: str, language: str) -> bytes:
    """A script of ours; what stands in `_("…")` is in *language*."""
    told = languages.catalogues()[language].gettext
    lean = _BLANK.sub("", _read(name).decode())
    return _WORDS.sub(lambda found: json.dumps(told(found[1]), ensure_ascii=False), lean).encode()


@cache
def _body(name: str, language: str) -> bytes:
    return b"\n".join(_script(part, language) if part == name else _read(part) for part in SERVED[name])


def _asset(name: str, language: str) -> Asset:
    body = _body(name, language)
    encoded = {"br": brotli.compress(body, quality=11), "gzip": gzip.compress(body, mtime=0), "identity": body}
    return Asset(TYPES[name.rpartition(".")[2]], encoded)


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
def stylesheet() -> str:
    """The one stylesheet, as it stands in every page."""
    return _read("stile.css").decode().strip()


@cache
def stylesheet_hash() -> str:
    """For the Content-Security-Policy: the SHA-256 of what stands between the style tags."""
    return "sha256-" + base64.b64encode(hashlib.sha256(stylesheet().encode()).digest()).decode()


def best_encoding(accepted: str) -> str:
    """brotli if the client takes it, else gzip, else nothing, from an Accept-Encoding header (RFC 9110)."""
    offers = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        offers[name.strip()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((e for e in ("br", "gzip") if offers.get(e)), "identity")
