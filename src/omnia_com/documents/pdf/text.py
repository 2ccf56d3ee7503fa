"""The text that a PDF really shows, through the maps with which its own fonts say what each glyph means."""

import io
import re
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Object

Glyphs = dict[bytes, str]
CHAR = re.compile(rb"<(\w+)>\s*<(\w+)>")
RANGE = re.compile(rb"<(\w+)>\s*<(\w+)>\s*(<\w+>|\[[^\]]*\])")


def contains_text(pdf: bytes, text: str) -> bool:
    """Whether some page shows *text*; white space does not count, for lines wrap anywhere."""
    wanted = "".join(text.split())
    return any(wanted in page for page in pages_text(pdf))


def pages_text(pdf: bytes) -> Iterator[str]:
    """What each page shows, without white space, in the order in which it is painted."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        known: dict[tuple[int, int], Glyphs] = {}
        for page in document.pages:
            yield "".join("".join(_shown(page, known)).split())


def _shown(page: pikepdf.Page, known: dict[tuple[int, int], Glyphs]) -> Iterator[str]:
    """Where the page says in words what its glyphs are together (a letter and its marks), these words."""
    fonts = page.obj.Resources.get("/Font", pikepdf.Dictionary())
    glyphs: Glyphs = {}
    in_words: list[bool] = []  # of each part that is open
    for instruction in pikepdf.parse_content_stream(page, "Tf Tj TJ BDC BMC EMC"):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Tf":
            font = fonts[str(operands[0])]
            glyphs = known.get(font.objgen) or known.setdefault(font.objgen, _glyphs(font))
        elif operator in ("BDC", "BMC"):
            words = _actual_text(operands[-1])
            yield words or ""
            in_words.append(words is not None)
        elif operator == "EMC":
            in_words.pop()
        elif not any(in_words):
            yield _decoded(operands[0], glyphs)


def _actual_text(properties: Object) -> str | None:
    found = properties.get("/ActualText") if isinstance(properties, pikepdf.Dictionary) else None
    return None if found is None else str(found)


def _decoded(shown: Object, glyphs: Glyphs) -> str:
    strings = [part for part in shown if isinstance(part, pikepdf.String)] if isinstance(shown, Array) else [shown]
    codes = b"".join(map(bytes, strings))
    width = len(next(iter(glyphs), b"  "))
    return "".join(glyphs.get(codes[i : i + width], "\ufffd") for i in range(0, len(codes), width))


def _glyphs(font: Object) -> Glyphs:
    """The font's ToUnicode map: `<code> <text>` in a bfchar block, `<first> <last> <text>` in a bfrange one."""
    glyphs: Glyphs = {}
    cmap = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        glyphs |= {_code(code): _text(text) for code, text in CHAR.findall(block)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, texts in RANGE.findall(block):
            glyphs |= _range(_code(first), _code(last), [_text(text) for text in re.findall(rb"<(\w+)>", texts)])
    return glyphs


def _range(first: bytes, last: bytes, texts: list[str]) -> Glyphs:
    start, end = int.from_bytes(first, "big"), int.from_bytes(last, "big")
    if len(texts) == 1:
        texts = [texts[0][:-1] + chr(ord(texts[0][-1]) + i) for i in range(end - start + 1)]
    return {(start + i).to_bytes(len(first), "big"): text for i, text in enumerate(texts)}


def _code(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode())


def _text(digits: bytes) -> str:
    return _code(digits).decode("utf-16-be")
