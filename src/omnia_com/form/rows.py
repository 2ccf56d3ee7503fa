"""A row of a summary: the check page, the PDF and the receipt are made of these, and of no second list of fields."""

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
