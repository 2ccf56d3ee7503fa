"""By which of our names a request asks, and at which of our ports: the service's, or the one for cards."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from litestar.types import HTTPScope

from omnia_com.settings import Settings

Headers = Iterable[tuple[bytes, bytes]]


class Hosts:
    """The `Host`s that we answer to."""

    def __init__(self, settings: Settings) -> None:
        self._service = {urlsplit(origin).netloc.encode() for origin in settings.origins}
        self._cards = {urlsplit(settings.cns_url).netloc.encode()}
        self._port = settings.cns_port if settings.cns_url else None
        self._own = urlsplit(settings.base_url).netloc.encode()

    def is_for_cards(self, scope: HTTPScope) -> bool:
        """Whether it came to the port that only the proxy of cards reaches: no header can say so."""
        return self._port is not None and scope["server"] is not None and scope["server"][1] == self._port

    def knows(self, scope: HTTPScope) -> bool:
        """Whether it asks for one name, and that is ours."""
        asked = [value for name, value in scope["headers"] if name == b"host"]
        return len(asked) == 1 and asked[0] in (self._cards if self.is_for_cards(scope) else self._service)

    def mended(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        """The same with our own name: nothing inside has to read a foreign one, which may be no name at all."""
        return [(b"host", self._own), *(h for h in headers if h[0] != b"host")]
