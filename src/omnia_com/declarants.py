"""Who is signed in: their ten facts as the identity provider gave them, and how these are shown."""

from datetime import date

import msgspec

from . import places
from .answers import NOT_GIVEN
from .codice_fiscale import birth
from .identity import Identity
from .sheet import Row
from .storage.tables import Dichiarante

ABROAD = "EE"
LABELS = {
    "nome": "Nome",
    "cognome": "Cognome",
    "codice_fiscale": "Codice fiscale",
    "data_nascita": "Data di nascita",
    "luogo_nascita_provincia": "Luogo di nascita (provincia)",
    "luogo_nascita_citta": "Luogo di nascita (città)",
    "email": "Indirizzo e-mail",
    "cellulare": "Cellulare",
    "telefono": "Telefono",
    "pec": "Indirizzo PEC",
}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """The ten facts of the summary (Messaggio 4672/2023), as texts; the date is ISO, an unknown fact is ''."""

    nome: str
    cognome: str
    codice_fiscale: str
    data_nascita: str = ""
    luogo_nascita_provincia: str = ""
    luogo_nascita_citta: str = ""
    email: str = ""
    cellulare: str = ""
    telefono: str = ""
    pec: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.nome} {self.cognome}"

    @property
    def reachable(self) -> bool:
        return bool(self.email or self.cellulare)

    def rows(self) -> tuple[Row, ...]:
        shown = msgspec.structs.asdict(self)
        if self.data_nascita:
            shown["data_nascita"] = f"{date.fromisoformat(self.data_nascita):%d/%m/%Y}"
        if self.luogo_nascita_provincia == ABROAD:
            shown["luogo_nascita_provincia"] = "Estero"
        return tuple(Row(label, shown[name] or NOT_GIVEN) for name, label in LABELS.items())


async def remember(identity: Identity, today: date) -> None:
    """Keeps the facts of the latest sign-in; what the provider leaves out is read from the codice fiscale."""
    born, place = birth(identity.codice_fiscale, today)
    belfiore = identity.luogo_nascita or place
    facts = {
        Dichiarante.nome: identity.nome,
        Dichiarante.cognome: identity.cognome,
        Dichiarante.data_nascita: identity.data_nascita or born,
        Dichiarante.luogo_nascita: belfiore,
        Dichiarante.luogo_nascita_provincia: identity.luogo_nascita_provincia or places.birthplace(belfiore)[1],
        Dichiarante.email: identity.email,
        Dichiarante.cellulare: identity.cellulare,
        Dichiarante.telefono: identity.telefono,
        Dichiarante.pec: identity.pec,
        Dichiarante.aggiornato: identity.authenticated_at,
    }
    row = Dichiarante({Dichiarante.codice_fiscale: identity.codice_fiscale, **facts})
    await Dichiarante.insert(row).on_conflict(target=Dichiarante.codice_fiscale, action="DO UPDATE", values=list(facts))


def person(row: dict[str, object]) -> Person:
    """The person of a row of `dichiarante` (column name -> value)."""
    born, belfiore = row["data_nascita"], str(row["luogo_nascita"])
    names = ("nome", "cognome", "codice_fiscale", "luogo_nascita_provincia", "email", "cellulare", "telefono", "pec")
    return Person(
        data_nascita=born.isoformat() if isinstance(born, date) else "",
        luogo_nascita_citta=places.birthplace(belfiore)[0] if belfiore else "",
        **{name: str(row[name] or "") for name in names},
    )
