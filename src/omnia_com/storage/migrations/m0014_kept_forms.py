"""Forms whose session was gone, until their person has signed in again."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from omnia_com.storage.tables import ModuloTenuto

ID = "2026-11-24T13:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "kept forms"

FORWARDS = (
    """
    CREATE TABLE modulo_tenuto (
        id_sha256 bytea PRIMARY KEY,
        contenuto bytea NOT NULL,
        creato timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX modulo_tenuto_creato ON modulo_tenuto (creato)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="omnia_com", description=DESCRIPTION)
    manager.add_raw(_forwards)
    manager.add_raw_backwards(_backwards)
    return manager


async def _forwards() -> None:
    for statement in FORWARDS:
        await ModuloTenuto.raw(statement)


async def _backwards() -> None:
    await ModuloTenuto.raw("DROP TABLE modulo_tenuto")
