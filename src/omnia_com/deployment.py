"""What a deployment may not be: settings that contradict one another, or are well only where people try things out."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

_USER = re.compile(r"//[^/]*@")
LOOPBACK = ("127.0.0.1", "localhost")
CONNECTORS = ("oidc_issuer", "oidc_providers", "cns_url", "saml_idp_metadata")  # each of these lets people in


def without_secrets(values: Mapping[str, Any]) -> dict[str, str]:
    """The settings in force, for the log: of an address neither user nor password, nor what follows its «?»."""
    return {name: _USER.sub("//", str(value)).partition("?")[0] for name, value in values.items()}


def contradictions(values: dict[str, Any]) -> list[str]:
    """Sentences for whoever deploys, in Italian; *values* are those that are given, by the name of their setting."""
    production = values.get("env") == "production"
    return _cards(values) + _in_public(values) + (_in_production(values) if production else _elsewhere(values))


def _in_public(values: dict[str, Any]) -> list[str]:
    """Whoever can be reached from outside says what he is."""
    wrong, host = [], urlsplit(values.get("base_url", "")).hostname
    if "env" not in values and values.get("host", LOOPBACK[0]) not in (*LOOPBACK, "::1"):
        wrong.append("OMNIA_HOST è pubblico: scrivi anche OMNIA_ENV=production (o demo, se è una dimostrazione)")
    if not host or host in LOOPBACK:
        return wrong
    if "env" not in values:
        wrong.append("OMNIA_BASE_URL è pubblico: scrivi anche OMNIA_ENV=production (o demo, se è una dimostrazione)")
    if values["base_url"].startswith("http:"):
        wrong.append("OMNIA_BASE_URL pubblico dev'essere https: i cookie di sessione non viaggiano in chiaro")
    return wrong


def _in_production(values: dict[str, Any]) -> list[str]:
    wrong = []
    if "adesso" in values:
        wrong.append("OMNIA_ADESSO ferma l'orologio: in production non è ammesso, toglilo")
    if not values.get("base_url"):
        wrong.append("OMNIA_BASE_URL manca: in production scrivi l'indirizzo pubblico")
    if any(values.get(name) for name in CONNECTORS) and not values.get("registro_chiavi"):
        wrong.append("OMNIA_REGISTRO_CHIAVI manca: chi fa entrare persone tiene il registro degli scambi, cifrato")
    if values.get("chromium_sandbox", "require") != "require":
        wrong.append("OMNIA_CHROMIUM_SANDBOX: in production Chromium sta nella sua sandbox, scrivi require o toglilo")
    if any(map(_anybody, values.get("proxy_fidati", "").split(","))):
        wrong.append("OMNIA_PROXY_FIDATI: scrivi gli indirizzi dei proxy; con * chiunque direbbe da sé da dove viene")
    return wrong


def _elsewhere(values: dict[str, Any]) -> list[str]:
    if values.get("avviso_dimostrativo") is False:
        return ["OMNIA_AVVISO_DIMOSTRATIVO=no vale solo con OMNIA_ENV=production"]
    return []


def _anybody(proxy: str) -> bool:
    """Whether it is everybody who is trusted, by a star or by a network of all addresses."""
    try:
        return ip_network(proxy.strip(), strict=False).prefixlen == 0
    except ValueError:
        return proxy.strip() == "*"


def _cards(values: dict[str, Any]) -> list[str]:
    """What reading cards needs: all of it, or nothing."""
    if "cns_url" not in values:
        return []
    parts, wrong = urlsplit(values["cns_url"]), []
    for name in ("cns_segreto", "cns_ca"):
        if not values.get(name):
            wrong.append(f"OMNIA_{name.upper()} manca: con OMNIA_CNS_URL scrivi anche quella")
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        wrong.append("OMNIA_CNS_URL dev'essere https: la carta si mostra nella stretta di mano TLS")
    if values["cns_url"] == values.get("base_url"):
        wrong.append("OMNIA_CNS_URL dev'essere un nome diverso da OMNIA_BASE_URL: lì nessuno deve chiedere certificati")
    if values.get("cns_port", 8020) == values.get("port", 8000):
        wrong.append("OMNIA_CNS_PORT dev'essere diversa da OMNIA_PORT")
    return wrong
