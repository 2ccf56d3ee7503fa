"""What was sent never changes: the database itself refuses it. And the index that the sweep of the worker reads."""

from omnia_com.storage.step import step

ID = "2026-11-23T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "sent is final"

FORWARDS = (
    """
    CREATE FUNCTION comunicazione_immutabile() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'una comunicazione inviata non si modifica e non si cancella' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER comunicazione_immutabile BEFORE UPDATE OR DELETE ON comunicazione
    FOR EACH ROW EXECUTE FUNCTION comunicazione_immutabile()
    """,
    """
    CREATE TRIGGER comunicazione_non_svuotabile BEFORE TRUNCATE ON comunicazione
    FOR EACH STATEMENT EXECUTE FUNCTION comunicazione_immutabile()
    """,
    "CREATE INDEX documento_in_attesa ON documento (creato) WHERE stato = 'attesa'",
)
BACKWARDS = (
    "DROP INDEX documento_in_attesa",
    "DROP TRIGGER comunicazione_non_svuotabile ON comunicazione",
    "DROP TRIGGER comunicazione_immutabile ON comunicazione",
    "DROP FUNCTION comunicazione_immutabile",
)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
