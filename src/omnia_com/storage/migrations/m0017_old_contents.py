"""What was attached to a communication goes with it: the archive's role may say that it counts as sent no more."""

from omnia_com.storage.step import step

ID = "2026-11-24T16:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "old contents"

FUNCTION = """
    CREATE OR REPLACE FUNCTION contenuto_immutabile() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE scaduto boolean := {due};
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF NOT OLD.inviato THEN RETURN OLD; END IF;
        ELSIF (scaduto OR NEW.inviato OR NOT OLD.inviato) AND (OLD.sha256 = '' OR
            (NEW.id, NEW.dichiarante, NEW.tipo, NEW.dimensione, NEW.sha256)
            = (OLD.id, OLD.dichiarante, OLD.tipo, OLD.dimensione, OLD.sha256)) THEN RETURN NEW;
        END IF;
        RAISE EXCEPTION 'il contenuto di un allegato non si modifica, e se inviato non si cancella'
            USING ERRCODE = 'restrict_violation';
    END $$
"""
FORWARDS = (
    FUNCTION.format(due="current_user = 'omnia_archivio' AND OLD.creato < now() - interval '10 years'"),
    "GRANT SELECT (id), UPDATE (inviato) ON contenuto TO omnia_archivio",
)
BACKWARDS = (
    "REVOKE ALL ON contenuto FROM omnia_archivio",
    FUNCTION.format(due="false"),
)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
