"""Metadata policies of the federation: what superiors say about the metadata of those below them.

Source: OpenID Federation 1.0, 6.1. Policies of several superiors are applied one after the other, the anchor's last:
it has the last word.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ...remote import invalid

OPERATORS = ("value", "add", "default", "one_of", "subset_of", "superset_of", "essential")
Policy = Mapping[str, Mapping[str, Any]]


def apply(metadata: Mapping[str, Any], policy: Policy, critical: Sequence[str] = ()) -> dict[str, Any]:
    """*metadata* as *policy* leaves them: changed, or refused by an `AccessRefused`."""
    if unknown := set(critical) - set(OPERATORS):
        raise invalid(f"politica con operatori sconosciuti: {len(unknown)}")
    left = dict(metadata)
    for name, operators in policy.items():
        value = left.pop(name, None)
        for operator in OPERATORS:
            if operator in operators:
                value = _apply_one(operator, operators[operator], value, name)
        if value is not None:
            left[name] = value
    return left


def _apply_one(operator: str, said: Any, value: Any, name: str) -> Any:
    match operator:
        case "value":
            return said
        case "add":
            return [*_many(value), *(item for item in _many(said) if item not in _many(value))]
        case "default":
            return said if value is None else value
        case "subset_of" if value is not None:
            kept = [item for item in _many(value) if item in _many(said)]
            return kept if isinstance(value, list) else " ".join(kept) or None
    if not _allowed(operator, said, value):
        raise invalid(f"la politica della federazione non ammette {name[:40]!r}")
    return value


def _allowed(operator: str, said: Any, value: Any) -> bool:
    match operator:
        case "one_of":
            return value is None or value in _many(said)
        case "superset_of":
            return value is None or all(item in _many(value) for item in _many(said))
        case "essential":
            return not said or value not in (None, [], "")
    return True


def _many(value: Any) -> list[Any]:
    """`scope` and its like are texts of words (6.1.3.1)."""
    if isinstance(value, str):
        return value.split()
    return list(value) if isinstance(value, list) else [] if value is None else [value]
