"""The kinds of the form's fields, and what becomes of a text that one of them reads."""

from decimal import Decimal

from hypothesis import settings

from omnia_com.form.field_groups import GROUPS
from omnia_com.form.fields import Kind
from omnia_com.form.numbers import Count, Hours
from omnia_com.form.problems import Unreadable

ASKED = {f.name: f for group in GROUPS.values() for f in group.fields}
WEEK, DAY = Hours(Decimal("0.25"), Decimal(78)), Hours(Decimal("0.25"), Decimal(24))
DAYS_WORKED = Count(1, 366)
PARTITA_IVA = ASKED["partita_iva"].kind
CODICE_FISCALE = ASKED["datore_codice_fiscale"].kind
STATES = ASKED["sede_stato"].kind
PROVINCES = ASKED["sede_provincia"].kind
quick = settings(max_examples=100, deadline=None)


def refusal(kind: Kind, typed: str) -> str:
    """The code with which *typed* is refused; what was read instead, if it was not."""
    try:
        return f"read as {kind.read(typed)!r}"
    except Unreadable as e:
        return e.code


def reason(kind: Kind, typed: str) -> str:
    """The code and the reason with which *typed* is refused, `code:reason`."""
    try:
        return f"read as {kind.read(typed)!r}"
    except Unreadable as e:
        return f"{e.code}:{e.reason}"
