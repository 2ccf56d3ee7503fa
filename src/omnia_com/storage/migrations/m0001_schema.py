"""Everything that is stored, as release 0.2.0 begins it. What each column holds is said in `storage/tables.py`.

The order is that in which tables refer to one another. What the service may never do is refused here, by triggers,
whatever the program says; what it has no need of it is not granted (`storage/roles.py`). No default fills in what a
person or a provider has to say. Every function names its `search_path`: no table of somebody's own takes the place of
ours.
"""

from omnia_com.storage.step import step

ID = "2026-11-29T01:00:00:000000"

PEOPLE = """
    CREATE TABLE dichiarante (
        codice_fiscale varchar(16) PRIMARY KEY,
        nome text NOT NULL,
        cognome text NOT NULL,
        data_nascita date,
        luogo_nascita varchar(4) NOT NULL,
        luogo_nascita_provincia varchar(2) NOT NULL,
        email text NOT NULL,
        cellulare text NOT NULL,
        telefono text NOT NULL,
        pec text NOT NULL,
        aggiornato timestamptz NOT NULL DEFAULT now(),
        contatti jsonb CHECK (jsonb_typeof(contatti) = 'object')
    );

    CREATE TABLE accesso_in_corso (
        stato_sha256 bytea PRIMARY KEY,
        browser_sha256 bytea NOT NULL,
        dati jsonb NOT NULL,
        creato timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE sessione (
        token_sha256 bytea PRIMARY KEY,
        dichiarante varchar(16) NOT NULL REFERENCES dichiarante ON UPDATE CASCADE ON DELETE CASCADE,
        mezzo varchar(4) NOT NULL,
        livello smallint NOT NULL,
        emittente text NOT NULL,
        id_token text NOT NULL,
        access_token text NOT NULL,
        richiesta text NOT NULL,
        uscita text NOT NULL,
        name_id text NOT NULL,
        creata timestamptz NOT NULL DEFAULT now(),
        vista timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE modulo_tenuto (
        id_sha256 bytea PRIMARY KEY,
        contenuto bytea NOT NULL,
        creato timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX modulo_tenuto_creato ON modulo_tenuto (creato);
"""

# What was sent never changes. It goes after ten years, by the hand of a role that nobody signs in as
# (docs/decisions/0009-ten-years.md). One communication amends or annuls another, and each is amended once.
COMMUNICATIONS = """
    CREATE TABLE protocollo (
        anno smallint PRIMARY KEY,
        ultimo integer NOT NULL
    );

    CREATE TABLE comunicazione (
        id uuid PRIMARY KEY,
        protocollo varchar(24) NOT NULL UNIQUE,
        dichiarante varchar(16) NOT NULL,
        inviata_il timestamptz NOT NULL,
        genere varchar(14) NOT NULL CHECK (genere IN ('comunicazione', 'annullamento')),
        sostituisce uuid UNIQUE REFERENCES comunicazione,
        motivo varchar(20) NOT NULL,
        tipologia varchar(20) NOT NULL,
        data_inizio date NOT NULL,
        data_fine date,
        reddito_centesimi bigint NOT NULL,
        partita_iva varchar(11),
        risposte jsonb NOT NULL,
        righe jsonb NOT NULL,
        persona jsonb NOT NULL,
        allegati jsonb NOT NULL CHECK (jsonb_typeof(allegati) = 'array'),
        dichiarazioni_versione varchar(20) NOT NULL,
        lingua varchar(8) NOT NULL,
        sha256 varchar(64) NOT NULL,
        ente text NOT NULL,
        avviso text NOT NULL
    );
    CREATE INDEX comunicazione_dichiarante ON comunicazione (dichiarante);
    CREATE INDEX comunicazione_inviata_il ON comunicazione (inviata_il);

    CREATE FUNCTION comunicazione_immutabile() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_user = 'omnia_archivio' AND OLD.inviata_il < now() - interval '10 years' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'una comunicazione inviata non si modifica e non si cancella'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER comunicazione_immutabile BEFORE UPDATE OR DELETE ON comunicazione
        FOR EACH ROW EXECUTE FUNCTION comunicazione_immutabile();
    CREATE TRIGGER comunicazione_non_svuotabile BEFORE TRUNCATE ON comunicazione
        FOR EACH STATEMENT EXECUTE FUNCTION comunicazione_immutabile();
"""

DRAFTS = """
    CREATE TABLE bozza (
        id uuid PRIMARY KEY,
        dichiarante varchar(16) NOT NULL REFERENCES dichiarante ON UPDATE CASCADE ON DELETE CASCADE,
        digitato jsonb NOT NULL,
        versione integer NOT NULL DEFAULT 1,
        creata timestamptz NOT NULL DEFAULT now(),
        aggiornata timestamptz NOT NULL DEFAULT now(),
        rettifica uuid REFERENCES comunicazione,
        pagina varchar(24) NOT NULL DEFAULT '',
        passo integer NOT NULL DEFAULT 0
    );
    CREATE INDEX bozza_dichiarante ON bozza (dichiarante);
"""

