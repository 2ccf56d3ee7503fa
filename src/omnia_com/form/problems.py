"""What cannot be right: raised by the kind that reads a text, found by a rule, shown beside the field."""

from typing import NamedTuple


class Unreadable(ValueError):
    """What was typed cannot be an answer to this field; `code` says why, `reason` in which of the ways."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


class Problem(NamedTuple):
    """An error: the field it stands at and its stable code.

    Of the ways to come to one code some need advice of their own: `reason` names the sentence (`messages.REASONS`),
    `words` are names of ours that it tells, in the form `{name}`. Never what a person typed.
    """

    field: str
    code: str
    reason: str = ""
    words: tuple[tuple[str, str], ...] = ()

    @property
    def missing(self) -> bool:
        """Only a missing answer is left unsaid until the person wants to send."""
        return self.code == "obbligatorio"
