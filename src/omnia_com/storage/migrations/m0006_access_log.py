"""The access log: who saw, sent or took away what. Nobody rewrites an entry."""

from omnia_com.storage.step import step

ID = "2026-11-24T06:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "access log"

FORWARDS = (
    """
    CREATE TABLE registro_accessi (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        quando timestamptz NOT NULL DEFAULT now(),
        dichiarante varchar(16) NOT NULL,
        azione varchar(20) NOT NULL,
        oggetto uuid,
        rete varchar(43) NOT NULL DEFAULT '',
        motivo text NOT NULL DEFAULT '',
        operatore text NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX registro_accessi_dichiarante ON registro_accessi (dichiarante, quando)",
    "CREATE INDEX registro_accessi_quando ON registro_accessi USING brin (quando)",
    """
    CREATE FUNCTION registro_accessi_immutabile() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'il registro degli accessi non si riscrive' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER registro_accessi_immutabile BEFORE UPDATE ON registro_accessi
    FOR EACH ROW EXECUTE FUNCTION registro_accessi_immutabile()
    """,
)
BACKWARDS = ("DROP TABLE registro_accessi", "DROP FUNCTION registro_accessi_immutabile")

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
