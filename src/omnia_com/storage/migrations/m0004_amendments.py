"""A communication may be amended or annulled, once: by another record that names it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from omnia_com.storage.tables import Comunicazione

ID = "2026-11-23T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "amendments"

FORWARDS = (
    """
    ALTER TABLE comunicazione
        ADD genere varchar(14) NOT NULL DEFAULT 'comunicazione' CHECK (genere IN ('comunicazione', 'annullamento')),
        ADD sostituisce uuid UNIQUE REFERENCES comunicazione (id),
        ADD motivo varchar(20) NOT NULL DEFAULT ''
    """,
    "ALTER TABLE bozza ADD rettifica uuid REFERENCES comunicazione (id)",
)
BACKWARDS = (
    "ALTER TABLE bozza DROP rettifica",
    "ALTER TABLE comunicazione DROP genere, DROP sostituisce, DROP motivo",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="omnia_com", description=DESCRIPTION)
    manager.add_raw(_forwards)
    manager.add_raw_backwards(_backwards)
    return manager


async def _forwards() -> None:
    for statement in FORWARDS:
        await Comunicazione.raw(statement)


async def _backwards() -> None:
    for statement in BACKWARDS:
        await Comunicazione.raw(statement)
