"""What people would type: whole, right answers for each tipologia, the same that the patterns show, to start from."""

import json
from importlib.resources import files

from omnia_com.pages.patterns.invented import EMPLOYED, SELF_EMPLOYED
from omnia_com.people.declarants import Person

ANNA = Person(nome="Anna", cognome="Prova", codice_fiscale="PRVNNA85E49H501L", email="anna.prova@example.org")

PERSONE: dict[str, dict[str, str]] = json.loads((files("omnia_com.identity.demo") / "persone.json").read_text())
SUBORDINATO, AUTONOMO = EMPLOYED, SELF_EMPLOYED
BOTH_TICKS = {"dichiarazione_veridicita": "si", "dichiarazione_privacy": "si"}
