"""A translation that is none: each word marked, so that what a page shows unmarked has been left out.

`python -m tests.helpers.pseudo` fills with it whatever is empty in the catalogues.
"""

import re
from typing import Any

from tests.catalogues import paths, read, write

MARK = "ž"
# Places for values, HTML, and the example that is to be typed as it stands.
KEPT = re.compile(r"(<[^>]+>|%\(\w+\)s|%%|\{\w+\}|&\w+;|(?<=Esempio: ).+)")
WORD = re.compile(r"(?<!\w)(?=[^\W\d_])")


def marked(text: str) -> str:
    pieces = KEPT.split(text)
    return "".join(piece if n % 2 else WORD.sub(MARK, piece) for n, piece in enumerate(pieces))


def _translation(message: Any) -> str | tuple[str, ...]:
    if not isinstance(message.id, tuple):
        return marked(message.id)
    one, many = map(marked, message.id)
    return (one, *(many for _ in message.string[1:]))


def fill() -> None:
    for path in paths().values():
        catalogue = read(path)
        for message in catalogue:
            if message.id and not any(message.string or ()):
                message.string = _translation(message)
        write(path, catalogue)


if __name__ == "__main__":
    fill()
