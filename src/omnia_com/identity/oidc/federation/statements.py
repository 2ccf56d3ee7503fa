"""What one entity of the federation says of another, or of itself.

Source: OpenID Federation 1.0, 3.
"""

import time
from typing import Any

import msgspec

from ...remote import invalid
from .. import jose
from ..jose import Jwks

TYPE = "entity-statement+jwt"
ROLE = "openid_provider"
SKEW = 30
MOST_BETWEEN = 2  # intermediates, where no constraint allows fewer


class Constraints(msgspec.Struct, frozen=True):
    max_path_length: int = MOST_BETWEEN
    naming_constraints: Any = None
    allowed_entity_types: list[str] | None = None
    allowed_leaf_entity_types: list[str] | None = None  # as the Italian rules name it


class Statement(msgspec.Struct, frozen=True):
    """What *iss* says of *sub*; of itself: an entity configuration."""

    iss: str
    sub: str
    iat: float
    exp: float
    jwks: Jwks
    authority_hints: list[str] = []
    metadata: dict[str, dict[str, Any]] = {}
    metadata_policy: dict[str, dict[str, dict[str, Any]]] = {}
    metadata_policy_crit: list[str] = []
    constraints: Constraints = Constraints()
    crit: list[str] = []

    def check(self, iss: str, sub: str, between: int) -> "Statement":
        """Raises `AccessRefused` unless this is *iss* on *sub*, now, with at most so many entities in *between*."""
        now = time.time()
        if (self.iss, self.sub) != (iss, sub):
            raise invalid("dichiarazione di o su un altro")
        if not (self.iat <= now + SKEW and now < self.exp):
            raise invalid("dichiarazione fuori tempo")
        if self.crit or self.constraints.naming_constraints is not None:
            raise invalid("dichiarazione con condizioni che non sappiamo verificare")
        if between > self.constraints.max_path_length:
            raise invalid("catena di fiducia troppo lunga")
        for allowed in (self.constraints.allowed_entity_types, self.constraints.allowed_leaf_entity_types):
            if allowed is not None and ROLE not in allowed:
                raise invalid("dichiarazione che non ammette fornitori")
        return self


def read(token: str, keys: Jwks) -> Statement:
    """What *token* says, signed with one of these *keys*."""
    return jose.shaped(jose.verified(token, keys, TYPE), Statement)


def guess(token: str) -> Statement:
    """What *token* seems to say: good for asking further, for nothing else."""
    return jose.shaped(jose.unverified(token, TYPE), Statement)
