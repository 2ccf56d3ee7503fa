"""Asking another server, guardedly: a few seconds in all, 512 kB, no redirect, no cookie, no compression."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from omnia_com.deployment import LOOPBACK

from . import AccessRefused

SECONDS = 5.0
LARGEST = 512 * 1024
FRESH = 600.0  # seconds a kept document serves before it is fetched again
RETRY = 10.0  # seconds between two fetches that somebody else can provoke
EMPTY_RETRY = 1.0  # the same while there is no copy to serve: those who wait together fail together

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def unreachable(detail: str) -> AccessRefused:
    return AccessRefused("fornitore_non_raggiungibile", detail)


def invalid(detail: str) -> AccessRefused:
    return AccessRefused("risposta_non_valida", detail)


def with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def read_json(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError) as e:
        raise invalid(f"{shape.__name__}: {type(e).__name__}") from None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace").strip()

    def expect_success(self, what: str) -> "Answer":
        if self.status >= 500:
            raise unreachable(f"{what}: stato {self.status}")
        if self.status != 200:
            raise invalid(f"{what}: stato {self.status}")
        return self


def new_client() -> httpx.AsyncClient:
    """A client that keeps no cookie: what a provider sets for one person must not travel with the next.

    The machine's proxy, if it has one, is not asked for its own loopback addresses.
    """
    direct = dict.fromkeys(f"all://{name}" for name in LOOPBACK)
    return httpx.AsyncClient(cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])), timeout=SECONDS, mounts=direct)


@dataclass(frozen=True, slots=True)
class Remote:
    http: httpx.AsyncClient
    seconds: float = SECONDS

    async def ask(
        self, method: str, url: str, *, authorization: str = "", form: Mapping[str, str] | None = None
    ) -> Answer:
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": authorization} if authorization else {})
        try:
            async with asyncio.timeout(self.seconds):
                return await self._exchange(self.http.build_request(method, url, data=form, headers=headers))
        except AccessRefused:
            raise
        except Exception as e:  # an address and bytes of somebody else's pass through four libraries
            raise unreachable(type(e).__name__) from None

    async def _exchange(self, request: httpx.Request) -> Answer:
        response = await self.http.send(request, stream=True, follow_redirects=False)
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise invalid("risposta compressa, non richiesta")
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LARGEST:
                    raise invalid("risposta troppo grande")
        finally:
            await response.aclose()
        return Answer(response.status_code, response.headers.get("content-type", "").partition(";")[0].strip(), body)

    async def document(self, url: str, shape: type[T]) -> T:
        return read_json((await self.ask("GET", url)).expect_success(shape.__name__).body, shape)


class Published(Protocol[T_co]):
    """Something that another server publishes: as it is known, and as it is now."""

    async def get(self) -> T_co: ...

    async def newer(self) -> T_co: ...


class CachedDocument(Generic[T]):
    """A remote document kept ten minutes; while a new fetch fails, the last good copy serves."""

    def __init__(self, fetch: Callable[[], Awaitable[T]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._copy: T | None = None
        self._failure = unreachable("mai letto")
        self._fetched = self._tried = self._forced = float("-inf")

    async def get(self) -> T:
        async with self._lock:
            now = time.monotonic()
            if now - self._fetched > FRESH and now - self._tried > (EMPTY_RETRY if self._copy is None else RETRY):
                await self._refresh()
        return self._served()

    async def newer(self) -> T:
        """A copy fetched now, unless one was asked for less than ten seconds ago."""
        async with self._lock:
            if time.monotonic() - self._forced > RETRY:
                self._forced = time.monotonic()
                await self._refresh()
        return self._served()

    async def _refresh(self) -> None:
        try:
            self._copy = await self._fetch()
            self._fetched = time.monotonic()
        except AccessRefused as e:
            self._failure = e
        finally:
            self._tried = time.monotonic()

    def _served(self) -> T:
        if self._copy is None:
            raise AccessRefused(self._failure.reason, "nessuna copia da usare") from self._failure
        return self._copy
