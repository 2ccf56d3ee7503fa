"""The judges are there and run; what they then say is in the other modules."""

import subprocess
from pathlib import Path

import pytest

from tests.peers.venv import peer, tool, xmlsec1

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("program", ["spid_sp_test", "django-admin"])
def test_the_judges_are_installed(program: str) -> None:
    assert subprocess.run([peer(program), "--version"], check=True, capture_output=True).stdout


def test_they_have_the_programs_that_they_call(tmp_path: Path) -> None:
    assert tool("openssl")
    said = subprocess.run([xmlsec1(tmp_path), "--version"], check=True, capture_output=True, text=True).stdout
    assert said.startswith("xmlsec1")
