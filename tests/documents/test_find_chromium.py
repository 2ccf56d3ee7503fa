"""Which program is taken for Chromium."""

import subprocess
import sys
from pathlib import Path

import pytest

from omnia_com.documents import find_chromium
from omnia_com.settings import Settings


def program(path: Path, text: str = "\x7fELF") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_the_one_that_is_named_and_no_other(tmp_path: Path) -> None:
    named = program(tmp_path / "chromium")
    assert find_chromium.find(Settings(chromium=str(named))) == named
    assert find_chromium.find(Settings(chromium=str(tmp_path / "typo"))) is None


def test_the_program_behind_a_wrapper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapper = program(tmp_path / "google-chrome", "#!/bin/sh\n")
    assert find_chromium.find(Settings(chromium=str(wrapper))) is None
    real = program(tmp_path / "chrome")
    assert find_chromium.find(Settings(chromium=str(wrapper))) == real


def test_playwrights_own_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    other = find_chromium.find(Settings())
    assert other is None or tmp_path not in other.parents
    monkeypatch.setattr(find_chromium, "_revision", lambda _: "1")
    own = program(tmp_path / "chromium_headless_shell-1" / "chrome-headless-shell-linux64" / "chrome-headless-shell")
    assert find_chromium.find(Settings()) == own


def test_a_program_that_does_not_start_is_found_out(tmp_path: Path) -> None:
    assert not find_chromium.runs(program(tmp_path / "chromium"))


def test_looking_for_it_loads_no_playwright() -> None:
    code = "import sys; from omnia_com.documents.find_chromium import find; from omnia_com.settings import Settings;"
    code += "find(Settings());"
    subprocess.run([sys.executable, "-c", code + "sys.exit('playwright' in sys.modules)"], check=True)
