"""Who signed in, whatever the protocol: every connector ends in one frozen `Identity`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from urllib.parse import urlsplit

Scheme = Literal["spid", "cie", "cns"]
START_PAGE = "/comunicazioni"
LONGEST_PATH = 512  # characters; none of ours has a quarter of that


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What an identity provider vouches for. Optional facts may be absent or empty: both are ''."""

    codice_fiscale: str  # 16 capitals and digits, without TINIT-
    nome: str  # '' as all that follows, where a person has none
    cognome: str
    data_nascita: date | None = None
    luogo_nascita: str = ""  # Belfiore code
    luogo_nascita_provincia: str = ""  # sigla, EE for abroad
    email: str = ""
    cellulare: str = ""
    telefono: str = ""
    pec: str = ""
    level: int  # 1–3, as eIDAS low, substantial, high
    scheme: Scheme
    issuer: str
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A verified identity and what signing out at its provider needs, '' where there is nothing."""

    identity: Identity
    id_token: str = ""
    access_token: str = ""
    leaves_to: str = ""  # the origin to which signing out redirects the browser, for the Content-Security-Policy
    request_id: str = ""  # of the exchange in the register
    name_id: str = ""  # under which a SAML provider knows the session, for its single logout


@dataclass(frozen=True, slots=True)
class Door:
    """A way in, as the sign-in page offers it: a form that leads to *action* of ours, and on to *origin*."""

    scheme: Scheme
    name: str  # of the provider, for people
    action: str
    fields: tuple[tuple[str, str], ...] = ()
    origin: str = ""  # of the provider, for the Content-Security-Policy; '' if the browser stays with us


def origin_of(url: str) -> str:
    """Scheme and host of an absolute URL; '' of anything else."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def local(path: str, otherwise: str = START_PAGE) -> str:
    """*path* if it can be one of ours, to lead somebody back to; it is short, for pages and tables repeat it."""
    plain = path.isascii() and path.isprintable() and "\\" not in path and len(path) <= LONGEST_PATH
    return path if plain and path.startswith("/") and not path.startswith("//") else otherwise


class AccessRefused(Exception):
    """A sign-in that must not go on. `reason` is a stable code for the page; the text is for the log alone
    and holds no personal data."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
