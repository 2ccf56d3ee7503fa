"""What the program is made of, as CycloneDX, and what is said of its known faults with the net, and without."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests import ROOT
from tests.conftest import free_port
from tests.helpers.waiting import PATIENCE

PYTHON = ROOT / ".venv-sbom" / "bin" / "python"
VALID = """
import sys
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator
error = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(error and str(error))
"""
FAULT = {"id": "PYSEC-2026-1", "summary": "Un difetto di prova", "affected": []}


def sbom(folder: Path, osv: int) -> subprocess.CompletedProcess[str]:
    """What `make sbom` runs, with OSV at a port of this machine."""
    assert PYTHON.exists(), "`make test-peers` installs requirements-sbom.txt in .venv-sbom"
    command, env = [ROOT / ".ci" / "sbom", folder], {"PIP_AUDIT_OSV_URL": f"http://127.0.0.1:{osv}/"}
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=4 * PATIENCE)


@contextmanager
def an_osv(faulty: str) -> Iterator[int]:
    """One that knows a fault of one package."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            said = json.dumps({"vulns": [FAULT]} if asked["package"]["name"] == faulty else {}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def test_it_is_valid_and_names_every_package_with_its_version_and_digests(tmp_path: Path) -> None:
    """Also where the net does not allow to ask for faults, and then it says so."""
    done = sbom(tmp_path, free_port())
    assert done.returncode == 0, done.stderr
    assert "non cercati, la rete non lo permette" in done.stdout
    text = (tmp_path / "sbom.json").read_text()
    said = subprocess.run([PYTHON, "-c", VALID], input=text, capture_output=True, text=True, timeout=PATIENCE)
    assert said.returncode == 0, said.stderr
    pins = re.split(r"\n(?=\S)", (ROOT / "requirements.txt").read_text())
    wanted = {
        re.split(r"\[|==", pin)[0]: (pin.partition("==")[2].split()[0], set(re.findall("sha256:(\\w{64})", pin)))
        for pin in pins
    }
    assert len(wanted) > 60
    found = {
        part["name"]: (
            part["version"],
            {digest["content"] for at in part["externalReferences"] for digest in at.get("hashes", ())},
        )
        for part in json.loads(text)["components"]
    }
    assert found == wanted
    assert json.loads(text)["metadata"]["component"]["name"] == "omnia-com"


@pytest.mark.parametrize(("faulty", "code"), [("pillow", 1), ("none", 0)])
def test_a_known_fault_is_told_and_fails(faulty: str, code: int, tmp_path: Path) -> None:
    with an_osv(faulty) as port:
        done = sbom(tmp_path, port)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("PYSEC-2026-1" in done.stderr) == bool(code)
    assert ("Nessun difetto noto" in done.stdout) != bool(code)
