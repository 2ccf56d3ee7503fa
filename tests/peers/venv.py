"""The judges' own virtual environment, `.venv-peers`: `make test-peers` makes it. What is missing fails, in words."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import ROOT

VENV = ROOT / ".venv-peers"


def peer(name: str) -> Path:
    """A program of the judges' environment, such as `python` or `spid_sp_test`."""
    program = VENV / "bin" / name
    if not program.exists():
        pytest.fail(f"{program} is missing: `make test-peers` installs requirements-peers.txt there")
    return program


def tool(name: str) -> Path:
    """A program of the machine. `make test-peers` installs it as root on Debian; elsewhere the test is listed."""
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not on this machine, and could not be installed")
    return Path(found)


def npm_package(name: str, version: str) -> Path:
    """The folder of a package of npm, fetched once. Without Node the test is listed."""
    folder = VENV / "npm" / f"{name}-{version}"
    package = folder / "node_modules" / name
    if not package.exists():
        command = [str(tool("npm")), "install", "--no-save", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
        subprocess.run([*command, "--prefix", str(folder), f"{name}@{version}"], check=True, timeout=300)
    return package


def xmlsec1(folder: Path) -> Path:
    """Debian's program where it is, else a stand-in over the `xmlsec` wheel, made executable in *folder*."""
    if found := shutil.which("xmlsec1"):
        return Path(found)
    program = folder / "xmlsec1"
    program.write_text(f"#!/bin/sh\nexec '{peer('python')}' '{Path(__file__).with_name('xmlsec1.py')}' \"$@\"\n")
    program.chmod(0o755)
    return program
