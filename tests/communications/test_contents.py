"""Attachments on their way into an S3 store: in pieces, tried again, and words when it does not take them.

The store here counts and forgets; a whole one is asked in tests/peers/test_store.py.
"""

import asyncio
import dataclasses
import io
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from omnia_com.communications.attachments.contents import PAUSES, Contents, StoreAway
from omnia_com.settings import Settings
from tests.conftest import free_port
from tests.helpers.liars import serving

MEGABYTE = 1024 * 1024


class Sink:
    """An object store as far as PUT goes: `answers` are its next statuses, `took` the bytes of each request."""

    def __init__(self) -> None:
        self.answers = list[int]()
        self.took = list[int]()

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        self.took.append(size)
        status = self.answers.pop(0) if self.answers else 200
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


async def test_what_is_put_into_a_folder_is_on_the_disk_with_its_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, id, settled = Contents(settings), uuid4(), []
    monkeypatch.setattr(os, "fsync", lambda opened: settled.append(Path(f"/proc/self/fd/{opened}").readlink()))
    await contents.put(id, io.BytesIO(b"%PDF-"))
    folder = settings.data.resolve() / "allegati"
    own = [path for path in settled if "(deleted)" not in path.name]  # without those of a look at the store
    assert own == [folder / id.hex, folder]


@pytest.mark.parametrize("before", [None, 0o755])
async def test_what_is_put_into_a_folder_is_for_us_alone(
    before: int | None, settings: Settings, tmp_path: Path
) -> None:
    """Whatever the mask of the process, and in a folder that was open to others."""
    if before:
        (tmp_path / "allegati").mkdir()
        (tmp_path / "allegati").chmod(before)
    contents, id = Contents(dataclasses.replace(settings, data=tmp_path)), uuid4()
    mask = os.umask(0)
    try:
        await contents.put(id, io.BytesIO(b"%PDF-"))
    finally:
        os.umask(mask)
    modes = [(tmp_path / "allegati" / name).stat().st_mode & 0o777 for name in ("", id.hex)]
    assert modes == [0o700, 0o600]


@pytest.fixture
async def sink(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sink]:
    app, port = Sink(), free_port()
    told = {"ENDPOINT_URL": f"http://127.0.0.1:{port}", "ACCESS_KEY_ID": "prova", "SECRET_ACCESS_KEY": "prova"}
    for name, value in (told | {"REGION": "us-east-1"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    async with serving(app, port):
        yield app


@pytest.fixture
def store(settings: Settings, sink: Sink) -> Contents:
    return Contents(dataclasses.replace(settings, allegati_url="s3://allegati/omnia"))


async def test_a_store_that_fails_for_a_moment_is_asked_again(store: Contents, sink: Sink) -> None:
    sink.answers = [503] * len(PAUSES)
    await store.put(uuid4(), io.BytesIO(b"x" * MEGABYTE))
    assert sink.took == [MEGABYTE] * 3, "each time the whole file"


@pytest.mark.parametrize(("answers", "asked"), [([503] * 9, 3), ([403], 1)], ids=["it fails on", "it refuses"])
async def test_what_it_does_not_take_is_said(answers: list[int], asked: int, store: Contents, sink: Sink) -> None:
    sink.answers = answers
    with pytest.raises(StoreAway):
        await store.put(uuid4(), io.BytesIO(b"x"))
    assert len(sink.took) == asked


# Runs by itself: the most memory that a process ever had is known for a whole process only.
MEASURED = f"""
import asyncio, resource, tempfile, uuid
from omnia_com.communications.attachments.contents import Contents
from omnia_com.settings import read

async def main():
    store, most = Contents(read({{"OMNIA_ALLEGATI_URL": "s3://allegati/omnia"}})[0]), []
    for size in (1, {100 * MEGABYTE}):
        with tempfile.TemporaryFile() as file:
            file.truncate(size)
            await store.put(uuid.uuid4(), file)
        most.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    print(most[1] - most[0])

asyncio.run(main())
"""


async def test_a_file_is_never_whole_in_memory(sink: Sink) -> None:
    """A file of 100 MB costs less than 10."""
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", MEASURED, stdout=asyncio.subprocess.PIPE)
    out, _ = await run.communicate()
    assert sink.took == [1, 100 * MEGABYTE]
    assert int(out) < 10
