"""The demonstration provider is tried by our side of OpenID Connect."""

from tests.identity.oidc.conftest import browser, keys_are_read_once, relying_party, settings

__all__ = ["browser", "keys_are_read_once", "relying_party", "settings"]
