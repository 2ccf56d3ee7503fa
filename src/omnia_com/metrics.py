"""What is counted while the service works. No label has a value that a person chose: each has few.

With several web processes each writes its numbers to a file (`PROMETHEUS_MULTIPROC_DIR`, prometheus-client's own way).
"""

from prometheus_client import Counter, Histogram

METHODS = {"GET", "HEAD", "POST"}
NOWHERE = "nessuno"  # no route

requests = Histogram(
    "omnia_richieste_secondi",
    "Secondi di una richiesta, per indirizzo, metodo e stato",
    ["percorso", "metodo", "stato"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
sent = Counter("omnia_invii", "Comunicazioni inviate", ["genere"])
refusals = Counter("omnia_rifiuti", "Risposte che dicono a parole perché non si può", ["codice"])
sign_ins = Counter("omnia_accessi", "Accessi, per porta ed esito", ["porta", "esito"])
uploads = Counter("omnia_allegati", "Allegati arrivati, per esito", ["esito"])
documents = Histogram(
    "omnia_documenti_secondi",
    "Secondi da quando un documento è chiesto a quando è pronto",
    ["tipo"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
document_failures = Counter("omnia_documenti_falliti", "Documenti che non è riuscito di preparare", ["tipo"])


def asked(route: str, method: str, status: int, seconds: float) -> None:
    """*route* is a template, never an address; a method that we do not have counts as `altro`."""
    method = method if method in METHODS else "altro"
    requests.labels(route or NOWHERE, method, str(status)).observe(seconds)
