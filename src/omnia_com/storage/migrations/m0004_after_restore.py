"""Numbers that were skipped after a restore, for somebody may hold them; failed documents, found without a scan."""

from omnia_com.storage.step import step

ID = "2026-11-29T06:40:00:000000"

SKIPPED = """
    CREATE TABLE saltata (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        anno smallint NOT NULL,
        dal integer NOT NULL CHECK (dal > 0),
        al integer NOT NULL CHECK (al >= dal),
        quando timestamptz NOT NULL DEFAULT now(),
        operatore text NOT NULL
    );
"""

FAILED = "CREATE INDEX documento_fallito ON documento (creato) WHERE stato = 'fallita';"

forwards = step(ID, SKIPPED, FAILED)
