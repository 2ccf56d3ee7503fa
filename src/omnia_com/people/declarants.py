"""Who is signed in: their ten facts as the identity provider gave them, and how these are shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from omnia_com.form.answers import NOT_GIVEN
from omnia_com.form.field_groups import CONTATTI
from omnia_com.form.fields import Field
from omnia_com.form.problems import Problem, Unreadable
from omnia_com.form.rows import Row
from omnia_com.identity import Identity
from omnia_com.italy import places
from omnia_com.italy.codice_fiscale import birth
from omnia_com.languages.signs import shows
from omnia_com.storage.database import fetch, transaction
from omnia_com.storage.tables import Dichiarante

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
        """What there is of the two names; whoever has neither is called by the codice fiscale."""
        return f"{self.nome} {self.cognome}".strip() or self.codice_fiscale

    @property
    def reachable(self) -> bool:
        return bool(self.email or self.cellulare)

    def rows(self) -> tuple[Row, ...]:
        shown = msgspec.structs.asdict(self)
        if self.data_nascita:
            shown["data_nascita"] = f"{date.fromisoformat(self.data_nascita):%d/%m/%Y}"
        if self.luogo_nascita_provincia == ABROAD:
            shown["luogo_nascita_provincia"] = "Estero"
        fixed = {name for name, text in shown.items() if text in ("", "Estero")}
        return tuple(Row(label, shown[name] or NOT_GIVEN, name in fixed) for name, label in LABELS.items())


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


def person(row: Mapping[str, Any]) -> Person:
    """The person of a row of `dichiarante` (column name -> value), with the contacts that count."""
    born, belfiore = row["data_nascita"], str(row["luogo_nascita"])
    names = ("nome", "cognome", "codice_fiscale", "luogo_nascita_provincia")
    return Person(
        data_nascita=born.isoformat() if isinstance(born, date) else "",
        luogo_nascita_citta=places.birthplace(belfiore)[0] if belfiore else "",
        **{name: str(row[name] or "") for name in names},
        **_contacts(row).effective,
    )


class Contacts(msgspec.Struct, frozen=True):
    """Field name -> text: those `given` by the identity, all four, and the person's `own`, '' if emptied on purpose."""

    given: dict[str, str]
    own: dict[str, str]

    @property
    def effective(self) -> dict[str, str]:
        return self.given | self.own


class Unusable(Exception):
    """Contacts that cannot be right; nothing was saved."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(*(p.field for p in problems))
        self.problems = problems


async def hold(owner: str) -> None:
    """Until the transaction ends, whoever else would hold this person waits: what is counted in it stays so.

    A lock that a foreign key's does not wait for (NO KEY): drafts and sessions come and go meanwhile.
    """
    await fetch("SELECT FROM dichiarante WHERE codice_fiscale = $1 FOR NO KEY UPDATE", owner)


async def contacts(owner: str, *, held: bool = False) -> Contacts:
    """The contacts of *owner*; *held* until the transaction ends."""
    query = "SELECT email, cellulare, telefono, pec, contatti FROM dichiarante WHERE codice_fiscale = $1"
    return _contacts((await fetch(f"{query} FOR UPDATE" if held else query, owner))[0])


def _contacts(row: Mapping[str, Any]) -> Contacts:
    own = msgspec.json.decode(row["contatti"] or "{}", type=dict[str, str])
    return Contacts({f.name: row[f.name] or "" for f in CONTATTI}, own)


async def save_contacts(owner: str, typed: Mapping[str, str]) -> None:
    """Keeps what was *typed* (field name -> text) over what the identity gives. Raises `Unusable`.

    A text that is the identity's again is nobody's own any more: it follows the identity.
    """
    async with transaction():
        before = await contacts(owner, held=True)
        own, problems = dict(before.own), []
        for field in CONTATTI:
            name, text = field.name, typed.get(field.name, before.effective[field.name])
            try:
                value = text if text == before.effective[name] else _read(field, text)
            except Unreadable as e:
                problems.append(Problem(name, e.code, e.reason))
                continue
            if value != before.effective[name]:
                own.pop(name, None)
                own |= {name: value} if value != before.given[name] else {}
        if problems:
            raise Unusable(tuple(problems))
        await Dichiarante.update(contatti=_stored(own)).where(Dichiarante.codice_fiscale == owner)


def _read(field: Field, typed: str) -> str:
    return str(field.kind.read(typed)) if shows(typed) else ""


def _stored(own: dict[str, str]) -> str | None:
    return msgspec.json.encode(own).decode() if own else None
