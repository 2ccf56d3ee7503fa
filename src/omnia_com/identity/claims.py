"""What the claims of a provider mean to us: maps as data, and one reading that turns nobody away for details.

Source of the names: SPID/CIE OpenID Connect attributes (docs.italia.it, "SPID/CIE OIDC", userinfo).
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from .. import codice_fiscale
from ..settings import ROME
from . import AccessRefused, Identity, Scheme

MINIMUM_LEVEL = 2  # the Messaggio: "SPID almeno di livello 2"
ACR_LEVELS = {f"https://www.spid.gov.it/SpidL{level}": level for level in (1, 2, 3)}

EID = "https://attributes.eid.gov.it/"
CLAIMS: dict[str, tuple[str, ...]] = {
    "codice_fiscale": (f"{EID}fiscal_number", "fiscal_number"),
    "nome": ("given_name",),
    "cognome": ("family_name",),
    "data_nascita": ("birthdate",),
    "luogo_nascita": ("place_of_birth",),
    "email": ("email",),
    "cellulare": ("phone_number",),
    "telefono": (f"{EID}landline_number",),
    "pec": (f"{EID}e_delivery_service",),
}
BIRTHPLACE, BIRTH_PROVINCE = "locality", "region"  # members of place_of_birth

CODICE_FISCALE = re.compile("[A-Z0-9]{16}")
BELFIORE = re.compile("[A-Z][0-9]{3}")
SIGLA = re.compile("[A-Z]{2}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST = 254


def level_of(acr: str) -> int:
    """1–3, or 0 for a level that we do not know."""
    return ACR_LEVELS.get(acr, 0)


def acr_values(level: int) -> str:
    return " ".join(acr for acr, its in ACR_LEVELS.items() if its >= level)


def wanted() -> dict[str, Any]:
    """The `claims` request parameter (OIDC Core 5.5)."""
    return {"userinfo": {names[0]: None for names in CLAIMS.values()}}


def identity_of(
    facts: Mapping[str, Any], *, level: int, scheme: Scheme, issuer: str, authenticated_at: datetime
) -> Identity:
    """The person whom *facts* describe; codice fiscale, nome and cognome must be there, the rest may be missing."""
    text = {field: _text(_claim(facts, field)) for field in CLAIMS}
    cf = text["codice_fiscale"].upper().removeprefix("TINIT-")
    missing = [field for field in ("nome", "cognome") if not text[field]]
    if not CODICE_FISCALE.fullmatch(cf):
        missing.append("codice_fiscale")
    if missing:
        raise AccessRefused("dati_insufficienti", f"mancano o non hanno forma: {', '.join(missing)}")
    return Identity(
        codice_fiscale=cf,
        nome=text["nome"],
        cognome=text["cognome"],
        **_birth(cf, text["data_nascita"], _claim(facts, "luogo_nascita"), authenticated_at),
        email=text["email"],
        cellulare=text["cellulare"],
        telefono=text["telefono"],
        pec=text["pec"],
        level=level,
        scheme=scheme,
        issuer=issuer,
        authenticated_at=authenticated_at.astimezone(UTC),
    )


def _claim(facts: Mapping[str, Any], field: str) -> Any:
    return next((facts[name] for name in CLAIMS[field] if facts.get(name)), None)


def _text(value: Any) -> str:
    """One printable line; a list of one is what some gateways send."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return ""
    line = "".join(c for c in " ".join(value.split()) if c.isprintable())
    return line if len(line) <= LONGEST else ""


def _birth(cf: str, day: str, place: Any, now: datetime) -> dict[str, Any]:
    """What was vouched for, completed by what the codice fiscale tells."""
    today = now.astimezone(ROME).date()
    derived_day, derived_place = codice_fiscale.birth(cf, today)
    place = place if isinstance(place, Mapping) else {}
    belfiore = _shaped(place.get(BIRTHPLACE), BELFIORE) or derived_place
    province = _shaped(place.get(BIRTH_PROVINCE), SIGLA) or ("EE" if belfiore.startswith("Z") else "")
    return {
        "data_nascita": _day(day, today) or derived_day,
        "luogo_nascita": belfiore,
        "luogo_nascita_provincia": province,
    }


def _shaped(value: Any, shape: re.Pattern[str]) -> str:
    text = _text(value).upper()
    return text if shape.fullmatch(text) else ""


def _day(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and day <= today else None
