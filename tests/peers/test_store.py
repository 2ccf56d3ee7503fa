"""Attachments in an S3-compatible store, so that several machines can serve: the same store, reached twice."""

import dataclasses
import subprocess
import tempfile
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from omnia_com.communications.attachments.contents import Contents, StoreAway
from omnia_com.communications.attachments.kept import LARGEST
from omnia_com.settings import Settings
from tests.conftest import free_port
from tests.helpers.files import padded_pdf
from tests.helpers.waiting import PATIENCE, eventually, stopped
from tests.peers.venv import peer


@pytest.fixture
def store(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings that name a bucket of an S3-compatible server, told as a deployer would."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [peer("python"), "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "prova",
        "AWS_SECRET_ACCESS_KEY": "prova",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)

    def made() -> bool:
        try:
            return httpx.put(f"{address}/allegati", timeout=PATIENCE).raise_for_status().is_success
        except httpx.TransportError:
            return False

    eventually(made, lambda: f"the store did not start, {server.poll()}")
    yield dataclasses.replace(settings, allegati_url="s3://allegati/omnia")
    stopped(server)


async def test_what_one_machine_stores_another_hands_out_and_removes(store: Settings) -> None:
    here, there, id = Contents(store), Contents(store), uuid4()
    content = padded_pdf(LARGEST)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        await here.put(id, file)
    pieces = [piece async for piece in await there.open(id)]
    assert b"".join(pieces) == content
    assert len(pieces) > 1, "in pieces"
    await there.remove(id)
    await there.remove(id)
    with pytest.raises(StoreAway):
        await here.open(id)


async def test_a_store_that_is_away_is_said(store: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    away = Contents(store)
    with pytest.raises(StoreAway):
        await away.open(uuid4())
