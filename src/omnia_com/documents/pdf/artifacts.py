"""Marks as an artifact everything painted outside the structure: margin boxes, borders, backgrounds."""

from collections.abc import Iterator, Sequence

import pikepdf
from pikepdf import ContentStreamInstruction, Dictionary, Name, Operator

from .structure import Marked

PATH = frozenset(("m", "l", "c", "v", "y", "h", "re"))
CLIP = frozenset(("W", "W*"))
PAINT = frozenset(("f", "F", "f*", "S", "s", "B", "B*", "b", "b*"))
ALONE = frozenset(("Tj", "TJ", "'", '"', "sh", "Do", "INLINE IMAGE"))
BEGIN = ContentStreamInstruction([Name.Artifact], Operator("BMC"))
END = ContentStreamInstruction([], Operator("EMC"))

Instruction = ContentStreamInstruction | pikepdf.ContentStreamInlineImage


def mark_artifacts(pdf: pikepdf.Pdf, stray: Marked) -> None:
    """Wrap what is painted outside marked content, and turn the marks of *stray* pieces into artifacts."""
    for page in pdf.pages:
        taken_out = {mcid for objgen, mcid in stray if objgen == page.obj.objgen}
        marked = list(_marked(pikepdf.parse_content_stream(page), taken_out))
        page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(marked))


def _marked(instructions: Sequence[Instruction], taken_out: set[int]) -> Iterator[Instruction]:
    """A path is built by several instructions: the mark goes around the whole of it."""
    depth = 0
    path: list[Instruction] = []
    for instruction in instructions:
        operator = str(instruction.operator)
        if operator in PATH or (path and operator in CLIP):
            path.append(instruction)
            continue
        painted = (path and operator in PAINT) or operator in ALONE
        if painted and depth == 0:
            yield from (BEGIN, *path, instruction, END)
        else:
            yield from (*path, _mark(instruction, taken_out, outside=depth == 0))
        path = []
        depth += (operator in ("BMC", "BDC")) - (operator == "EMC")
    yield from path


def _mark(instruction: Instruction, taken_out: set[int], *, outside: bool) -> Instruction:
    """Outside the structure glyphs may come with the words that they stand for (a letter and its marks): they stay."""
    if str(instruction.operator) != "BDC" or not isinstance(properties := instruction.operands[1], Dictionary):
        return instruction
    number = int(properties.get("/MCID", -1))
    if outside and number < 0:
        return ContentStreamInstruction([Name.Artifact, properties], Operator("BDC"))
    return BEGIN if number in taken_out else instruction
