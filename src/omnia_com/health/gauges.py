"""What is measured when somebody asks: the state, what the database counts, how old files and certificates are."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from omnia_com import __version__
from omnia_com.identity.saml import refresh
from omnia_com.identity.saml.service import ServiceProvider
from omnia_com.settings import Settings, SettingsError

from .state import Query, State

DATABASE = """
    SELECT (SELECT count(*) FROM sessione)::float AS sessioni,
        (SELECT coalesce(sum(ultimo), 0) FROM protocollo)::float AS protocolli,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user)::float
            AS connessioni,
        (SELECT count(*) FROM contenuto WHERE stato = 'attesa')::float AS allegati_da_guardare
"""
WORDS = {
    "sessioni": "Sessioni aperte",
    "protocolli": "Numeri di protocollo dati",
    "connessioni": "Connessioni alla base dati di questo utente",
    "allegati_da_guardare": "Allegati che aspettano l'antivirus",
}
STATES = {
    "database": "1 se la base dati risponde",
    "scrivibile": "1 se nella base dati si può scrivere",
    "coda": "1 se la coda risponde",
    "deposito": "1 se il deposito degli allegati risponde",
    "antivirus": "1 se l'antivirus risponde, o non c'è",
    "migrazioni_da_fare": "Migrazioni da fare",
    "worker_con_browser": "Worker vivi e con un browser",
    "documenti_in_attesa": "Documenti in attesa",
    "documenti_falliti": "Documenti che non è riuscito di preparare, e che aspettano l'ufficio",
    "piu_vecchio_in_attesa": "Secondi da cui aspetta il documento più vecchio",
}


async def counted(query: Query) -> dict[str, float]:
    (row,) = await query(DATABASE)
    return dict(row)


def gauges(settings: Settings, state: State, counts: dict[str, float], queue: int | None) -> Iterator[Metric]:
    """*queue*: jobs in it, None where it is away."""
    yield GaugeMetricFamily("omnia_in_servizio", "1 se le persone possono inviare", value=state.serves)
    version = GaugeMetricFamily("omnia_versione", "La versione", labels=["versione"])
    version.add_metric([__version__], 1)
    yield version
    values: dict[str, Any] = {name: getattr(state, name) for name in STATES} | counts | {"lavori_in_coda": queue}
    words = STATES | WORDS | {"lavori_in_coda": "Lavori nella coda"}
    for name, value in values.items():
        if value is not None:
            yield GaugeMetricFamily(f"omnia_{name}", words[name], value=float(value))
    yield from _identity(settings)


def _identity(settings: Settings) -> Iterator[Metric]:
    if not settings.saml_idp_metadata:
        return
    age = GaugeMetricFamily("omnia_metadata_secondi", "Età dell'ultima copia buona dei metadata", labels=["fonte"])
    try:
        days = ServiceProvider(settings).certificate_days
        for source in refresh.sources(settings):
            file = source.file(Path(settings.saml_idp_metadata))
            age.add_metric([source.url], time.time() - file.stat().st_mtime if file.exists() else float("inf"))
    except SettingsError:
        return
    yield age
    yield GaugeMetricFamily("omnia_certificato_giorni", "Giorni di validità del certificato SAML", value=days)
