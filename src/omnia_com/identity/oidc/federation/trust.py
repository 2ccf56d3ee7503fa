"""Trust in a provider of the Italian federation: a chain of signed statements from it up to the anchor.

Source: OpenID Federation 1.0, 3, 4, 6 and 10, and the SPID/CIE OpenID Connect rules. Nothing that a provider says of
itself is believed before each statement above it has been verified, from the anchor's pinned keys downwards.
"""

import asyncio
import time
from collections.abc import Sequence

import msgspec

from ... import AccessRefused
from ...remote import CachedDocument, Remote, invalid, unreachable, with_query
from .. import jose
from ..jose import Jwks
from ..provider import Metadata, Url
from . import metadata_policy, statements
from .statements import MOST_BETWEEN, ROLE, Statement

WELL_KNOWN = "/.well-known/openid-federation"
MOST_HINTS = 4


class Told(msgspec.Struct, frozen=True):
    """A statement, with the token that it was read from."""

    token: str
    said: Statement


class Trusted(msgspec.Struct, frozen=True):
    """A provider at the end of its chain."""

    metadata: Metadata
    keys: Jwks
    chain: str  # the tokens, the provider's first, one a line
    expires: float


class Fetch(msgspec.Struct, frozen=True):
    federation_fetch_endpoint: Url


class Resolver:
    """Finds and verifies the chain from a provider up to *anchor*, whose keys are *pinned*."""

    def __init__(self, anchor: str, pinned: Jwks, remote: Remote) -> None:
        self._anchor, self._pinned, self._remote = anchor, pinned, remote

    async def resolve(self, entity: str) -> Trusted:
        try:
            async with asyncio.timeout(4 * self._remote.seconds):
                path = await self._path(await self._configuration(entity), [])
                vouched = await self._vouched(path)
        except TimeoutError:
            raise unreachable("catena di fiducia: troppo tempo") from None
        metadata = _metadata(path[0], vouched)
        return Trusted(
            metadata=metadata,
            keys=await self._keys(metadata, vouched[0].said.jwks),
            chain="\n".join(told.token for told in (path[0], *vouched, path[-1])),
            expires=min(told.said.exp for told in (*path, *vouched)),
        )

    async def _configuration(self, entity: str, keys: Jwks | None = None) -> Told:
        """What *entity* says of itself: proved if its *keys* are known, else not yet to be believed."""
        token = await self._token(entity.rstrip("/") + WELL_KNOWN)
        return Told(token, statements.read(token, keys) if keys else statements.guess(token))

    async def _token(self, url: str) -> str:
        return (await self._remote.ask("GET", url)).expect_success("federazione").text

    async def _path(self, last: Told, below: list[Told]) -> list[Told]:
        """The configurations from the provider to the anchor, by what each says of who is above it."""
        path = [*below, last]
        if self._anchor in last.said.authority_hints:
            return [*path, await self._configuration(self._anchor, self._pinned)]
        for hint in last.said.authority_hints[:MOST_HINTS] if len(below) < MOST_BETWEEN else ():
            if all(hint != told.said.sub for told in path):
                try:
                    return await self._path(await self._configuration(hint), path)
                except AccessRefused:
                    continue
        raise invalid("nessuna catena di fiducia arriva all’ancora")

    async def _vouched(self, path: Sequence[Told]) -> list[Told]:
        """What each in *path*, but the anchor, is said to be by who stands above: the provider's first."""
        between = len(path) - 2
        superior = path[-1].said.check(self._anchor, self._anchor, between)
        vouched: list[Told] = []
        for index in range(between, -1, -1):
            entity = path[index].said.sub
            told = await self._about(entity, superior)
            told.said.check(superior.sub, entity, index)
            superior = statements.read(path[index].token, told.said.jwks).check(entity, entity, max(index - 1, 0))
            vouched.insert(0, told)
        return vouched

    async def _about(self, entity: str, superior: Statement) -> Told:
        fetch = jose.shaped(superior.metadata.get("federation_entity", {}), Fetch).federation_fetch_endpoint
        if superior.sub.startswith("https:") and not fetch.startswith("https:"):
            raise invalid("federazione senza https")
        token = await self._token(with_query(fetch, {"sub": entity}))
        return Told(token, statements.read(token, superior.jwks))

    async def _keys(self, metadata: Metadata, vouched: Jwks) -> Jwks:
        """The provider's keys for tokens, which are not those that it signs statements with."""
        if metadata.jwks is not None:
            return metadata.jwks
        if metadata.signed_jwks_uri is not None:
            token = await self._token(metadata.signed_jwks_uri)
            return jose.shaped(jose.verified(token, vouched, "jwk-set+jwt"), Jwks)
        if metadata.jwks_uri is not None:
            return await self._remote.document(metadata.jwks_uri, Jwks)
        raise invalid("il fornitore non dichiara le sue chiavi")


def _metadata(leaf: Told, vouched: Sequence[Told]) -> Metadata:
    """What the provider says of itself, as its superiors let it stand."""
    found = {**leaf.said.metadata.get(ROLE, {}), **vouched[0].said.metadata.get(ROLE, {})}
    for told in vouched:
        found = metadata_policy.apply(found, told.said.metadata_policy.get(ROLE, {}), told.said.metadata_policy_crit)
    return jose.shaped(found, Metadata).check(leaf.said.sub)


class FederatedProvider:
    """A provider as the federation vouches for it; never longer than the shortest of its statements lasts."""

    def __init__(self, issuer: str, resolver: Resolver) -> None:
        self.issuer = issuer
        self._trusted = CachedDocument(lambda: resolver.resolve(issuer))
        self.keys = TrustedKeys(self._trusted)

    async def metadata(self) -> Metadata:
        return (await self._now()).metadata

    async def chain(self) -> str:
        return (await self._now()).chain

    async def _now(self) -> Trusted:
        trusted = await self._trusted.get()
        if trusted.expires <= time.time():
            trusted = await self._trusted.newer()
        if trusted.expires <= time.time():
            raise unreachable("catena di fiducia scaduta")
        return trusted


class TrustedKeys:
    """The provider's keys, as its chain gives them."""

    def __init__(self, trusted: CachedDocument[Trusted]) -> None:
        self._trusted = trusted

    async def get(self) -> Jwks:
        return (await self._trusted.get()).keys

    async def newer(self) -> Jwks:
        return (await self._trusted.newer()).keys
