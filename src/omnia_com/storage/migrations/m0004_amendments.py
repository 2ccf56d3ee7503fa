"""A communication may be amended or annulled, once: by another record that names it."""

from omnia_com.storage.step import step

ID = "2026-11-23T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "amendments"

FORWARDS = (
    """
    ALTER TABLE comunicazione
        ADD genere varchar(14) NOT NULL DEFAULT 'comunicazione' CHECK (genere IN ('comunicazione', 'annullamento')),
        ADD sostituisce uuid UNIQUE REFERENCES comunicazione (id),
        ADD motivo varchar(20) NOT NULL DEFAULT ''
    """,
    "ALTER TABLE bozza ADD rettifica uuid REFERENCES comunicazione (id)",
)
BACKWARDS = (
    "ALTER TABLE bozza DROP rettifica",
    "ALTER TABLE comunicazione DROP genere, DROP sostituisce, DROP motivo",
)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
