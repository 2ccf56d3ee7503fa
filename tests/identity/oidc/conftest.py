"""Our side of OpenID Connect, with the demonstration provider on a real socket, and a stage for those that lie."""

import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from litestar import Litestar, get

from omnia_com import settings as omnia_settings
from omnia_com.identity import keys, remote
from omnia_com.identity.demo.provider import create_app
from omnia_com.identity.oidc.agreements import of_issuer
from omnia_com.identity.oidc.relying_party import RelyingParty
from omnia_com.settings import Settings
from tests.conftest import free_port
from tests.helpers.liars import Liar, Stage, serving
from tests.helpers.waiting import PATIENCE


@pytest.fixture(scope="package", autouse=True)
def keys_are_read_once() -> Iterator[None]:
    """Reading a PEM costs 40 ms, a hundred times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "load", functools.cache(keys.load))
        yield


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    environ = {"OMNIA_PORT": str(free_port()), "OMNIA_IDP_PORT": str(free_port())}
    return omnia_settings.read({**environ, "OMNIA_DATA": str(tmp_path_factory.mktemp("oidc"))})[0]


@pytest.fixture(scope="session")
async def relying_party(settings: Settings) -> AsyncIterator[RelyingParty]:
    """Signed up at the demonstration provider: its keys are published where the service will."""
    rp = RelyingParty(of_issuer(settings, settings.oidc_issuer))

    @get("/accesso/oidc/jwks", sync_to_thread=False)
    def jwks() -> dict[str, Any]:
        return {"keys": rp.agreement.client.jwks()}

    web = Litestar([jwks], openapi_config=None, logging_config=None)
    async with serving(web, settings.port), serving(create_app(settings), settings.idp_port):
        yield rp
        await rp.aclose()


@pytest.fixture(scope="session")
async def browser(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=settings.oidc_issuer, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(free_port())
    async with serving(stage, stage.port):
        yield stage


@pytest.fixture
def liar(stage: Stage, settings: Settings, lying_key: RSAKey) -> Liar:
    stage.liar = Liar(stage.port, settings.base_url, lying_key)
    return stage.liar


@pytest.fixture(scope="session")
def lying_key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with remote.new_client() as client:
        yield client


@pytest.fixture
def victim(stage: Stage, settings: Settings, http: httpx.AsyncClient) -> RelyingParty:
    return RelyingParty(of_issuer(settings, f"http://127.0.0.1:{stage.port}"), http, seconds=PATIENCE)


@pytest.fixture
def impatient(stage: Stage, settings: Settings, http: httpx.AsyncClient) -> RelyingParty:
    """For providers that are too slow: sooner than `remote.SECONDS`."""
    return RelyingParty(of_issuer(settings, f"http://127.0.0.1:{stage.port}"), http, seconds=0.5)
