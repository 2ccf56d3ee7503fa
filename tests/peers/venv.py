"""The judges' own virtual environment, `.venv-peers`: `make test-peers` makes it. What is missing fails, in words."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENV = ROOT / ".venv-peers"


def peer(name: str) -> Path:
    """A program of the judges' environment, such as `python` or `spid_sp_test`."""
    program = VENV / "bin" / name
    if not program.exists():
        pytest.fail(f"{program} is missing: `make test-peers` installs requirements-peers.txt there")
    return program


def tool(name: str) -> Path:
    """A program of the machine, which the judges call by name."""
    found = shutil.which(name)
    if not found:
        pytest.fail(f"{name} is not on this machine (Debian: apt-get install {name})")
    return Path(found)


def xmlsec1(folder: Path) -> Path:
    """Debian's program where it is, else a stand-in over the `xmlsec` wheel, made executable in *folder*."""
    if found := shutil.which("xmlsec1"):
        return Path(found)
    program = folder / "xmlsec1"
    program.write_text(f"#!/bin/sh\nexec '{peer('python')}' '{Path(__file__).with_name('xmlsec1.py')}' \"$@\"\n")
    program.chmod(0o755)
    return program
