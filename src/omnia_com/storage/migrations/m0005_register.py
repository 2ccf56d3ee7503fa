"""The register of authentication exchanges, and of those who read one."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from omnia_com.storage.tables import Scambio

ID = "2026-11-24T05:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "register"

FORWARDS = (
    """
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
    )
    """,
    "CREATE INDEX scambio_quando ON scambio (quando)",
    "CREATE INDEX scambio_richiesta ON scambio (richiesta)",
    "CREATE INDEX scambio_persona ON scambio (persona) WHERE persona <> ''",
    """
    CREATE TABLE scambio_letto (
        id serial PRIMARY KEY,
        quando timestamptz NOT NULL DEFAULT now(),
        chi text NOT NULL,
        richiesta text NOT NULL,
        motivo text NOT NULL CHECK (motivo <> ''),
        trovati integer NOT NULL
    )
    """,
)
BACKWARDS = ("DROP TABLE scambio_letto", "DROP TABLE scambio")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="omnia_com", description=DESCRIPTION)
    manager.add_raw(_forwards)
    manager.add_raw_backwards(_backwards)
    return manager


async def _forwards() -> None:
    for statement in FORWARDS:
        await Scambio.raw(statement)


async def _backwards() -> None:
    for statement in BACKWARDS:
        await Scambio.raw(statement)
