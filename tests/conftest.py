"""Real PostgreSQL, Valkey, identity provider, web, and (where a receipt is wanted) the real worker, once a run."""

import asyncio
import contextlib
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import msgspec
import pytest
import uvicorn

from omnia_com import settings as setup
from omnia_com.app import SERVER, create_app
from omnia_com.commands.up.embedded import Servers, temporary
from omnia_com.identity.oidc.relying_parties import RelyingParties
from omnia_com.italy.clock import Clock
from omnia_com.pages.http.front import Front
from omnia_com.pages.http.limits import HOUR, Limit
from omnia_com.settings import ROME, Settings
from omnia_com.storage import database as storage
from tests.helpers.browsing import Visitor, client_of
from tests.helpers.waiting import PATIENCE, stopped

ADESSO = "2026-11-23T10:00:00"

# What takes longest begins first, so that no processor waits for another at the end.
LONGEST = (
    "browser.test_axe", "browser.test_cuts", "commands.test_run", "documents.test_faults", "commands.test_up",
    "communications.test_uploads", "browser.test_looks", "commands.test_exports", "commands.test_elimina_scadute",
    "house.test_promises", "form.test_scenari", "communications.test_attachments", "browser.test_swap",
    "documents.test_pdf", "pages.test_nu", "browser.test_autosave", "browser.test_bytes",
    "communications.test_sending", "identity.saml.test_sign_in", "identity.saml.test_attacks",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    place = {f"tests.{name}": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.module.__name__, len(LONGEST)))


def free_port() -> int:
    """Out of the range from which systems take the ports of outgoing connections: nobody takes it before it is used."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class InThisLoop(uvicorn.Server):
    """A real server on a real socket, in the loop of the tests, that leaves the signals to pytest."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[None]:
    server = InThisLoop(uvicorn.Config(app, host="127.0.0.1", port=port, **SERVER))
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), f"the server did not start: {task}"
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with temporary() as servers:
        yield servers


@pytest.fixture(scope="session")
def environment(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every process of the run is told."""
    port, idp_port = free_port(), free_port()
    return {
        "OMNIA_ENV": "demo",
        "OMNIA_PORT": str(port),
        "OMNIA_IDP_PORT": str(idp_port),
        "OMNIA_DATA": str(tmp_path_factory.mktemp("dati")),
        "OMNIA_DATABASE_URL": servers.database_url,
        "OMNIA_DATABASE_OWNER_URL": servers.owner_url,
        "OMNIA_REDIS_URL": servers.redis_url,
        "OMNIA_CHROMIUM": os.environ.get("OMNIA_CHROMIUM", ""),
        "OMNIA_LIMITE_RICHIESTE": "100000",
        "OMNIA_LIMITE_ACCESSI": "100000",
        "OMNIA_LIMITE_VERIFICHE": "100000",
        "OMNIA_ADESSO": ADESSO,
        "OMNIA_SAML_IDP_METADATA": str(tmp_path_factory.mktemp("fornitori")),
    }


@pytest.fixture(scope="session")
def settings(environment: dict[str, str]) -> Settings:
    return setup.read(environment)[0]


@pytest.fixture(scope="session")
def migrated(environment: dict[str, str]) -> None:
    """In a process of its own, as at a deployment."""
    command = [sys.executable, "-m", "omnia_com", "migrate"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def app(settings: Settings) -> Front:
    front = create_app(settings)
    state, unlimited = front.litestar.state, Limit(1_000_000, HOUR)  # of all tests together: too many for one address
    state.services = msgspec.structs.replace(state.services, refusals=(unlimited, unlimited))
    return front


@pytest.fixture(scope="session")
async def web(app: Front, settings: Settings, migrated: None) -> AsyncIterator[str]:
    """The address of the service; its identity provider runs beside it.

    It shares its loop with the tests, and waits for its database as long as they do.
    """
    from omnia_com.identity.demo.provider import create_app as create_provider

    with pytest.MonkeyPatch.context() as patient:
        patient.setattr(storage, "PATIENCE", PATIENCE)
        async with serving(create_provider(settings), settings.idp_port), serving(app, settings.port):
            yield settings.base_url


@pytest.fixture(scope="session")
async def cleaner(settings: Settings, migrated: None) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Empties every table but what `migrate` writes. Replica mode is the superuser's way around the triggers.

    By DELETE: of a few rows it takes a hundredth of the time of TRUNCATE, which makes new files.
    """
    connection = await asyncpg.connect(settings.owner_url)
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = [row["tablename"] for row in tables if row["tablename"] not in ("migration", "regola")]
    await connection.execute("SET session_replication_role = replica")
    yield lambda: connection.execute("; ".join(f"DELETE FROM {name}" for name in names))
    await connection.close()


@pytest.fixture
async def clean(cleaner: Callable[[], Awaitable[str]]) -> None:
    """Nothing stored from another test."""
    await cleaner()


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """As the superuser, whom the service never is: a test's own hand."""
    connection = await asyncpg.connect(settings.owner_url)
    yield connection
    await connection.close()


async def forced(database: asyncpg.Connection, statement: str, *values: Any) -> None:
    """Past the triggers, and without what follows from references."""
    async with database.transaction():
        await database.execute("SET LOCAL session_replication_role = replica")
        await database.execute(statement, *values)


@pytest.fixture
async def visitor(web: str, clean: None) -> AsyncIterator[Callable[[], Visitor]]:
    """Makes visitors: each is a browser of its own that reviews every page it is shown."""
    async with contextlib.AsyncExitStack() as stack:
        visitors: list[Visitor] = []

        def make() -> Visitor:
            visitors.append(Visitor(client_of(web)))
            stack.push_async_callback(visitors[-1].close)
            return visitors[-1]

        yield make


@pytest.fixture
async def anna(visitor: Callable[[], Visitor]) -> Visitor:
    """P01, signed in with SPID: she has an e-mail and a mobile number."""
    return await visitor().sign_in("P01")


@pytest.fixture
async def luca(visitor: Callable[[], Visitor]) -> Visitor:
    """P02, signed in with SPID: somebody else."""
    return await visitor().sign_in("P02")


@pytest.fixture
def at(app: Front) -> Iterator[Callable[[str], None]]:
    """Sets the domain's clock of the web process."""
    state = app.litestar.state
    before = state.services

    def set_clock(instant: str) -> None:
        frozen = datetime.fromisoformat(instant).replace(tzinfo=ROME)
        state.services = msgspec.structs.replace(before, clock=Clock(frozen))

    yield set_clock
    state.services = before


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """That does not end while a test counts what may be done in a minute."""
    monkeypatch.setattr("omnia_com.pages.http.limits.time", SimpleNamespace(monotonic=lambda: 0.0))


@contextmanager
def offering(app: Front, parties: RelyingParties) -> Iterator[None]:
    """Other OpenID providers than those of the run's settings."""
    state = app.litestar.state
    before = state.services
    state.services = msgspec.structs.replace(before, oidc=parties, doors=parties.doors)
    yield
    state.services = before


@pytest.fixture(scope="module")
def worker(environment: dict[str, str], migrated: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The real worker, as a process of its own; other modules start theirs, or none."""
    log = tmp_path_factory.mktemp("worker") / "log"
    process = start_worker(environment, log)
    yield
    stopped(process, log)


def start_worker(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "omnia_com", "worker"]
    with log.open("ab") as out:
        return subprocess.Popen(command, env={**os.environ, **environment}, stderr=out)
