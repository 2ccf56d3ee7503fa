"""What each document says: the receipt, the export of a draft, the letter to the employer."""

from collections.abc import Sequence

import msgspec

from omnia_com.communications import codes
from omnia_com.communications.attachments.kept import Attached
from omnia_com.communications.drafts import Draft
from omnia_com.communications.sent import Sent
from omnia_com.form import declaration_texts
from omnia_com.form.answers import Answers
from omnia_com.form.rows import Row
from omnia_com.italy.clock import rome
from omnia_com.languages import current
from omnia_com.people.declarants import Person
from omnia_com.settings import Letterhead

from . import qr
from .sheet import AttachmentRow, Check, Section, Sheet

NOT_SENT = "BOZZA, NON INVIATA"
LONGEST_VALUE = 4000  # characters shown of an answer of a draft: twice the longest that can be sent
OF_A_COMMUNICATION = "Ricevuta della Comunicazione di Rioccupazione"
OF_AN_ANNULMENT = "Ricevuta dell’annullamento"


def receipt_sheet(sent: Sent) -> Sheet:
    """The receipt, drawn from what was stored at sending and nothing else."""
    annulment = sent.genere == "annullamento"
    facts = [
        Row("Data di invio della comunicazione", f"{rome(sent.inviata_il):%d/%m/%Y %H:%M}"),
        Row("Protocollo", sent.protocollo),
    ]
    if annulment:
        facts.append(Row("Annulla la comunicazione", sent.prima_protocollo or ""))
    elif sent.prima_protocollo:
        facts.append(Row("Sostituisce la comunicazione", sent.prima_protocollo))
    if not annulment:
        facts.append(Row("Inviata prima dell’inizio del lavoro", timeliness(sent), fixed=True))
    return Sheet(
        heading=OF_AN_ANNULMENT if annulment else OF_A_COMMUNICATION,
        banner=sent.avviso,
        ente=sent.ente,
        footer=sent.protocollo,
        facts=tuple(facts),
        sections=(
            Section("Dati del dichiarante", sent.persona.rows()),
            Section("Annullamento", sent.righe)
            if annulment
            else Section("Riepilogo dei dati inseriti dal lavoratore", sent.righe),
        ),
        attachments=None if annulment else sheet_rows(sent.allegati),
        declarations=tuple(declaration_texts.TEXTS.get(sent.dichiarazioni_versione, {}).values()),
        declarations_version=sent.dichiarazioni_versione,
        sha256=sent.sha256,
        check=check_of(sent) if sent.codice and sent.verifica else None,
        language=sent.lingua,
    )


def check_of(sent: Sent) -> Check:
    """The QR leads to the page with all that it asks for after the `#`, which no browser sends to any server."""
    code = codes.shown(sent.codice)
    path, view_box = qr.drawn(f"{sent.verifica}#{sent.protocollo}/{code}")
    return Check(sent.verifica, code, path, view_box)


def draft_sheet(
    person: Person, answers: Answers, draft: Draft, attached: Sequence[Attached], head: Letterhead
) -> Sheet:
    """The export of a draft: the same layout, no protocol; a value far too long for its field ends in «…»."""
    return Sheet(
        heading="Comunicazione di Rioccupazione",
        banner=head.banner,
        ente=head.ente,
        language=current(),
        state=NOT_SENT,
        footer=NOT_SENT,
        facts=(Row("Ultimo salvataggio", f"{rome(draft.saved_at):%d/%m/%Y %H:%M}"),),
        sections=(
            Section("Dati del dichiarante", person.rows()),
            Section("Dati inseriti finora", tuple(map(_cut, answers.rows()))),
        ),
        attachments=sheet_rows(attached),
    )


def _cut(row: Row) -> Row:
    short = len(row.value) <= LONGEST_VALUE
    return row if short else msgspec.structs.replace(row, value=row.value[:LONGEST_VALUE] + "…")


def letter_sheet(sent: Sent, head: Letterhead) -> Sheet:
    """The letter to the employer who asked for the benefit (art. 8, c. 2-bis, D.Lgs. 148/2015).

    It names neither the income nor the new employer: they are none of its reader's business.
    """
    start, told = f"{sent.data_inizio:%d/%m/%Y}", f"{rome(sent.inviata_il):%d/%m/%Y}"
    text = (
        f"Vi comunico che dal {start} svolgo un’altra attività di lavoro. L’ho comunicato a INPS il {told}, "
        f"con protocollo {sent.protocollo}. Questa comunicazione è ai sensi dell’articolo 8, comma 2-bis, "
        "del decreto legislativo 148 del 2015."
    )
    employer = sent.risposte.get("datore_integrazione_salariale", "Datore che ha chiesto la cassa integrazione")
    return Sheet(
        heading="Comunicazione al datore di lavoro",
        banner=head.banner,
        ente=head.ente,
        footer=sent.protocollo,
        facts=(
            Row("A", employer),
            Row("Da", sent.persona.full_name),
            Row("Codice fiscale", sent.persona.codice_fiscale),
        ),
        sections=(Section("Nuova attività di lavoro", (Row("Data e firma", "\n\n" + "_" * 22),), text),),
        attachments=None,
    )


def timeliness(sent: Sent) -> str:
    day = rome(sent.inviata_il).date()
    if day < sent.data_inizio:
        return "Sì"
    return "Stesso giorno" if day == sent.data_inizio else "No"


def sheet_rows(attached: Sequence[Attached]) -> tuple[AttachmentRow, ...]:
    return tuple(AttachmentRow(a.nome, a.size, a.sha256) for a in attached)
