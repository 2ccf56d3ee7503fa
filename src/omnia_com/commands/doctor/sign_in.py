"""The part of `omnia-com doctor` that looks at signing in: keys, certificates, providers, the register."""

import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import asyncpg
import httpx

from omnia_com.identity import exchange_keys
from omnia_com.identity.cns.card import CardReader
from omnia_com.identity.oidc.agreements import Agreement, read_agreements
from omnia_com.identity.saml import refresh
from omnia_com.identity.saml.service import ServiceProvider
from omnia_com.settings import Settings, SettingsError
from omnia_com.storage.database import AWAY

from .findings import Finding, clocks

SECONDS = 5
CERTIFICATE_DAYS = 30  # a federation needs time to take a new one
METADATA_DAYS = 2  # the worker asks every six hours
DISCOVERY = "/.well-known/openid-configuration"


async def register(settings: Settings) -> Finding:
    """Whether the register of exchanges can be written, and all of it be read."""
    if not settings.registro_chiavi:
        return Finding(True, "registro degli scambi: non serve, nessuno può entrare")
    try:
        keys = exchange_keys.load(settings)
        lost = await _lost_keys(settings.database_url, [key.id for key in keys]) if settings.database_url else []
    except SettingsError as e:
        return Finding(False, str(e), "fai la chiave con omnia-com registro --chiave, o rimetti il file al suo posto")
    except AWAY:
        return Finding(True, f"registro degli scambi: scrive la chiave {keys.newest.id}")
    if lost:
        text = f"registro degli scambi: una parte è scritta con chiavi che mancano ({', '.join(lost)})"
        return Finding(False, text, f"rimettile nel file {settings.registro_chiavi}: senza, quella parte non si legge")
    return Finding(True, f"registro degli scambi: scrive la chiave {keys.newest.id}, si legge tutto")


async def _lost_keys(url: str, known: list[str]) -> list[str]:
    db = await asyncpg.connect(url, timeout=SECONDS)
    try:
        if not await db.fetchval("SELECT to_regclass('scambio')"):
            return []
        return [
            r["chiave"] for r in await db.fetch("SELECT DISTINCT chiave FROM scambio WHERE chiave <> ALL($1)", known)
        ]
    finally:
        await db.close()


def sign_in(settings: Settings) -> Iterator[Finding]:
    """The connectors that are configured, as far as this machine's files tell."""
    yield saml(settings)
    yield from metadata_age(settings)
    if settings.cns_url:
        yield _made(lambda: CardReader(settings), "CNS: autorità e segreto del proxy")
    ways = (settings.demo, settings.oidc_issuer, settings.oidc_providers, settings.saml_idp_metadata, settings.cns_url)
    if not any(ways):
        yield Finding(
            False, "nessuno può entrare", "configura OMNIA_OIDC_ISSUER, OMNIA_SAML_IDP_METADATA o OMNIA_CNS_URL"
        )


def _made(make: Callable[[], object], what: str) -> Finding:
    try:
        make()
    except SettingsError as e:
        return Finding(False, what, str(e))
    return Finding(True, what)


def saml(settings: Settings) -> Finding:
    if not settings.saml_idp_metadata:
        return Finding(True, "SPID e CIE con SAML non configurati (OMNIA_SAML_IDP_METADATA)")
    try:
        refresh.sources(settings), refresh.pinned(settings)
        party = ServiceProvider(settings)
    except SettingsError as e:
        return Finding(False, "SPID e CIE con SAML", str(e))
    known, days = len(party.doors()), party.certificate_days
    text = f"SPID e CIE con SAML: {known} fornitori, certificato valido ancora {days} giorni"
    if days < CERTIFICATE_DAYS:
        return Finding(False, text, "fanne uno nuovo (omnia-com spid-certificato) e rimanda i metadata")
    if not known:
        return Finding(False, text, f"metti i metadata dei fornitori in {settings.saml_idp_metadata}")
    return Finding(True, text)


def metadata_age(settings: Settings) -> Iterator[Finding]:
    """Of the copies that the worker renews; others are renewed by whoever put them there."""
    try:
        sources = refresh.sources(settings)
    except SettingsError:
        return  # said already
    for source in sources:
        file = source.file(Path(settings.saml_idp_metadata))
        if not file.exists():
            yield Finding(False, f"metadata mai arrivati da {source.url}", "controlla l’indirizzo, la rete e il worker")
            continue
        days = (time.time() - file.stat().st_mtime) / 86_400
        well = days <= METADATA_DAYS
        todo = "" if well else "controlla l’indirizzo, la rete e che il worker giri: intanto serve l’ultima copia buona"
        yield Finding(well, f"metadata di {source.url}: di {days:.0f} giorni fa", todo)


async def providers(settings: Settings) -> list[Finding]:
    """Whether each OpenID provider answers, by its own name, and at the same hour."""
    try:
        every, _ = read_agreements(settings)
    except SettingsError as e:
        return [Finding(False, "OpenID Connect", str(e))]
    if not every:
        return [Finding(True, "OpenID Connect non configurato (OMNIA_OIDC_ISSUER)")]
    return [await _provider(agreement, settings) for agreement in every if agreement.federation is None]


async def _provider(agreement: Agreement, settings: Settings) -> Finding:
    name = f"fornitore di identità {agreement.issuer}"
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            answer = await client.get(f"{agreement.issuer.rstrip('/')}{DISCOVERY}")
        answer.raise_for_status()
        problem = "" if answer.json().get("issuer") == agreement.issuer else "si presenta con un altro nome"
    except (httpx.HTTPError, ValueError, AttributeError) as e:
        if settings.demo and agreement.issuer == settings.demo_issuer:
            return Finding(True, f"{name}: spento, lo avvia `omnia-com up`")
        problem = str(e) or type(e).__name__
    if problem:
        return Finding(False, f"{name}: {problem}", "controlla OMNIA_OIDC_ISSUER, OMNIA_OIDC_PROVIDERS e la rete")
    return _hour(agreement.issuer, answer) or Finding(True, name)


def _hour(issuer: str, answer: httpx.Response) -> Finding | None:
    try:
        return clocks(issuer, parsedate_to_datetime(answer.headers["date"]))
    except (KeyError, ValueError, TypeError):
        return None  # it does not say
