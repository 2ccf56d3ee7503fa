"""The register of authentication exchanges, and of those who read one."""

from omnia_com.storage.step import step

ID = "2026-11-24T05:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "register"

FORWARDS = (
    """
    CREATE TABLE scambio (
        id uuid PRIMARY KEY,
        quando timestamptz NOT NULL DEFAULT now(),
        protocollo varchar(4) NOT NULL,
        emittente text NOT NULL,
        richiesta text NOT NULL,
        esito varchar(60) NOT NULL,
        persona bytea NOT NULL,
        chiave varchar(8) NOT NULL,
        contenuto bytea NOT NULL
    )
    """,
    "CREATE INDEX scambio_quando ON scambio (quando)",
    "CREATE INDEX scambio_richiesta ON scambio (richiesta)",
    "CREATE INDEX scambio_persona ON scambio (persona) WHERE persona <> ''",
    """
    CREATE TABLE scambio_letto (
        id serial PRIMARY KEY,
        quando timestamptz NOT NULL DEFAULT now(),
        chi text NOT NULL,
        richiesta text NOT NULL,
        motivo text NOT NULL CHECK (motivo <> ''),
        trovati integer NOT NULL
    )
    """,
)
BACKWARDS = ("DROP TABLE scambio_letto", "DROP TABLE scambio")

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
