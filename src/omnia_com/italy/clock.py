"""The domain's clock: what day it is for the law (Europe/Rome) and at which instant something is sent."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from omnia_com.settings import ROME


@dataclass(frozen=True, slots=True)
class Clock:
    """Real time, or one frozen instant (`OMNIA_ADESSO`). Sessions and tokens never ask it: they keep real time."""

    frozen: datetime | None = None

    def now(self) -> datetime:
        """An aware instant in UTC."""
        return (self.frozen or datetime.now(UTC)).astimezone(UTC)

    def today(self) -> date:
        """The calendar day in Rome, on which terms are counted."""
        return self.now().astimezone(ROME).date()


def rome(instant: datetime) -> datetime:
    """The same instant as the clock on an Italian wall shows it."""
    return instant.astimezone(ROME)
