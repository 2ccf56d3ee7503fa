"""In which language a communication was sent: its receipt has the translation of that language beside the labels."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from omnia_com.storage.tables import Comunicazione

ID = "2026-11-24T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "language"

FORWARDS = ("ALTER TABLE comunicazione ADD lingua varchar(8) NOT NULL DEFAULT 'it'",)
BACKWARDS = ("ALTER TABLE comunicazione DROP lingua",)


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
