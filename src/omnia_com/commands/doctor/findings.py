"""What `omnia-com doctor` finds."""

from dataclasses import dataclass
from datetime import UTC, datetime

APART = 10  # seconds: what providers and we allow each other is 30


@dataclass(frozen=True, slots=True)
class Finding:
    well: bool
    text: str
    todo: str = ""


def clocks(whose: str, theirs: datetime) -> Finding | None:
    """What is wrong if another clock and this machine's are too far apart: sign-ins and sessions would fail."""
    seconds = round((datetime.now(UTC) - theirs).total_seconds())
    if abs(seconds) <= APART:
        return None
    text = f"l’ora di {whose} e quella di questa macchina differiscono di {abs(seconds)} secondi"
    return Finding(False, text, "regola l’ora di tutte e due con NTP (timedatectl set-ntp true)")
