"""Which page saved a draft last, so that a page whose answer got lost is not taken for another tab."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from omnia_com.storage.tables import Bozza

ID = "2026-11-24T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "last hand"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="omnia_com", description=DESCRIPTION)
    manager.add_raw(_forwards)
    manager.add_raw_backwards(_backwards)
    return manager


async def _forwards() -> None:
    await Bozza.raw("ALTER TABLE bozza ADD pagina varchar(24) NOT NULL DEFAULT '', ADD passo integer NOT NULL DEFAULT 0")


async def _backwards() -> None:
    await Bozza.raw("ALTER TABLE bozza DROP pagina, DROP passo")
