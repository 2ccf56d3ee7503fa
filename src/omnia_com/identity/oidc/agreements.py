"""Which OpenID providers people may come from, and on what agreement: from the settings and from one TOML file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from joserfc.jwk import RSAKey

from omnia_com.deployment import LOOPBACK
from omnia_com.settings import Settings, SettingsError

from .. import Scheme, keys
from ..claims import ACR_LEVELS, CLAIMS, Fact
from .client import Client
from .federation.ourselves import Federation, read_federation
from .providers_file import SETTING, File, ProviderTable, read_file, read_secret

RETURN = "/accesso/oidc/ritorno"
EVERY_SCHEME: tuple[Scheme, ...] = ("spid", "cie", "cns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What one provider is to us."""

    id: str  # in our addresses
    name: str
    issuer: str
    schemes: tuple[Scheme, ...]
    client: Client
    return_path: str = RETURN
    origin: str = ""
    claims: Mapping[Fact, tuple[str, ...]]
    acr: Mapping[str, int]
    federation: Federation | None = None

    @property
    def iss_expected(self) -> bool:
        """CIE's rules have the provider name itself in every answer."""
        return self.federation is not None and self.schemes == ("cie",)


def read_agreements(settings: Settings) -> tuple[tuple[Agreement, ...], Federation | None]:
    """Every provider that is configured, the one that needs no name in our addresses first; and the federation that
    we are in. Raises `SettingsError`."""
    path = Path(settings.oidc_providers)
    file = read_file(path) if settings.oidc_providers else File()
    federation = read_federation(file.federation, path.parent, settings) if file.federation else None
    found = (*_of_settings(settings), *_of_file(settings, path.parent, file, federation))
    for agreement in found:
        check_address(agreement.issuer, settings, f"{SETTING}, {agreement.id}")
    if federation:
        check_address(federation.anchor, settings, f"{SETTING}, anchor")
    _check_distinct(found)
    return found, federation


def _check_distinct(found: tuple[Agreement, ...]) -> None:
    for what in ("id", "issuer"):
        seen = [getattr(agreement, what) for agreement in found]
        if len(set(seen)) < len(seen):
            raise SettingsError(f"{SETTING}: due fornitori hanno lo stesso {what}")


def _of_settings(settings: Settings) -> Iterator[Agreement]:
    demo = settings.demo_issuer if settings.demo else ""
    if demo:
        yield of_issuer(settings, demo, id="dimostrativo", name="Fornitore dimostrativo")
    if settings.oidc_issuer and settings.oidc_issuer != demo:
        yield of_issuer(settings, settings.oidc_issuer)


def of_issuer(settings: Settings, issuer: str, id: str = "fornitore", name: str = "") -> Agreement:
    """The agreement of `OMNIA_OIDC_ISSUER`: all that is usual. Raises `SettingsError`."""
    if not issuer or not settings.oidc_key:
        raise SettingsError("OMNIA_OIDC_ISSUER e OMNIA_OIDC_KEY: scrivi il fornitore e il file PEM della chiave")
    check_address(issuer, settings, "OMNIA_OIDC_ISSUER")
    return Agreement(
        id=id,
        name=name or urlsplit(issuer).netloc,
        issuer=issuer,
        schemes=EVERY_SCHEME,
        client=Client(settings.oidc_client_id, own_keys(settings)),
        claims=CLAIMS,
        acr=ACR_LEVELS,
    )


def own_keys(settings: Settings) -> tuple[RSAKey, ...]:
    """The keys of `OMNIA_OIDC_KEY`; in the demonstration made by themselves."""
    paths = [Path(name.strip()) for name in settings.oidc_key.split(",") if name.strip()]
    return tuple(keys.load(path, setting="OMNIA_OIDC_KEY", make=settings.demo) for path in paths)


def check_address(address: str, settings: Settings, what: str) -> None:
    """https, or in the demonstration this machine."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (settings.demo and parts.hostname in LOOPBACK):
        raise SettingsError(f"{what}: {address!r} dev'essere un indirizzo https")


def _of_file(settings: Settings, folder: Path, file: File, federation: Federation | None) -> Iterator[Agreement]:
    for id, table in file.providers.items():
        yield _federated(settings, id, table, federation) if table.federation else _plain(settings, folder, id, table)


def _plain(settings: Settings, folder: Path, id: str, table: ProviderTable) -> Agreement:
    if not (table.secret_file or settings.oidc_key):
        raise SettingsError(f"{SETTING}, {id}: serve OMNIA_OIDC_KEY, oppure secret_file")
    name = table.client_id or settings.oidc_client_id
    secret = read_secret(folder / table.secret_file) if table.secret_file else ""
    client = Client(name, secret=secret) if secret else Client(name, own_keys(settings))
    return replace(_of_table(id, table, client), return_path=f"{RETURN}/{id}")


def _federated(settings: Settings, id: str, table: ProviderTable, federation: Federation | None) -> Agreement:
    if federation is None or not settings.oidc_key:
        raise SettingsError(f"{SETTING}, {id}: la federazione vuole la tabella [federation] e OMNIA_OIDC_KEY")
    if len(table.schemes) > 1 or table.secret_file or table.client_id:
        raise SettingsError(f"{SETTING}, {id}: nella federazione c'è un solo schema, e né secret_file né client_id")
    return replace(_of_table(id, table, federation_client(settings)), federation=federation)


def federation_client(settings: Settings) -> Client:
    """In the federation a service is known by its address."""
    return Client(settings.base_url, own_keys(settings))


def _of_table(id: str, table: ProviderTable, client: Client) -> Agreement:
    given = {fact: (names,) if isinstance(names, str) else tuple(names) for fact, names in table.claims.items()}
    return Agreement(
        id=id,
        name=table.name,
        issuer=table.issuer,
        schemes=tuple(dict.fromkeys(table.schemes)),
        client=client,
        origin=table.origin,
        claims=CLAIMS | given,
        acr=table.acr or ACR_LEVELS,
    )
