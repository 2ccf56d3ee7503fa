"""The invented people of the demonstration provider, and what it vouches for about them."""

from importlib import resources
from typing import Any

import msgspec

from . import Scheme
from .claims import BIRTH_PROVINCE, BIRTHPLACE, CLAIMS

SHOWN_BY_CIE = {"codice_fiscale", "nome", "cognome", "data_nascita", "luogo_nascita"}
SHOWN_BY_CNS = {"codice_fiscale", "nome", "cognome"}


class Person(msgspec.Struct, frozen=True):
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
        place = {BIRTHPLACE: self.luogo_nascita_codice, BIRTH_PROVINCE: self.luogo_nascita_provincia}
        facts = msgspec.structs.asdict(self) | {
            "codice_fiscale": f"TINIT-{self.codice_fiscale}",
            "luogo_nascita": place,
        }
        shown = {"spid": set(CLAIMS), "cie": SHOWN_BY_CIE, "cns": SHOWN_BY_CNS}[scheme]
        return {names[0]: facts[field] for field, names in CLAIMS.items() if field in shown and facts[field]}


def read_people() -> dict[str, Person]:
    """By the names P01, P02… of `persone.json`."""
    text = resources.files("omnia_com.data").joinpath("persone.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Person])
