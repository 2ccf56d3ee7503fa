"""What `omnia-com doctor` finds wrong with signing in, and that it says how to mend it."""

import dataclasses
import os
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from omnia_com.commands.doctor import doctor, findings, sign_in
from omnia_com.commands.doctor.findings import clocks
from omnia_com.identity.exchanges import Exchange, keep
from omnia_com.identity.oidc.agreements import read_agreements
from omnia_com.identity.saml import refresh
from omnia_com.settings import Settings
from tests.helpers.browsing import client_of
from tests.helpers.waiting import until


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    return dataclasses.replace(settings, registro_chiavi=str(tmp_path / "chiavi"), saml_idp_metadata="")


async def on_time(address: str) -> None:
    """A server dates its answers once a second, if its loop goes round: not during a test that has no need of it."""
    async with client_of(address) as client:

        async def it_is() -> bool:
            return clocks(address, parsedate_to_datetime((await client.get("/salute")).headers["date"])) is None

        await until(it_is)


async def test_in_the_demonstration_all_is_well(web: str, clean: None, own: Settings) -> None:
    await on_time(own.demo_issuer)
    wrong = [f for f in await doctor._findings(own) if not f.well]
    assert wrong == []


async def test_a_register_that_cannot_be_read_whole(web: str, clean: None, own: Settings) -> None:
    await keep(Exchange("oidc", "https://op.example", "s", "entrato", "PRVNNA85E49H501L", {}), own)
    assert "si legge tutto" in (await sign_in.register(own)).text
    Path(own.registro_chiavi).unlink()
    found = await sign_in.register(own)
    assert (found.well, "chiavi che mancano" in found.text, own.registro_chiavi in found.todo) == (False, True, True)
    gone = dataclasses.replace(own, env="production", registro_chiavi="/non/esiste")
    found = await sign_in.register(gone)
    assert (found.well, "omnia-com registro --chiave" in found.todo) == (False, True)


async def test_a_service_that_may_do_too_much(web: str, clean: None, own: Settings) -> None:
    """As it would with one address for all: the owner's."""
    found = await doctor._database(dataclasses.replace(own, database_url=own.owner_url))
    assert (found.well, "è un superutente" in found.text, "omnia_servizio" in found.todo) == (False, True, True)
    unknown = own.database_url.replace("omnia_servizio", "sconosciuto")
    found = await doctor._database(dataclasses.replace(own, database_url=unknown))
    assert (found.well, "sconosciuto" in found.text, "migrate" in found.todo) == (False, True, True)


@pytest.mark.parametrize(("seconds", "well"), [(0, True), (9, True), (-9, True), (60, False), (-60, False)])
def test_clocks_that_are_apart(seconds: int, well: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    monkeypatch.setattr(findings, "datetime", SimpleNamespace(now=lambda _: now))
    found = clocks("PostgreSQL", now + timedelta(seconds=seconds))
    assert (found is None) == well
    if found:
        assert f"{abs(seconds)} secondi" in found.text
        assert "NTP" in found.todo


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status_code": 500}, "500"),
        ({"json": {"issuer": "https://altro.example"}}, "un altro nome"),
        ({"json": ["no"]}, "list"),
        ({"text": "no"}, "Expecting"),
        ({"json": None, "headers": {"date": "Mon, 01 Jan 2024 10:00:00 GMT"}}, "differiscono"),
        ({"json": None, "headers": {"date": "ieri"}}, ""),
        ({"json": None, "headers": {"date": "ora"}}, ""),
    ],
    ids=["fault", "name", "shape", "no json", "hour", "no hour", "well"],
)
async def test_a_provider_that_is_not_what_it_should_be(
    answer: dict[str, Any], said: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = settings.demo_issuer

    def respond(_: httpx.Request) -> httpx.Response:
        given = {"json": {"issuer": issuer}} if answer.get("json", 0) is None else {}
        if answer.get("headers") == {"date": "ora"}:
            given["headers"] = {"date": format_datetime(datetime.now(UTC), usegmt=True)}
        return httpx.Response(**{"status_code": 200, **answer, **given})

    client, transport = httpx.AsyncClient, httpx.MockTransport(respond)
    monkeypatch.setattr(httpx, "AsyncClient", lambda **_: client(transport=transport))
    agreement = read_agreements(settings)[0][0]
    found = await sign_in._provider(agreement, dataclasses.replace(settings, env="production"))
    assert found.well == (said == "")
    assert said in found.text


def test_metadata_that_nobody_renews(settings: Settings, tmp_path: Path) -> None:
    renewing = dataclasses.replace(
        settings, saml_idp_metadata=str(tmp_path), saml_idp_metadata_url="https://registro.example/metadata"
    )
    (found,) = sign_in.metadata_age(renewing)
    assert (found.well, "mai arrivati" in found.text) == (False, True)
    (source,) = refresh.sources(renewing)
    file = source.file(tmp_path)
    file.write_text("<x/>")
    (found,) = sign_in.metadata_age(renewing)
    assert found.well
    os.utime(file, (time.time() - 5 * 86_400,) * 2)
    (found,) = sign_in.metadata_age(renewing)
    assert (found.well, "5 giorni fa" in found.text, "worker" in found.todo) == (False, True, True)


def test_nobody_can_sign_in() -> None:
    found = list(sign_in.sign_in(Settings(env="production")))
    assert (found[-1].well, found[-1].text) == (False, "nessuno può entrare")


async def test_a_full_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await doctor._disk(settings)).well
    monkeypatch.setattr(doctor, "SMALLEST_DISK", 2**80)
    assert "libera spazio" in (await doctor._disk(settings)).todo
