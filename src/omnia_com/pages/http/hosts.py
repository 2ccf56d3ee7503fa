"""By which of our names a request asks, and at which of our ports: the service's, or the one for cards.

A name is the same in capitals, and with the dot that ends a full one (RFC 9110, 4.2.3; RFC 1034, 3.1).
"""

import re
from urllib.parse import urlsplit

from litestar.types import HTTPScope

from omnia_com.settings import Settings

_LAST_DOT = re.compile(r"(?<=[^.])\.(?=(?::\d*)?$)", re.ASCII)


def plain(name: str) -> str:
    """A host, or an origin, as we write ours: small letters, no last dot."""
    return _LAST_DOT.sub("", name.lower())


class Hosts:
    """The `Host`s that we answer to."""

    def __init__(self, settings: Settings) -> None:
        self._service = {urlsplit(origin).netloc.lower().encode() for origin in settings.origins}
        self._cards = {urlsplit(settings.cns_url).netloc.lower().encode()}
        self._port = settings.cns_port if settings.cns_url else None
        self._own = urlsplit(settings.base_url).netloc.encode()

    def is_for_cards(self, scope: HTTPScope) -> bool:
        """Whether it came to the port that only the proxy of cards reaches: no header can say so."""
        return self._port is not None and scope["server"] is not None and scope["server"][1] == self._port

    def knows(self, scope: HTTPScope) -> bool:
        """Whether it asks for one name, and that is ours."""
        return self._asked(scope) in (self._cards if self.is_for_cards(scope) else self._service)

    def ends_in_a_dot(self, scope: HTTPScope) -> bool:
        """Whether the browser writes our name with its last dot, which makes it another host for its cookies."""
        dotted = any(name == b"host" and _LAST_DOT.search(value.decode("latin-1")) for name, value in scope["headers"])
        return dotted and self.knows(scope)

    def mended(self, scope: HTTPScope) -> list[tuple[bytes, bytes]]:
        """The headers with the name as we write it, our own for a foreign one: nothing inside has to read what may be
        no name at all."""
        name = self._asked(scope) if self.knows(scope) else self._own
        return [(b"host", name), *(h for h in scope["headers"] if h[0] != b"host")]

    def _asked(self, scope: HTTPScope) -> bytes:
        """The one name for which it asks; b'' if there is none, or more."""
        asked = [value for name, value in scope["headers"] if name == b"host"]
        return plain(asked[0].decode("latin-1")).encode("latin-1") if len(asked) == 1 else b""
