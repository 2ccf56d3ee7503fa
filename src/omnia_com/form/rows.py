"""A row of a summary: the check page, the PDF and the receipt are made of these, and of no second list of fields."""

from collections.abc import Iterable

import msgspec

LONG_TEXT, MANY_LINES = 300, 5


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    label: str
    value: str
    fixed: bool = False
    """Whether the value is words of ours, which have translations, and not the person's."""

    @property
    def long(self) -> bool:
        """Too much for a table cell: shown as text of its own, that may go on to the next page."""
        return len(self.value) > LONG_TEXT or self.value.count("\n") >= MANY_LINES


class Change(msgspec.Struct, frozen=True):
    """What a row said and what it says now; None where it was, or is, not asked."""

    label: str
    before: Row | None
    after: Row | None


def changes(before: Iterable[Row], after: Iterable[Row]) -> tuple[Change, ...]:
    """The rows that do not say the same, in the order of *after*; what is asked no more comes last."""
    old, new = {row.label: row for row in before}, {row.label: row for row in after}
    labels = dict.fromkeys([*new, *old])
    return tuple(Change(label, old.get(label), new.get(label)) for label in labels if old.get(label) != new.get(label))
