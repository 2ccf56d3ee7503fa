"""A migration that is nothing but SQL."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from .tables import Comunicazione

Move = str | Callable[[], Awaitable[None]]


def step(
    id: str, description: str, forwards: Sequence[Move], backwards: Sequence[Move]
) -> Callable[[], Awaitable[MigrationManager]]:
    """What Piccolo looks for in a module of migrations as `forwards`. The *id* is in databases: it never changes."""

    async def prepare() -> MigrationManager:
        manager = MigrationManager(migration_id=id, app_name="omnia_com", description=description)
        for move in forwards:
            manager.add_raw(_runs(move))
        for move in backwards:
            manager.add_raw_backwards(_runs(move))
        return manager

    return prepare


def _runs(move: Move) -> Callable[[], Awaitable[None]]:
    return partial(_execute, move) if isinstance(move, str) else move


async def _execute(statement: str) -> None:
    await Comunicazione.raw(statement)
