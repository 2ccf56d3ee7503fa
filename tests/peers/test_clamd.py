"""clamd itself, with a list of signatures that knows one file: EICAR's."""

import hashlib
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from omnia_com.communications.attachments import antivirus
from tests.conftest import free_port
from tests.helpers.files import pdf
from tests.helpers.waiting import eventually, stopped
from tests.peers.venv import tool

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(scope="module")
def clamd() -> Iterator[tuple[str, str]]:
    """Its socket and its TCP address. It starts as root and goes on as nobody, who must reach the folder."""
    with tempfile.TemporaryDirectory(prefix="clamd-", dir="/tmp") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o777)
        (folder / "eicar.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Eicar-Prova\n")
        (folder / "clamd.conf").write_text(
            f"Foreground yes\nDatabaseDirectory {folder}\nLocalSocket {folder}/socket\nLocalSocketMode 666\n"
            f"TCPSocket {port}\nTCPAddr 127.0.0.1\nTemporaryDirectory {folder}\n"
        )
        command = [str(tool("clamd")), "--config-file", str(folder / "clamd.conf")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(lambda: process.poll() is not None or (folder / "socket").exists())
        assert process.poll() is None, "clamd did not start"
        yield f"{folder}/socket", f"127.0.0.1:{port}"
        stopped(process)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 1 << 16):
        yield content[at : at + (1 << 16)]


@pytest.mark.parametrize("way", [0, 1], ids=["socket", "tcp"])
async def test_it_finds_what_it_knows_and_lets_the_rest_pass(way: int, clamd: tuple[str, str]) -> None:
    assert await antivirus.check(pieces(EICAR), clamd[way]) == "infetto"
    assert await antivirus.check(pieces(pdf()), clamd[way]) == "ammesso"
    assert await antivirus.check(pieces(bytes(4 << 20)), clamd[way]) == "ammesso"


async def test_what_it_refuses_to_look_at_is_no_ok(clamd: tuple[str, str]) -> None:
    """Past its StreamMaxLength it answers ERROR and closes."""
    assert await antivirus.check(pieces(bytes(110 << 20)), clamd[0]) != "ammesso"
