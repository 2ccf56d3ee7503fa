"""Each person's own contacts, beside those that the identity provider gives."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from omnia_com.storage.tables import Dichiarante

ID = "2026-11-23T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "contacts"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="omnia_com", description=DESCRIPTION)
    manager.add_raw(_forwards)
    manager.add_raw_backwards(_backwards)
    return manager


async def _forwards() -> None:
    await Dichiarante.raw("ALTER TABLE dichiarante ADD contatti jsonb CHECK (jsonb_typeof(contatti) = 'object')")


async def _backwards() -> None:
    await Dichiarante.raw("ALTER TABLE dichiarante DROP contatti")
