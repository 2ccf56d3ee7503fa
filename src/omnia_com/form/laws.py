"""The days from which a law counts: each stands here once, with its source. Rules and rows take theirs from here."""

from datetime import date, timedelta
from typing import NamedTuple

from babel.dates import format_date


class Law(NamedTuple):
    """Where it stands, and the first day on which it counts."""

    where: str
    first: date

    @property
    def eve(self) -> date:
        """The last day of what was before."""
        return self.first - timedelta(days=1)

    @property
    def day(self) -> str:
        """The first day in Italian words: `12 gennaio 2025`."""
        return format_date(self.first, "long", locale="it")


DUTY = Law("D.Lgs. 148/2015, art. 8", date(2015, 9, 24))
"""In force the day after its publication (art. 47): from then on the duty to communicate is what it is."""
SIX_MONTHS = Law("Legge 234/2021, art. 1, comma 197", date(2022, 1, 1))
DAYS_WORKED = Law("Legge 203/2024, art. 6", date(2025, 1, 12))
NOTICE_TO_THE_EMPLOYER = Law("Legge 182/2025, art. 22", date(2025, 12, 18))
