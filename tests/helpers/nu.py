"""Nu's HTML checker, the W3C's: a Java program that comes by npm."""

import json
import subprocess
from pathlib import Path

from tests.peers.venv import npm_package, tool


def faults(folder: Path) -> list[str]:
    """What it says of the pages in *folder*, all in one run: errors and warnings."""
    jar = npm_package("vnu-jar", "26.9.27") / "build/dist/vnu.jar"
    command = [str(tool("java")), "-jar", str(jar), "--format", "json", "--exit-zero-always", str(folder)]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stderr)
    return [f"{Path(m['url']).name}: {m['message']}" for m in said["messages"]]


def keep(folder: Path, path: str, content: bytes) -> None:
    """A page as the file that the checker reads."""
    (folder / f"{path.strip('/').replace('/', '-')}.html").write_bytes(content)
