"""Whose turn it is at the worker: it is told at once that a document waits, an export waits once a draft, and one that
was under way when a browser broke is made again beside no other.
"""

from omnia_com.storage.step import step

ID = "2026-11-29T06:30:00:000000"

# `da_solo`: beside no other, until it is known whose fault it was. `chieste`: how many times the export was asked for,
# those included in whose place it waits.
COLUMNS = """
    ALTER TABLE documento
        ADD da_solo boolean NOT NULL DEFAULT false,
        ADD chieste smallint NOT NULL DEFAULT 1;
"""

# Of those that wait already the last asked for stays.
ONE_EXPORT = """
    DELETE FROM documento d USING documento n
        WHERE d.tipo = 'esportazione' AND d.stato = 'attesa' AND n.tipo = 'esportazione' AND n.stato = 'attesa'
        AND d.bozza = n.bozza AND (d.creato, d.id) < (n.creato, n.id);
    CREATE UNIQUE INDEX documento_una_esportazione ON documento (bozza)
        WHERE tipo = 'esportazione' AND stato = 'attesa';
"""

# Told when the transaction is done, with no round trip of its own.
TOLD = """
    CREATE FUNCTION documento_attende() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM pg_notify('documento_attende', '');
        RETURN NULL;
    END $$;
    CREATE TRIGGER documento_attende AFTER INSERT ON documento
        FOR EACH ROW WHEN (NEW.stato = 'attesa') EXECUTE FUNCTION documento_attende();
    CREATE TRIGGER documento_attende_ancora AFTER UPDATE OF stato ON documento
        FOR EACH ROW WHEN (OLD.stato = 'fallita' AND NEW.stato = 'attesa') EXECUTE FUNCTION documento_attende();
"""

forwards = step(ID, COLUMNS, ONE_EXPORT, TOLD)
