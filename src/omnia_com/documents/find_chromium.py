"""Which Chromium prints the PDFs, and how to get one: `python -m omnia_com.documents.find_chromium get`."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from omnia_com.settings import Settings, SettingsError, read

DEBIAN_SHELL = Path("/usr/lib/chromium/chromium-headless-shell")
COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ELSEWHERE = (
    Path("/opt/google/chrome/chrome"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
DEBIAN_PACKAGES = ("chromium-headless-shell", "libatomic1")  # the second for Playwright's driver
INSTALL_LIMIT = 600  # seconds for each attempt
HOW_TO = """\
Senza Chromium le ricevute in PDF aspettano (nessuna va persa) e la pagina offre la ricevuta in HTML.
Per averlo, una di queste:
  python -m playwright install --with-deps --only-shell chromium
  apt-get install chromium-headless-shell libatomic1        (Debian, come root)
  OMNIA_CHROMIUM=/percorso/di/chromium           (uno che c'è già)"""


def find(settings: Settings) -> Path | None:
    """The browser program to launch, never a shell wrapper where the real one is known; `None` if there is none.

    A program named by `OMNIA_CHROMIUM` is the only candidate, so that a mistyped one is noticed.
    """
    if settings.chromium:
        return _program(Path(settings.chromium))
    return next(filter(None, map(_program, _candidates())), None)


def _candidates() -> Iterator[Path]:
    yield from _playwrights_own()
    yield DEBIAN_SHELL
    yield from (Path(found) for name in COMMANDS if (found := shutil.which(name)))
    yield from ELSEWHERE


def _playwrights_own() -> Iterator[Path]:
    spec = find_spec("playwright")
    if spec is None or not spec.submodule_search_locations:
        return
    package = Path(spec.submodule_search_locations[0], "driver", "package")
    with contextlib.suppress(OSError, StopIteration):
        folder = _browsers_folder(package) / f"chromium_headless_shell-{_revision(package)}"
        yield from sorted(folder.glob("*/*headless[-_]shell"))


def _revision(package: Path) -> str:
    known = json.loads((package / "browsers.json").read_text())["browsers"]
    return str(next(browser["revision"] for browser in known if browser["name"] == "chromium-headless-shell"))


def _browsers_folder(package: Path) -> Path:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if given == "0":
        return package / ".local-browsers"
    if given:
        return Path(given)
    caches = Path("~/Library/Caches" if sys.platform == "darwin" else os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with contextlib.suppress(RuntimeError):  # no home folder at all
        caches = caches.expanduser()
    return caches / "ms-playwright"


def _program(path: Path) -> Path | None:
    """The executable behind *path*: a wrapper script that does not exec would leave the browser behind when killed."""
    try:
        if path.resolve().name == "snap" or not (path.is_file() and os.access(path, os.X_OK)):
            return None
        with path.open("rb") as f:
            if f.read(2) != b"#!":
                return path
    except OSError:
        return None
    folders = (Path("/usr/lib", path.name), Path("/usr/lib/chromium"))
    behind = (*(folder / path.name for folder in folders), path.resolve().with_name("chrome"))
    return next((p for p in behind if p != path and _program(p)), None)


def runs(program: Path) -> bool:
    """Whether *program* starts at all; without its system libraries it cannot even tell its version."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=20).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def driver_runs() -> bool:
    """Whether Playwright's own program starts; on the barest Debian it lacks a library."""
    command = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(command, capture_output=True, timeout=60).returncode == 0  # noqa: S603


def get(settings: Settings) -> bool:
    """Make sure that there is a Chromium that starts, saying what is done; whether there is one at the end."""
    if _ready(settings):
        return True
    if settings.chromium:
        _say(f"OMNIA_CHROMIUM={settings.chromium}: non è un Chromium che si avvia. Correggi, o togli la variabile.")
        return False
    for what, commands in _attempts(settings):
        _say(f"Chromium per i PDF: {what}…")
        if all(_run(command) for command in commands) and _ready(settings):
            return True
    _say("Chromium non si è potuto avere: i comandi qui sopra dicono perché.")
    _say(HOW_TO)
    return False


def _attempts(settings: Settings) -> Iterator[tuple[str, list[list[str]]]]:
    install = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    yield "lo scarico con Playwright", [install]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    if find(settings) and driver_runs():
        yield "installo le librerie che gli mancano", [[*install, "--with-deps"]]
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=1"]
    yield (
        "lo installo dai pacchetti del sistema (apt-get)",
        [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]],
    )


def _ready(settings: Settings) -> bool:
    program = find(settings)
    if program is None:
        return False
    if not driver_runs():
        _say("Il programma con cui Playwright guida Chromium non si avvia: forse manca la libreria libatomic1.")
        return False
    if runs(program):
        _say(f"Chromium per i PDF: {program}")
        return True
    _say(f"{program} non si avvia: forse mancano librerie (come root: python -m playwright install-deps chromium).")
    return False


def _run(command: list[str]) -> bool:
    """Run *command* with its output shown, in a group of its own that never outlives this process or its time."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        return process.wait(INSTALL_LIMIT) == 0
    except subprocess.TimeoutExpired:
        _say(f"Dopo {INSTALL_LIMIT // 60} minuti non è ancora finito: lascio stare.")
        return False
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for ending, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, ending)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def main() -> int:
    if sys.argv[1:] != ["get"]:
        _say("Uso: python -m omnia_com.documents.find_chromium get")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        settings, _ = read()
    except SettingsError as e:
        _say(str(e))
        return 2
    get(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
