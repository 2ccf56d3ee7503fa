"""Rettifica and Annullamento: a sent communication stays as it is; another record, with its own number, follows it."""

from uuid import UUID

import msgspec

from omnia_com.form.rows import Row
from omnia_com.italy.clock import Clock
from omnia_com.languages import current
from omnia_com.people import declarants
from omnia_com.people.declarants import Person
from omnia_com.settings import Letterhead
from omnia_com.storage.database import transaction
from omnia_com.storage.tables import Bozza

from .attachments.kept import share
from .drafts import check_daily_limit
from .sent import Content, Sent, Superseded, find_sent, hold, record, tell

MOTIVI = {
    "non_iniziato": "Il lavoro non è iniziato",
    "per_errore": "La comunicazione è stata inviata per errore",
}


async def amend(owner: str, id: UUID, draft: UUID) -> UUID:
    """A new draft, *draft*, with the answers and attachments of a sent communication, that will take its place.

    Who has such a draft already is led to that one. Raises `NotFound`, `Superseded`.
    """
    async with transaction():
        sent = await find_sent(owner, id)
        if not sent.open_to_change:
            raise Superseded
        await hold(id)
        begun = await Bozza.select(Bozza.id).where((Bozza.rettifica == id) & (Bozza.dichiarante == owner))
        if begun:
            return UUID(str(begun[0]["id"]))
        answers = msgspec.json.encode(sent.risposte).decode()
        row = Bozza(id=draft, dichiarante=owner, digitato=answers, rettifica=id)
        await Bozza.insert(row).on_conflict(action="DO NOTHING")
        await share(draft, sent.allegati)
    return draft


async def annul(
    person: Person, id: UUID, own_id: UUID, motivo: str, clock: Clock, daily_limit: int, head: Letterhead
) -> Sent:
    """Annuls a communication for one of `MOTIVI`, once: the same *own_id* again gives the same record.

    Raises `NotFound`, `Superseded`, `TooMany`.
    """
    owner = person.codice_fiscale
    async with transaction():
        await declarants.hold(owner)  # before the communication, as sending does: or the two wait for each other
        await hold(id)
        before = await find_sent(owner, id)
        if before.dopo_id == own_id:
            return await find_sent(owner, own_id)
        if not before.open_to_change:
            raise Superseded
        await check_daily_limit(owner, daily_limit)
        sent = await record(person, _annulment(before, own_id, motivo), clock, head)
    return tell(sent)


def _annulment(before: Sent, own_id: UUID, motivo: str) -> Content:
    return Content(
        id=own_id,
        genere="annullamento",
        sostituisce=before.id,
        motivo=motivo,
        tipologia=before.tipologia,
        data_inizio=before.data_inizio,
        data_fine=before.data_fine,
        reddito_centesimi=before.reddito_centesimi,
        partita_iva=before.partita_iva,
        risposte={},
        righe=(Row("Comunicazione annullata", before.protocollo), Row("Motivo", MOTIVI[motivo], fixed=True)),
        dichiarazioni_versione="",
        lingua=current(),
    )
