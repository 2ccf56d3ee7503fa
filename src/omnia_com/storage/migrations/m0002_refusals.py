"""What the database refuses besides what it does not grant (`storage/roles.py`, decision 9): protocols that somebody
makes up, an instant of sending that somebody chooses, a document made twice, a register that somebody empties.
"""

from omnia_com.storage.step import step

ID = "2026-11-29T02:00:00:000000"

# What `migrate` tells the database of the settings; the service cannot change it. `passi` are the migrations after
# which the grants have been given.
RULES = """
    CREATE TABLE regola (
        unica boolean PRIMARY KEY DEFAULT true CHECK (unica),
        accessi_giorni integer NOT NULL DEFAULT 365,
        scambi_mesi integer NOT NULL DEFAULT 24,
        orologio_di_prova boolean NOT NULL DEFAULT false,
        passi text[] NOT NULL DEFAULT '{}'
    );
    INSERT INTO regola DEFAULT VALUES;
"""

# The numbers of a year are given one after the other, each to a communication. Only whoever owns the table may leave
# some out, after a restore; nobody gives one twice.
PROTOCOLS = """
    CREATE FUNCTION numero_di(anno integer, numero integer) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp
    RETURN 'OMNIACOM.' || anno || '.' || lpad(numero::text, greatest(7, length(numero::text)), '0');

    CREATE FUNCTION e_di_chi_possiede(tabella oid) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = public, pg_temp
    RETURN pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = tabella), 'USAGE');

    CREATE FUNCTION protocollo_uno_per_volta() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.ultimo = 1 OR NEW.ultimo > 1 AND e_di_chi_possiede(TG_RELID) THEN RETURN NEW; END IF;
        ELSIF TG_OP = 'UPDATE' THEN
            IF NEW.anno = OLD.anno AND (NEW.ultimo = OLD.ultimo + 1
                OR NEW.ultimo > OLD.ultimo AND e_di_chi_possiede(TG_RELID)) THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'i numeri di protocollo crescono di uno, e nessuno si dà due volte'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER protocollo_uno_per_volta BEFORE INSERT OR UPDATE OR DELETE ON protocollo
        FOR EACH ROW EXECUTE FUNCTION protocollo_uno_per_volta();
    CREATE TRIGGER protocollo_non_svuotabile BEFORE TRUNCATE ON protocollo
        FOR EACH STATEMENT EXECUTE FUNCTION protocollo_uno_per_volta();

    CREATE FUNCTION protocollo_usato() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF EXISTS (SELECT FROM comunicazione WHERE protocollo = numero_di(NEW.anno, NEW.ultimo))
            OR e_di_chi_possiede(TG_RELID) THEN RETURN NULL; END IF;
        RAISE EXCEPTION 'un numero di protocollo si dà solo a una comunicazione' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE CONSTRAINT TRIGGER protocollo_usato AFTER INSERT OR UPDATE ON protocollo
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION protocollo_usato();
"""

# In a demonstration whose clock stands still (`OMNIA_ADESSO`) the instant is the demonstration's own.
SENDING = """
    CREATE FUNCTION comunicazione_adesso() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    DECLARE
        adesso timestamptz := clock_timestamp();
        lontano interval := interval '5 minutes';
        questo_anno integer := extract(year FROM NEW.inviata_il AT TIME ZONE 'Europe/Rome');
    BEGIN
        IF NEW.inviata_il NOT BETWEEN adesso - lontano AND adesso + lontano
            AND NOT coalesce((SELECT orologio_di_prova FROM regola), false) THEN
            RAISE EXCEPTION 'una comunicazione si invia adesso, e l''ora della base dati è un''altra'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.protocollo IS DISTINCT FROM (SELECT numero_di(anno, ultimo) FROM protocollo WHERE anno = questo_anno)
        THEN
            RAISE EXCEPTION 'il protocollo di una comunicazione è l''ultimo che è stato dato'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER comunicazione_adesso BEFORE INSERT ON comunicazione
        FOR EACH ROW EXECUTE FUNCTION comunicazione_adesso();
"""

# A document is made once; a receipt is of a communication, and goes with it.
DOCUMENTS = """
    CREATE FUNCTION documento_immutabile() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.stato = 'attesa' AND (NEW.tipo <> 'ricevuta' OR EXISTS (
                SELECT FROM comunicazione c WHERE (c.id, c.dichiarante) = (NEW.id, NEW.dichiarante)
            )) THEN RETURN NEW; END IF;
        ELSIF TG_OP = 'UPDATE' THEN
            IF OLD.stato <> 'pronta' AND (NEW.id, NEW.tipo, NEW.dichiarante) = (OLD.id, OLD.tipo, OLD.dichiarante)
            THEN RETURN NEW; END IF;
        ELSIF TG_OP = 'DELETE' THEN
            IF OLD.tipo = 'esportazione' OR current_user = 'omnia_archivio' AND (OLD.tipo <> 'ricevuta' OR EXISTS (
                SELECT FROM comunicazione c WHERE c.id = OLD.id AND c.inviata_il < now() - interval '10 years'
            )) THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION 'un documento si fa una volta sola, e una ricevuta resta quanto la sua comunicazione'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER documento_immutabile BEFORE INSERT OR UPDATE OR DELETE ON documento
        FOR EACH ROW EXECUTE FUNCTION documento_immutabile();
    CREATE TRIGGER documento_non_svuotabile BEFORE TRUNCATE ON documento
        FOR EACH STATEMENT EXECUTE FUNCTION documento_immutabile();
"""

# Of these registers the service deletes nothing itself: it asks, and what is not as old as `regola` says stays,
# whatever it asks for.
FORGETTING = """
    CREATE FUNCTION dimentica_accessi(giorni integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp BEGIN ATOMIC
        DELETE FROM registro_accessi
        WHERE quando < now() - make_interval(days => greatest(giorni, (SELECT accessi_giorni FROM regola)));
    END;

    CREATE FUNCTION dimentica_scambi(mesi integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp BEGIN ATOMIC
        DELETE FROM scambio
        WHERE quando < now() - make_interval(months => greatest(mesi, (SELECT scambi_mesi FROM regola)));
        DELETE FROM scambio_letto
        WHERE quando < now() - make_interval(months => greatest(mesi, (SELECT scambi_mesi FROM regola)));
    END;
    REVOKE EXECUTE ON FUNCTION dimentica_accessi, dimentica_scambi FROM PUBLIC;
"""

forwards = step(ID, RULES, PROTOCOLS, SENDING, DOCUMENTS, FORGETTING)
