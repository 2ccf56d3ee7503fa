"""Leaving the OpenID provider by which a person came in."""

import asyncio
from collections.abc import Iterable

from omnia_com.identity import AccessRefused
from omnia_com.identity.exchanges import LEFT, Exchange, keep
from omnia_com.people.sessions import Session, Token

from ..http.asked import Services

PATIENCE = 3.0  # seconds; a provider that is slow keeps nobody from signing out


async def leave_provider(services: Services, session: Session, others: Iterable[Token], back_to: str) -> str | None:
    """Gives back the tokens; says where the browser signs out at the provider too, if anywhere."""
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(_revoke(token, services) for token in (session.given, *others)))
            party = services.oidc.of_issuer(session.issuer)
            return await party.end_session_url(session.id_token, back_to + "/") if party else None
    except (AccessRefused, TimeoutError):
        return None


async def _revoke(token: Token, services: Services) -> None:
    """SPID and CIE require it; what came of it is in the register beside the sign-in."""
    party = services.oidc.of_issuer(token.issuer)
    if party is None:
        return
    try:
        answer = await party.revoke(token.access_token)
    except AccessRefused as e:
        answer = str(e)
    if answer:
        about = ("oidc", token.issuer, token.request_id, LEFT, token.owner)
        await keep(Exchange(*about, {"revocation": answer}), services.settings)  # type: ignore[arg-type]
