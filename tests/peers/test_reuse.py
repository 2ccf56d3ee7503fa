"""Every file says whose it is and under which licence, as REUSE asks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import ROOT
from tests.helpers.waiting import PATIENCE

REUSE = ROOT / ".venv-sbom" / "bin" / "reuse"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    assert REUSE.exists(), "`make test-peers` installs requirements-sbom.txt in .venv-sbom"
    env = {**os.environ, "REUSE_ENCODING_MODULE": "charset_normalizer"}  # the other one wants a library of the system
    return subprocess.run(
        [REUSE, "--root", folder, "lint"], env=env, capture_output=True, text=True, timeout=4 * PATIENCE
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What is published, with or without git: everything but what `.gitignore` names."""
    ignored = [name.rstrip("/") for name in (ROOT / ".gitignore").read_text().split()]
    copy = tmp_path / "source"
    shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", *ignored))
    return copy


def test_every_file_has_its_licence(source: Path) -> None:
    said = lint(source)
    assert said.returncode == 0, said.stdout + said.stderr


def test_a_file_that_nobody_licensed_is_noticed(source: Path) -> None:
    """So the check above can fail."""
    rules = source / "REUSE.toml"
    rules.write_text(rules.read_text().replace('path = "**"', 'path = "src/**"'))
    assert lint(source).returncode == 1
