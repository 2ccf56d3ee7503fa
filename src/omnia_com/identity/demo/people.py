"""The invented people of the demonstration provider, and what it vouches for about them."""

from importlib import resources
from typing import Any

import msgspec

from .. import Scheme
from ..claims import CLAIMS

SHOWN_BY_CIE: set[str] = {"codice_fiscale", "nome", "cognome", "data_nascita"}
SHOWN_BY_CNS: set[str] = {"codice_fiscale", "nome", "cognome"}


class InventedPerson(msgspec.Struct, frozen=True):
    nome: str
    cognome: str
    codice_fiscale: str
    data_nascita: str
    luogo_nascita_codice: str
    luogo_nascita_provincia: str
    email: str = ""
    cellulare: str = ""
    telefono: str = ""
    pec: str = ""

    @property
    def label(self) -> str:
        return f"{self.nome} {self.cognome} ({self.codice_fiscale})"

    def claims(self, scheme: Scheme) -> dict[str, Any]:
        """As the provider of *scheme* words them; what is empty or not known to it is left out."""
        facts = msgspec.structs.asdict(self) | {"codice_fiscale": f"TINIT-{self.codice_fiscale}"}
        shown: dict[Scheme, set[str]] = {"spid": {*CLAIMS}, "cie": SHOWN_BY_CIE, "cns": SHOWN_BY_CNS}
        told = {names[0]: facts[fact] for fact, names in CLAIMS.items() if fact in shown[scheme] and facts.get(fact)}
        place = {"locality": self.luogo_nascita_codice, "region": self.luogo_nascita_provincia}
        return told | ({"place_of_birth": place} if scheme == "spid" else {})


def read_people() -> dict[str, InventedPerson]:
    """By the names P01, P02… of `persone.json`."""
    text = resources.files("omnia_com.identity.demo").joinpath("persone.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, InventedPerson])
