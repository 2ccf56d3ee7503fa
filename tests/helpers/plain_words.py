"""How hard a text is to read."""

import re
from collections.abc import Iterable


def gulpease(texts: Iterable[str]) -> float:
    """Gulpease index of readability (Lucisano and Piemontese, 1988); 60 and more is easy for a middle school diploma.

    A full stop inside a number or an abbreviation ends no sentence.
    """
    text = " ".join(texts)
    words = re.findall(r"[^\W_]+(?:[.,/][^\W_]+)*", text)
    sentences = re.findall(r"[.!?](?=\s|$)", text)
    letters = sum(c.isalnum() for c in text)
    return 89 + (300 * len(sentences) - 10 * letters) / len(words)
