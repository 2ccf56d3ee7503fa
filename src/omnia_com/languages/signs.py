"""What of a text is seen: what is read is what a person sees, and one place says it for every kind of field.

Signs that show nothing come along when text is copied or dictated. Where a number, a date or a code is read they are
dropped; alone they are no answer anywhere. A sign that only *becomes* a digit (¹, ①, ½) is none: nothing reads it so.
"""

import re
import unicodedata

# Unicode's format signs (category Cf) and its other default ignorables, controls that are no white space, the mark that
# dictation leaves for an object (U+FFFC), fillers and blanks: tests/test_signs.py holds this to Unicode's own tables.
_NOTHING = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_LEFT_OVER = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufff0-\ufffc]")
_ALIKE = str.maketrans(dict.fromkeys("’‘ʼ′`´", "'") | dict.fromkeys("−–—‐‑‒―﹣", "-"))
_BASE = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
)  # Unicode does not take them apart
_SAME_SIGN = ("<wide>", "<narrow>", "<noBreak>")  # forms of one sign in Unicode's table; others only become it


def one_line(typed: str) -> str:
    """The text with every run of white space as one blank, in Unicode's composed form."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def without_unseen(text: str) -> str:
    """The text without the signs that show nothing; white space stays."""
    return _NOTHING.sub("", text)


def without_leftovers(text: str) -> str:
    """The text without what no keyboard writes; joiners and marks of direction stay, for names need them."""
    return _LEFT_OVER.sub("", text)


def shows(text: str) -> bool:
    """Whether anything of *text* is seen: a mark without a letter to stand on is not."""
    return any(not c.isspace() and unicodedata.category(c)[0] != "M" for c in without_unseen(text))


def seen(text: str) -> int:
    """How many characters of *text* show something, blanks between them included."""
    if not shows(text):
        return 0
    return sum(unicodedata.category(c) not in ("Mn", "Me") for c in one_line(without_unseen(text)))


def plain(typed: str) -> str:
    """A number, a date or a code as keyboards write it: one kind of digit, of blank, of apostrophe and of dash,
    and nothing that is not seen."""
    text = without_unseen(typed).translate(_ALIKE)
    return one_line(text if text.isascii() else "".join(map(_keyed, text)).translate(_ALIKE))


def _keyed(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign) if unicodedata.decomposition(sign).startswith(_SAME_SIGN) else sign


def compact(typed: str) -> str:
    """The text as a machine would have it: plain, no blanks, capitals."""
    return plain(typed).replace(" ", "").upper()


def folded(name: str) -> str:
    """A name as people compare names: nothing unseen, no accents, no case, one kind of apostrophe and of dash."""
    text = one_line(without_unseen(name).translate(_ALIKE)).casefold().translate(_BASE)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def letters(name: str) -> str:
    """What is left of a name when people compare names: letters and digits alone, without accents and case."""
    return "".join(c for c in folded(name) if c.isalnum())
