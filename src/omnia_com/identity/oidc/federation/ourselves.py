"""The service as an entity of the Italian federation: its keys, whom it trusts, what it says of itself.

Source: OpenID Federation 1.0, 3 and 5; SPID/CIE OpenID Connect rules, metadata of a relying party.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from joserfc.jwk import RSAKey

from omnia_com.settings import Settings, SettingsError

from ... import keys
from .. import jose
from ..client import Client
from ..jose import Jwks
from .statements import TYPE

VALID_SECONDS = 24 * 3600
ENCRYPTION = {"userinfo_encrypted_response_alg": "RSA-OAEP-256", "userinfo_encrypted_response_enc": "A256CBC-HS512"}
SETTING = "OMNIA_OIDC_PROVIDERS, federation"


class FederationTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[federation]` of the file; names of files are relative to it."""

    anchor: str
    anchor_keys: str  # a JWKS: the pinned keys
    keys: list[str]  # PEM: statements are signed with the first; all are published
    encryption_keys: list[str]  # PEM: what is encrypted to any of them is read
    contacts: list[str]
    authorities: list[str] = []  # who stands right above us, where it is not the anchor
    trust_marks: str = ""  # JSON: the list that the registration authority gave
    logo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    anchor: str
    pinned: Jwks
    keys: tuple[RSAKey, ...]
    encryption: tuple[RSAKey, ...]
    authorities: tuple[str, ...]
    trust_marks: tuple[Any, ...]
    about: dict[str, Any]  # the body that offers the service


def read_federation(table: FederationTable, folder: Path, settings: Settings) -> Federation:
    """Raises `SettingsError`."""
    if not table.keys or not table.encryption_keys:
        raise SettingsError(f"{SETTING}: scrivi almeno una chiave in keys e una in encryption_keys")
    pages = {"homepage_uri": settings.base_url, "policy_uri": f"{settings.base_url}/privacy"}
    logo = {"logo_uri": table.logo} if table.logo else {}
    return Federation(
        anchor=table.anchor,
        pinned=_json(folder / table.anchor_keys, Jwks),
        keys=_pems(table.keys, folder, settings),
        encryption=_pems(table.encryption_keys, folder, settings),
        authorities=tuple(table.authorities or [table.anchor]),
        trust_marks=tuple(_json(folder / table.trust_marks, list[Any])) if table.trust_marks else (),
        about={"organization_name": settings.ente, "contacts": table.contacts, **pages, **logo},
    )


def _pems(names: list[str], folder: Path, settings: Settings) -> tuple[RSAKey, ...]:
    return tuple(keys.load(folder / name, setting=SETTING, make=settings.demo) for name in names)


def _json(path: Path, shape: Any) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=shape)
    except OSError as e:
        raise SettingsError(f"{SETTING}: non si può leggere {path} ({e.strerror})") from None
    except (msgspec.MsgspecError, ValueError) as e:
        raise SettingsError(f"{SETTING}: {path}: {e}") from None


def entity_configuration(federation: Federation, client: Client, redirect_uris: list[str]) -> str:
    """What we say of ourselves, signed; a day long."""
    now = int(time.time())
    statement = {
        "iss": client.id,
        "sub": client.id,
        "iat": now,
        "exp": now + VALID_SECONDS,
        "jwks": {"keys": [keys.public(key) for key in federation.keys]},
        "authority_hints": list(federation.authorities),
        "metadata": {
            "federation_entity": federation.about,
            "openid_relying_party": _relying_party(federation, client, redirect_uris),
        },
    }
    marks = {"trust_marks": list(federation.trust_marks)} if federation.trust_marks else {}
    return jose.signed(statement | marks, federation.keys[0], TYPE)


def _relying_party(federation: Federation, client: Client, redirect_uris: list[str]) -> dict[str, Any]:
    to_us = [keys.public(key, "enc", ENCRYPTION["userinfo_encrypted_response_alg"]) for key in federation.encryption]
    return {
        "application_type": "web",
        "client_id": client.id,
        "client_name": "OMNIA IS – COM",
        "organization_name": federation.about["organization_name"],
        "contacts": federation.about["contacts"],
        "client_registration_types": ["automatic"],
        "redirect_uris": redirect_uris,
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "subject_type": "pairwise",
        "token_endpoint_auth_method": "private_key_jwt",
        "id_token_signed_response_alg": keys.ALGORITHM,
        "userinfo_signed_response_alg": keys.ALGORITHM,
        **ENCRYPTION,
        "jwks": {"keys": [*client.jwks(), *to_us]},
    }
