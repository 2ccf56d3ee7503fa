"""What the claims of a provider mean to us: maps as data, and one reading that turns nobody away for details.

Source of the names: SPID/CIE OpenID Connect attributes (docs.italia.it, "SPID/CIE OIDC", userinfo).
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal

from omnia_com.italy import codice_fiscale
from omnia_com.settings import ROME

from . import AccessRefused, Identity, Scheme

MINIMUM_LEVEL = 2  # the Messaggio: "SPID almeno di livello 2"
ACR_LEVELS = {f"https://www.spid.gov.it/SpidL{level}": level for level in (1, 2, 3)}

EID = "https://attributes.eid.gov.it/"
Fact = Literal[
    "codice_fiscale",
    "nome",
    "cognome",
    "data_nascita",
    "luogo_nascita",
    "luogo_nascita_provincia",
    "email",
    "cellulare",
    "telefono",
    "pec",
]
Names = Mapping[Fact, tuple[str, ...]]
CLAIMS: dict[Fact, tuple[str, ...]] = {  # the first name that says something counts; after `#`: a member of an object
    "codice_fiscale": (f"{EID}fiscal_number", "fiscal_number"),
    "nome": ("given_name",),
    "cognome": ("family_name",),
    "data_nascita": ("birthdate",),
    "luogo_nascita": ("place_of_birth#locality",),
    "luogo_nascita_provincia": ("place_of_birth#region",),
    "email": ("email",),
    "cellulare": ("phone_number", f"{EID}phone_number"),
    "telefono": (f"{EID}landline_number",),
    "pec": (f"{EID}e_delivery_service",),
}

CODICE_FISCALE = re.compile("[A-Z0-9]{16}")
BELFIORE = re.compile("[A-Z][0-9]{3}")
SIGLA = re.compile("[A-Z]{2}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST, LONGEST_NAME = 254, 1000  # a fact that is longer is none; a name is cut, for nobody is turned away for it


def acr_values(level: int, levels: Mapping[str, int]) -> str:
    """The `acr_values` that reach *level*, the lowest first; *levels*: what a provider's values mean."""
    return " ".join(acr for acr, its in sorted(levels.items(), key=lambda pair: pair[1]) if its >= level)


def wanted(names: Names) -> dict[str, Any]:
    """The `claims` request parameter (OIDC Core 5.5)."""
    return {"userinfo": {called[0].partition("#")[0]: None for called in names.values()}}


def identity_of(
    facts: Mapping[str, Any],
    *,
    level: int,
    scheme: Scheme,
    issuer: str,
    authenticated_at: datetime,
    names: Names = CLAIMS,
) -> Identity:
    """The person whom *facts* describe. Only the codice fiscale must be there: the registry of the population has
    people of one name."""
    text = {fact: _text(_claim(facts, called)) for fact, called in names.items()}
    text = {fact: line[:LONGEST_NAME] if fact in ("nome", "cognome") else _short(line) for fact, line in text.items()}
    cf = text["codice_fiscale"].upper().removeprefix("TINIT-")
    if not CODICE_FISCALE.fullmatch(cf):
        raise AccessRefused("dati_insufficienti", "il codice fiscale manca o non ha forma")
    return Identity(
        codice_fiscale=cf,
        nome=text["nome"],
        cognome=text["cognome"],
        **_birth(cf, text, authenticated_at),
        email=text["email"],
        cellulare=text["cellulare"],
        telefono=text["telefono"],
        pec=text["pec"],
        level=level,
        scheme=scheme,
        issuer=issuer,
        authenticated_at=authenticated_at.astimezone(UTC),
    )


def _claim(facts: Mapping[str, Any], called: tuple[str, ...]) -> Any:
    return next((value for name in called if (value := _named(facts, name))), None)


def _named(facts: Mapping[str, Any], name: str) -> Any:
    outer, _, inner = name.partition("#")
    value = facts.get(outer)
    return (value.get(inner) if isinstance(value, Mapping) else None) if inner else value


def _text(value: Any) -> str:
    """One printable line; a list of one is what some gateways send."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return ""
    return "".join(c for c in " ".join(value.split()) if c.isprintable())


def _short(line: str) -> str:
    return line if len(line) <= LONGEST else ""


def _birth(cf: str, text: Mapping[Fact, str], now: datetime) -> dict[str, Any]:
    """What was vouched for, completed by what the codice fiscale tells."""
    today = now.astimezone(ROME).date()
    derived_day, derived_place = codice_fiscale.birth(cf, today)
    belfiore = _shaped(text["luogo_nascita"], BELFIORE) or derived_place
    province = _shaped(text["luogo_nascita_provincia"], SIGLA) or ("EE" if belfiore.startswith("Z") else "")
    return {
        "data_nascita": _day(text["data_nascita"], today) or derived_day,
        "luogo_nascita": belfiore,
        "luogo_nascita_provincia": province,
    }


def _shaped(text: str, shape: re.Pattern[str]) -> str:
    text = text.upper()
    return text if shape.fullmatch(text) else ""


def _day(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and day <= today else None
