"""The invented person, drafts and communications that the patterns show."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from omnia_com.communications.amendments import MOTIVI
from omnia_com.communications.attachments.kept import Attachment
from omnia_com.communications.drafts import Draft
from omnia_com.communications.sent import Genere, Sent
from omnia_com.form.answers import read
from omnia_com.form.declaration_texts import CURRENT
from omnia_com.form.rows import Row
from omnia_com.identity import Door
from omnia_com.people.declarants import Person
from omnia_com.settings import BANNER

ANNA = Person(
    nome="Anna",
    cognome="Prova",
    codice_fiscale="PRVNNA85E49H501L",
    data_nascita="1985-05-09",
    luogo_nascita_provincia="RM",
    luogo_nascita_citta="Roma",
    email="anna.prova@example.org",
    cellulare="+393331234567",
)
TODAY, SENT_AT = date(2026, 11, 23), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
THIS, OTHER = UUID("00000000-0000-4000-8000-000000000001"), UUID("00000000-0000-4000-8000-000000000002")
DOORS = (
    *(Door("spid", f"Fornitore d’esempio {n}", "/modelli/entra") for n in range(1, 13)),
    Door("cie", "CIE", "/modelli/entra"),
    Door("cns", "CNS", "/modelli/entra"),
)
EMPLOYEE = {"tipologia_rioccupazione": "subordinato"}
EMPLOYED = EMPLOYEE | {
    "tipo_contratto": "determinato",
    "data_inizio": "01/12/2026",
    "data_fine": "31/05/2027",
    "datore_lavoro": "Alfa Esempio S.r.l.",
    "datore_codice_fiscale": "99990011217",
    "sede_stato": "IT",
    "sede_provincia": "TO",
    "sede_citta": "Torino",
    "sede_via": "Via Roma 1",
    "sede_cap": "10121",
    "reddito_presunto_annuale": "12.000",
    "lavoro_agricolo_intermittente": "no",
    "orario_settimanale": "20",
    "collocazione_oraria": "ore_diverse",
    "annotazioni": "Turno di sera.\nAnche il sabato.",
}
EMPLOYED_WRONG = EMPLOYEE | {
    "tipo_contratto": "determinato",
    "data_inizio": "30/02/2027",
    "datore_codice_fiscale": "123",
    "sede_stato": "IT",
    "sede_provincia": "TO",
    "sede_citta": "Torrino",
    "sede_cap": "1012",
    "reddito_presunto_annuale": "tanto",
    "lavoro_agricolo_intermittente": "no",
    "orario_settimanale": "90",
}
SELF_EMPLOYED = {
    "tipologia_rioccupazione": "autonomo",
    "data_inizio": "01/12/2026",
    "tipologia_autonomo": "professionista_gestione_separata",
    "partita_iva": "12345670017",
    "reddito_presunto_annuale": "4.800,00",
}
SELF_EMPLOYED_WRONG = {
    "tipologia_rioccupazione": "autonomo",
    "data_fine": "31/13/2026",
    "tipologia_autonomo": "altro",
    "partita_iva": "1",
    "reddito_presunto_annuale": "-1",
}

WRONG_CONTACTS = {"email": "anna", "cellulare": "12", "telefono": "boh", "pec": "anna prova@example.org"}


def files(number: int) -> list[Attachment]:
    """The first *number* of a draft's attachments, in every state."""
    names = ("Contratto di lavoro.pdf", "busta-paga-ottobre.pdf", "lettera.jpg", "documento.png", "permesso.pdf")
    states = ("ammesso", "attesa", "infetto", "ammesso", "ammesso")
    return [
        Attachment(OTHER, name, "application/pdf", 1_258_291 // n, f"{n:064x}", id=n, stato=state)
        for n, (name, state) in enumerate(zip(names, states, strict=True), 1)
    ][:number]


def a_draft(typed: Mapping[str, str], *, amends: bool = False, superseded: bool = False) -> Draft:
    return Draft(THIS, dict(typed), 1, SENT_AT, OTHER if amends else None, superseded=superseded)


def protocol(number: int) -> str:
    return f"OMNIACOM.2026.{number:07}"


def a_communication(number: int, genere: Genere = "comunicazione", **around: Any) -> Sent:
    """*around*: what `Sent` says of the records before and after it."""
    answers = read(EMPLOYED, TODAY)
    annulment = genere == "annullamento"
    return Sent(
        id=THIS,
        genere=genere,
        motivo="per_errore" if annulment else "",
        tipologia="subordinato",
        data_inizio=answers.values["data_inizio"],
        data_fine=answers.values["data_fine"],
        reddito_centesimi=answers.values["reddito_presunto_annuale"],
        partita_iva=None,
        risposte={} if annulment else answers.verbatim(EMPLOYED),
        righe=(Row("Motivo", MOTIVI["per_errore"], fixed=True),) if annulment else answers.rows(),
        allegati=() if annulment else tuple(files(1)),
        dichiarazioni_versione="" if annulment else CURRENT,
        protocollo=protocol(number),
        inviata_il=SENT_AT,
        persona=ANNA,
        sha256="0" * 64,
        ente="Ente dimostrativo",
        avviso=BANNER,
        codice="7K3M9QXT2D4F",
        verifica="https://omnia.example.it/verifica",
        **around,
    )
