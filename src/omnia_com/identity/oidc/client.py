"""How the service shows a provider who it is: an assertion that it signs, or a shared secret where it has no key."""

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from joserfc.jwk import RSAKey

from .. import keys
from . import jose


@dataclass(frozen=True, slots=True)
class Client:
    """The service as a provider knows it. The first key signs; the others are published, before or after their turn."""

    id: str
    keys: tuple[RSAKey, ...] = ()
    secret: str = ""

    def credentials(self, audience: str) -> tuple[dict[str, str], str]:
        """Fields for the form and the Authorization header: private_key_jwt (RFC 7523), else client_secret_basic."""
        if self.keys:
            return jose.client_assertion(self.id, audience, self.keys[0]), ""
        pair = f"{quote_plus(self.id)}:{quote_plus(self.secret)}"  # RFC 6749, 2.3.1
        return {}, f"Basic {base64.b64encode(pair.encode()).decode()}"

    def jwks(self) -> list[dict[str, Any]]:
        """The public keys that a provider verifies us with."""
        return [keys.public(key) for key in self.keys]
