"""Forms whose session was gone, until their person has signed in again."""

from omnia_com.storage.step import step

ID = "2026-11-24T13:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "kept forms"

FORWARDS = (
    """
    CREATE TABLE modulo_tenuto (
        id_sha256 bytea PRIMARY KEY,
        contenuto bytea NOT NULL,
        creato timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX modulo_tenuto_creato ON modulo_tenuto (creato)",
)
BACKWARDS = ("DROP TABLE modulo_tenuto",)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
