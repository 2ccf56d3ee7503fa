"""What an attachment is called: as its sender calls it, with the ending of what it is.

Browsers and sites give files endings that say nothing (`.bin`, `.do`, `.aspx`), and a full stop in a name begins no
ending («Contratto Sig.Rossi»): only what is known to be an ending is taken away.
"""

import re
import unicodedata
from collections.abc import Collection

from .kinds import JPEG, PDF, PNG

LONGEST_NAME = 100
OWN = {PDF: ("pdf",), JPEG: ("jpg", "jpeg", "jpe", "jfif"), PNG: ("png",)}
_PAGES = "action ashx asmx asp aspx axd cfm cgi do faces htm html jsf jsp jspx mht mhtml php phtml pl servlet svc"
_BROWSERS = "bak bin blob crdownload dat data download file octet-stream opdownload part partial temp tmp unknown"
_OTHER_KINDS = """
7z accdb aif aiff apk app avi avif bat bmp bz2 cab cer class cmd com csv dib djvu dll dmg doc docm docx dot dotx dwg
dxf eml eps epub exe gif gz hdp heic heif hif ico ics jar jp2 jpf js json jsonld jxl key lnk log m4a m4v md mdb mkv
mobi mov mp3 mp4 mpeg mpg msg msi numbers odf odg odp ods odt ogg ott oxps p7c p7m p7s pages pcx pem pps ppsx ppt pptm
pptx ps psd pub py rar raw rtf scr sh svg svgz swf tar tex tgz tif tiff tsd tsr tsv txt vbs vcf wav wbmp webm webp wmf
wmv wps xfdf xht xls xlsb xlsm xlsx xml xps xsl zip
"""
ENDINGS = {ending for text in (_PAGES, _BROWSERS, _OTHER_KINDS) for ending in text.split()}.union(*OWN.values())
_SHOWN_NOWHERE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # scripts and emoji are written with these
_OBJECT = "\ufffc"  # dictation leaves it; it shows nothing


def clean_name(given: str, kind: str) -> str:
    """A name that can be shown and saved anywhere, with an ending of *kind* (a media type).

    Without path, control signs, signs that turn the direction of writing; at most `LONGEST_NAME` signs.
    """
    text = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    text = "".join(c for c in text if c in _JOINERS or unicodedata.category(c) not in _SHOWN_NOWHERE)
    stem, ending = _parted(" ".join(text.split()), kind)
    shows = any(c not in "." + _OBJECT and unicodedata.category(c)[0] not in "CMZ" for c in stem)
    return _with_ending(stem if shows else "allegato", ending)


def told_apart(name: str, taken: Collection[str]) -> str:
    """*name*, or `name (2)` and so on if another file is called so: phones call every photograph `image.jpg`."""
    stem, _, ending = name.rpartition(".")
    others = {each.casefold() for each in taken}
    number = 1
    while name.casefold() in others:
        number += 1
        name = _with_ending(stem, ending, f" ({number})")
    return name


def is_same_name(name: str, kept: str, taken: Collection[str]) -> bool:
    """Whether the file *kept* under one of the *taken* names may have come as *name*."""
    stem, _, ending = name.rpartition(".")
    number = re.fullmatch(re.escape(stem) + r" \([2-9]\)\." + re.escape(ending), kept)
    return kept == name or bool(number and name in taken)


def _parted(name: str, kind: str) -> tuple[str, str]:
    """The name without its endings that lie, and an ending that does not; its own if it has one."""
    while True:
        stem, dot, ending = name.rstrip(" .").rpartition(".")
        ending = ending.lower()
        if dot and ending in OWN[kind]:
            return stem, ending
        if not dot or ending not in ENDINGS:
            return name, OWN[kind][0]
        name = stem


def _with_ending(stem: str, ending: str, number: str = "") -> str:
    room = LONGEST_NAME - len(ending) - 1 - len(number)
    return f"{stem.strip(' .')[:room].rstrip(' .') or 'allegato'}{number}.{ending}"
