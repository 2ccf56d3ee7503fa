"""The TOML file of `OMNIA_OIDC_PROVIDERS`, as it is written; `deploy/oidc.toml` is an example with every name.

What cannot be right stops the program at start, in words; so does a name that it does not know.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from omnia_com.settings import SettingsError

from .. import Scheme
from ..claims import Fact
from .federation.ourselves import FederationTable

SETTING = "OMNIA_OIDC_PROVIDERS"
Id = Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Names = Text | Annotated[list[Text], msgspec.Meta(min_length=1)]


class ProviderTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[providers.<id>]` of the file."""

    issuer: Text
    name: Text  # for people
    schemes: Annotated[list[Scheme], msgspec.Meta(min_length=1)]
    client_id: str = ""
    secret_file: str = ""  # client_secret_basic instead of private_key_jwt
    origin: str = ""  # of its pages, where they are not at the issuer's
    federation: bool = False  # trusted by its chain, with the rules of SPID and CIE
    claims: dict[Fact, Names] = {}
    acr: dict[str, Literal[1, 2, 3]] = {}


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    federation: FederationTable | None = None
    providers: dict[Id, ProviderTable] = {}


def read_file(path: Path) -> File:
    """Raises `SettingsError`."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=File)
    except OSError as e:
        raise SettingsError(f"{SETTING}: non si può leggere {path} ({e.strerror})") from None
    except (msgspec.MsgspecError, ValueError) as e:
        raise SettingsError(f"{SETTING}: {path}: {e}") from None


def read_secret(path: Path) -> str:
    """A client secret, in a file of its own. Raises `SettingsError`."""
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, ValueError) as e:
        raise SettingsError(f"{SETTING}: non si può leggere il segreto {path} ({type(e).__name__})") from None
    if not secret:
        raise SettingsError(f"{SETTING}: {path} è vuoto")
    return secret
