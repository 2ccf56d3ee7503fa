"""The ways in, as the first page and the sign-in page offer them."""

import random
from typing import Any

from omnia_com.identity import Door, Scheme

NAMES: dict[Scheme, str] = {"spid": "SPID", "cie": "CIE", "cns": "CNS"}


def offered(doors: tuple[Door, ...], back: str) -> dict[str, Any]:
    """For `_entra.html` and `html`: the doors of each scheme that has one, in an order drawn anew at each view.

    No provider is to be preferred to another: AgID's rule for the SPID button.
    """
    ways = [(scheme, NAMES[scheme], _shuffled(scheme, doors)) for scheme in NAMES]
    return {"ways": [way for way in ways if way[2]], "lead_to": {door.origin for door in doors}, "next": back}


def _shuffled(scheme: Scheme, doors: tuple[Door, ...]) -> list[Door]:
    mine = [door for door in doors if door.scheme == scheme]
    random.SystemRandom().shuffle(mine)
    return mine
