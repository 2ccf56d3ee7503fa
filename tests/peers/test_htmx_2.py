"""The form page with the last htmx 2, which npm gives, in the place of ours: the same tests of the browser hold."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from omnia_com.pages.http.assets import own_script

MODULES = [f"tests/browser/{name}.py" for name in ("test_swap", "test_autosave", "test_cuts")]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """htmx 2.0.11, and our script behind it."""
    command = ["npm", "pack", "htmx.org@2.0.11", "--pack-destination", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    with tarfile.open(tmp_path / "htmx.org-2.0.11.tgz") as package:
        htmx = package.extractfile("package/dist/htmx.min.js")
        assert htmx
        made = tmp_path / "modulo.js"
        made.write_bytes(htmx.read() + b"\n" + own_script("it"))
    return made


@pytest.mark.timeout(900)
def test_the_form_page_works_with_htmx_2_too(script: Path) -> None:
    command = [sys.executable, "-m", "pytest", *MODULES, "-m", "", "-k", "not (without_script or begun_anew)"]
    done = subprocess.run(command, env={**os.environ, "OMNIA_PROVA_HTMX": str(script)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
