"""Attachments: contents under generated names, what drafts refer to, and what was sent, frozen with it."""

from omnia_com.storage.step import step

ID = "2026-11-24T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "attachments"

FORWARDS = (
    """
    CREATE TABLE contenuto (
        id uuid PRIMARY KEY,
        dichiarante varchar(16) NOT NULL,
        tipo varchar(20) NOT NULL DEFAULT '',
        dimensione integer NOT NULL DEFAULT 0 CHECK (dimensione BETWEEN 0 AND 4194304),
        sha256 varchar(64) NOT NULL DEFAULT '',
        stato varchar(8) NOT NULL DEFAULT 'arriva'
            CHECK (stato IN ('arriva', 'attesa', 'ammesso', 'infetto', 'tolto')),
        inviato boolean NOT NULL DEFAULT false,
        creato timestamptz NOT NULL DEFAULT now(),
        CHECK (stato IN ('arriva', 'tolto') OR length(sha256) = 64),
        CHECK (NOT inviato OR stato IN ('attesa', 'ammesso', 'infetto'))
    )
    """,
    "CREATE INDEX contenuto_di_chi ON contenuto (dichiarante, creato)",
    "CREATE INDEX contenuto_da_controllare ON contenuto (creato) WHERE stato = 'attesa'",
    "CREATE INDEX contenuto_non_inviato ON contenuto (creato) WHERE NOT inviato",
    """
    CREATE TABLE allegato (
        id serial PRIMARY KEY,
        bozza uuid NOT NULL REFERENCES bozza (id) ON DELETE CASCADE,
        contenuto uuid NOT NULL REFERENCES contenuto (id),
        nome varchar(120) NOT NULL,
        UNIQUE (bozza, contenuto)
    )
    """,
    "CREATE INDEX allegato_contenuto ON allegato (contenuto)",
    "ALTER TABLE comunicazione ADD allegati jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(allegati) = 'array')",
    """
    CREATE FUNCTION contenuto_immutabile() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF NOT OLD.inviato THEN RETURN OLD; END IF;
        ELSIF NOT (OLD.inviato AND NOT NEW.inviato) AND (OLD.sha256 = '' OR
            (NEW.id, NEW.dichiarante, NEW.tipo, NEW.dimensione, NEW.sha256)
            = (OLD.id, OLD.dichiarante, OLD.tipo, OLD.dimensione, OLD.sha256)) THEN RETURN NEW;
        END IF;
        RAISE EXCEPTION 'il contenuto di un allegato non si modifica, e se inviato non si cancella'
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER contenuto_immutabile BEFORE UPDATE OR DELETE ON contenuto
    FOR EACH ROW EXECUTE FUNCTION contenuto_immutabile()
    """,
)
BACKWARDS = (
    "ALTER TABLE comunicazione DROP allegati",
    "DROP TABLE allegato",
    "DROP TABLE contenuto",
    "DROP FUNCTION contenuto_immutabile",
)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
