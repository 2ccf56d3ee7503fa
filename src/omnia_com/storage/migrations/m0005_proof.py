"""What lets anybody check a receipt (docs/decisions/0019): its code, and the page on which it is checked.

Both are told to the communication as it is sent, like the head of its receipt; one that was sent before has neither,
and its receipt stays as it is. The digest of a receipt's file finds it when the file itself is checked.
"""

from omnia_com.storage.step import step

ID = "2026-11-29T06:30:00:000000"

CODES = """
    ALTER TABLE comunicazione
        ADD codice varchar(12) NOT NULL DEFAULT '' CHECK (length(codice) IN (0, 12)),
        ADD verifica text NOT NULL DEFAULT '';
    CREATE INDEX documento_impronta ON documento (sha256(pdf)) WHERE tipo = 'ricevuta' AND stato = 'pronta';
"""

forwards = step(ID, CODES)
