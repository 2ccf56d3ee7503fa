"""All that the service holds on one person (Regulation EU 2016/679, art. 15 and 20)."""

from typing import Any

import msgspec

from .storage.database import fetch

_OWN = {
    "identita": "SELECT * FROM dichiarante WHERE codice_fiscale = $1",
    "bozze": "SELECT * FROM bozza WHERE dichiarante = $1 ORDER BY creata",
    "comunicazioni": "SELECT * FROM comunicazione WHERE dichiarante = $1 ORDER BY protocollo",
    "documenti": "SELECT id, tipo, stato, creato, pronto_il FROM documento WHERE dichiarante = $1 ORDER BY creato",
    "accessi": "SELECT quando, azione, oggetto, rete, motivo FROM registro_accessi WHERE dichiarante = $1 ORDER BY id",
    "sessioni": "SELECT mezzo, livello, emittente, creata, vista FROM sessione WHERE dichiarante = $1 ORDER BY creata",
}
_JSON = ("digitato", "risposte", "righe", "persona", "contatti")


async def everything(owner: str) -> dict[str, list[dict[str, Any]]]:
    """Table by table, as it is stored; the PDFs of receipts are downloaded from their pages."""
    return {name: [_read(row) for row in await fetch(query, owner)] for name, query in _OWN.items()}


def _read(row: Any) -> dict[str, Any]:
    return {k: msgspec.json.decode(v) if k in _JSON and v is not None else v for k, v in row.items()}
