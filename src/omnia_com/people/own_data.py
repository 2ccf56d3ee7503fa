"""All that the service holds on one person (Regulation EU 2016/679, art. 15 and 20)."""

from typing import Any

import msgspec

from omnia_com.storage.database import fetch

# All of them in SQL, the first one too: a test holds this list to the columns of the database.
_OWN = {
    "identita": "SELECT * FROM dichiarante WHERE codice_fiscale = $1",
    "bozze": "SELECT * FROM bozza WHERE dichiarante = $1 ORDER BY creata",
    "allegati": "SELECT a.bozza, a.nome, c.* FROM contenuto c LEFT JOIN allegato a ON a.contenuto = c.id "
    "WHERE c.dichiarante = $1 ORDER BY c.creato",
    "comunicazioni": "SELECT * FROM comunicazione WHERE dichiarante = $1 ORDER BY protocollo",
    "documenti": "SELECT id, tipo, stato, creato, pronto_il FROM documento WHERE dichiarante = $1 ORDER BY creato",
    "accessi": "SELECT quando, azione, oggetto, rete, motivo FROM registro_accessi WHERE dichiarante = $1 ORDER BY id",
    "sessioni": "SELECT mezzo, livello, emittente, creata, vista FROM sessione WHERE dichiarante = $1 ORDER BY creata",
}
ELSEWHERE = (
    "Le ricevute, le lettere e i file in PDF si scaricano dalle loro pagine.",
    "Gli scambi con il fornitore della tua identità digitale sono in un registro cifrato. "
    "Queste pagine non lo leggono: per averli chiedi all’ufficio.",
)
_JSON = ("digitato", "risposte", "righe", "persona", "contatti", "allegati")


async def everything(owner: str) -> dict[str, Any]:
    """Table by table, as it is stored, and under `altrove` what is held and not here."""
    held = {name: [_read(row) for row in await fetch(query, owner)] for name, query in _OWN.items()}
    return held | {"altrove": ELSEWHERE}


def _read(row: Any) -> dict[str, Any]:
    return {k: msgspec.json.decode(v) if k in _JSON and v is not None else v for k, v in row.items()}