# A content is known from when it begins to come in, for the daily limit; what it is stands once it is known (`sha256`),
# and what was sent stays, until the archive's role says that it counts as sent no more.
ATTACHMENTS = """
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
    );
    CREATE INDEX contenuto_di_chi ON contenuto (dichiarante, creato);
    CREATE INDEX contenuto_da_controllare ON contenuto (creato) WHERE stato = 'attesa';
    CREATE INDEX contenuto_non_inviato ON contenuto (creato) WHERE NOT inviato;

    CREATE TABLE allegato (
        id serial PRIMARY KEY,
        bozza uuid NOT NULL REFERENCES bozza ON DELETE CASCADE,
        contenuto uuid NOT NULL REFERENCES contenuto,
        nome varchar(120) NOT NULL,
        UNIQUE (bozza, contenuto)
    );
    CREATE INDEX allegato_contenuto ON allegato (contenuto);

    CREATE FUNCTION contenuto_immutabile() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    DECLARE scaduto boolean := current_user = 'omnia_archivio' AND OLD.creato < now() - interval '10 years';
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF NOT OLD.inviato THEN RETURN OLD; END IF;
        ELSIF (scaduto OR NEW.inviato OR NOT OLD.inviato) AND (OLD.sha256 = '' OR
            (NEW.id, NEW.dichiarante, NEW.tipo, NEW.dimensione, NEW.sha256)
            = (OLD.id, OLD.dichiarante, OLD.tipo, OLD.dimensione, OLD.sha256)) THEN RETURN NEW;
        END IF;
        RAISE EXCEPTION 'il contenuto di un allegato non si modifica, e se inviato non si cancella'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER contenuto_immutabile BEFORE UPDATE OR DELETE ON contenuto
        FOR EACH ROW EXECUTE FUNCTION contenuto_immutabile();
"""

# `bozza` refers to nothing: the documents of a draft outlive it for a moment, and go with the sweep.
DOCUMENTS = """
    CREATE TABLE documento (
        id uuid PRIMARY KEY,
        tipo varchar(20) NOT NULL,
        dichiarante varchar(16) NOT NULL,
        bozza uuid,
        contenuto jsonb,
        stato varchar(8) NOT NULL DEFAULT 'attesa',
        pdf bytea,
        gettone uuid,
        presa_fino timestamptz,
        tentativi smallint NOT NULL DEFAULT 0,
        creato timestamptz NOT NULL DEFAULT now(),
        pronto_il timestamptz,
        CONSTRAINT stato_ammesso
            CHECK (stato IN ('attesa', 'pronta', 'fallita') AND (stato = 'pronta') = (pdf IS NOT NULL))
    );
    CREATE INDEX documento_bozza ON documento (bozza);
    CREATE INDEX documento_dichiarante ON documento (dichiarante);
    CREATE INDEX documento_in_attesa ON documento (creato) WHERE stato = 'attesa';

    CREATE TABLE battito (
        nome varchar(40) PRIMARY KEY,
        visto timestamptz NOT NULL,
        browser varchar(200) NOT NULL
    );
"""

# Authentication exchanges, and who read one (docs/decisions/0006).
REGISTER = """
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
    );
    CREATE INDEX scambio_quando ON scambio (quando);
    CREATE INDEX scambio_richiesta ON scambio (richiesta);
    CREATE INDEX scambio_persona ON scambio (persona) WHERE persona <> '';

    CREATE TABLE scambio_letto (
        id serial PRIMARY KEY,
        quando timestamptz NOT NULL DEFAULT now(),
        chi text NOT NULL,
        richiesta text NOT NULL,
        motivo text NOT NULL CHECK (motivo <> ''),
        trovati integer NOT NULL
    );
"""

# Nobody rewrites an entry; after a year it goes (docs/decisions/0007-access-log.md).
ACCESS_LOG = """
    CREATE TABLE registro_accessi (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        quando timestamptz NOT NULL DEFAULT now(),
        dichiarante varchar(16) NOT NULL,
        azione varchar(20) NOT NULL,
        oggetto uuid,
        rete varchar(43) NOT NULL DEFAULT '',
        motivo text NOT NULL DEFAULT '',
        operatore text NOT NULL DEFAULT ''
    );
    CREATE INDEX registro_accessi_dichiarante ON registro_accessi (dichiarante, quando);
    CREATE INDEX registro_accessi_quando ON registro_accessi USING brin (quando);

    CREATE FUNCTION registro_accessi_immutabile() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        RAISE EXCEPTION 'il registro degli accessi non si riscrive' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER registro_accessi_immutabile BEFORE UPDATE ON registro_accessi
        FOR EACH ROW EXECUTE FUNCTION registro_accessi_immutabile();
"""

ARCHIVE = """
    CREATE TABLE eliminata (
        protocollo varchar(24) PRIMARY KEY,
        inviata_il timestamptz NOT NULL,
        sha256 varchar(64) NOT NULL,
        eliminata_il timestamptz NOT NULL DEFAULT now(),
        operatore text NOT NULL
    );
"""

forwards = step(ID, PEOPLE, COMMUNICATIONS, DRAFTS, ATTACHMENTS, DOCUMENTS, REGISTER, ACCESS_LOG, ARCHIVE)
