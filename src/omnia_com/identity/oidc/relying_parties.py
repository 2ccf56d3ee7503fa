"""Every OpenID provider that people may come from, together."""

from typing import Any

from omnia_com.settings import Settings

from .. import AccessRefused, Door, Scheme, origin_of
from .agreements import RETURN, Agreement, federation_client, read_agreements
from .federation.ourselves import entity_configuration
from .relying_party import RelyingParty

ENTER = "/accesso/oidc/entra"


class RelyingParties:
    """One relying party for each provider. Raises `SettingsError` if one cannot be right."""

    def __init__(self, settings: Settings) -> None:
        self._origins = sorted(settings.origins)
        every, federation = read_agreements(settings)
        self._all = [RelyingParty(agreement) for agreement in every]
        self._federation, self._us = federation, federation_client(settings)

    def named(self, id: str) -> RelyingParty:
        """The one of this id; of '': the first. Raises `AccessRefused`."""
        found = (party for party in self._all if id in ("", party.agreement.id))
        if party := next(found, None):
            return party
        raise AccessRefused("non_configurato", "nessun fornitore OpenID Connect con questo nome")

    def of_issuer(self, issuer: str) -> RelyingParty | None:
        return next((party for party in self._all if party.agreement.issuer == issuer), None)

    def doors(self) -> tuple[Door, ...]:
        return tuple(
            _door(party.agreement, scheme, named=index > 0)
            for index, party in enumerate(self._all)
            for scheme in party.agreement.schemes
        )

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public keys by which any of the providers knows us."""
        clients = [self._us, *(party.agreement.client for party in self._all)]
        return {"keys": list({key["kid"]: key for client in clients for key in client.jwks()}.values())}

    def entity_configuration(self) -> str | None:
        """What we say of ourselves in the federation; None if we are not in it."""
        addresses = [origin + RETURN for origin in self._origins]
        return entity_configuration(self._federation, self._us, addresses) if self._federation else None

    async def aclose(self) -> None:
        for party in self._all:
            await party.aclose()


def _door(agreement: Agreement, scheme: Scheme, *, named: bool) -> Door:
    which = (("da", agreement.id),) if named else ()
    return Door(
        scheme, agreement.name, ENTER, (("con", scheme), *which), origin_of(agreement.origin or agreement.issuer)
    )
