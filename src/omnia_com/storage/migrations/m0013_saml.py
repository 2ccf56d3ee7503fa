"""Under which name a SAML provider knows a session, for its single logout."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from omnia_com.storage.tables import Sessione

ID = "2026-11-24T12:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "name of a session at its SAML provider"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="omnia_com", description=DESCRIPTION)
    manager.add_raw(_forwards)
    manager.add_raw_backwards(_backwards)
    return manager


async def _forwards() -> None:
    await Sessione.raw("ALTER TABLE sessione ADD name_id text NOT NULL DEFAULT ''")


async def _backwards() -> None:
    await Sessione.raw("ALTER TABLE sessione DROP name_id")
