"""What lets anybody check a receipt (docs/decisions/0019): its code, and the page on which it is checked.

Both are told to the communication as it is sent, like the head of its receipt; one that was sent before has neither,
and its receipt stays as it is. The digest of a receipt's file finds it when the file itself is checked.
"""

from omnia_com.storage.step import step

ID = "2026-11-29T06:50:00:000000"

CODES = """
    ALTER TABLE comunicazione
        ADD codice varchar(12) NOT NULL DEFAULT '' CHECK (length(codice) IN (0, 12)),
        ADD verifica text NOT NULL DEFAULT '';
    CREATE INDEX documento_impronta ON documento (sha256(pdf)) WHERE tipo = 'ricevuta' AND stato = 'pronta';
"""

# The register of each day (docs/decisions/0021): nobody rewrites it, and it outlives what it tells of.
REGISTER = """
    CREATE TABLE registro_giorno (
        giorno date PRIMARY KEY,
        foglie integer NOT NULL CHECK (foglie > 0),
        radice varchar(64) NOT NULL CHECK (length(radice) = 64),
        marca bytea NOT NULL DEFAULT '',
        chiuso_il timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE registro_foglia (
        protocollo varchar(24) PRIMARY KEY,
        giorno date NOT NULL REFERENCES registro_giorno,
        posto integer NOT NULL CHECK (posto >= 0),
        inviata_il timestamptz NOT NULL,
        sha256 varchar(64) NOT NULL,
        UNIQUE (giorno, posto)
    );

    CREATE FUNCTION registro_giorno_immutabile() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        RAISE EXCEPTION 'il registro di un giorno non si riscrive' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER registro_giorno_immutabile BEFORE UPDATE OR DELETE ON registro_giorno
        FOR EACH ROW EXECUTE FUNCTION registro_giorno_immutabile();
    CREATE TRIGGER registro_giorno_non_svuotabile BEFORE TRUNCATE ON registro_giorno
        FOR EACH STATEMENT EXECUTE FUNCTION registro_giorno_immutabile();
    CREATE TRIGGER registro_foglia_immutabile BEFORE UPDATE OR DELETE ON registro_foglia
        FOR EACH ROW EXECUTE FUNCTION registro_giorno_immutabile();
    CREATE TRIGGER registro_foglia_non_svuotabile BEFORE TRUNCATE ON registro_foglia
        FOR EACH STATEMENT EXECUTE FUNCTION registro_giorno_immutabile();
"""

forwards = step(ID, CODES, REGISTER)
