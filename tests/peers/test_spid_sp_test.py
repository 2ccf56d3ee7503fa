"""AgID's own judge of service providers, spid-sp-test, against the running service: every check of it.

By both bindings of a request, SPID's profile and CIE's; a posted request has a signature of seven checks more.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omnia_com.commands.up.embedded import temporary
from omnia_com.commands.up.roles import answers
from tests.conftest import free_port
from tests.helpers.signer import new_certificate
from tests.helpers.waiting import eventually, stopped, tail
from tests.peers.venv import peer, tool, xmlsec1

pytestmark = pytest.mark.peers
REDIRECT = re.compile(r'<[^<]*SingleSignOnService [^>]*bindings:HTTP-Redirect"[^>]*/>')
RUNS = {
    "spid": ("spid-sp-public", "/accesso/saml/metadata", 278),
    "spid-post": ("spid-sp-public", "/accesso/saml/metadata", 285),
    "cie": ("cie-sp-public", "/accesso/cie/metadata", 244),
    "cie-post": ("cie-sp-public", "/accesso/cie/metadata", 251),
}


class Judge:
    """spid-sp-test as a provider, with a certificate of its own (the one it brings has expired)."""

    def __init__(self, name: str, folder: Path) -> None:
        self.entity_id = f"https://{name}.localhost:8443"
        key, certificate = new_certificate(self.entity_id)
        folder.mkdir()
        (folder / "private.key").write_bytes(key)
        (folder / "public.cert").write_bytes(certificate)
        program = xmlsec1(folder)
        self.environment = {
            **os.environ,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "IDP_ENTITYID": self.entity_id,
            "IDP_CERT_PATH": str(folder),
            "XMLSEC1_BIN": str(program),
            "PYTHONWARNINGS": "ignore",
        }

    def run(self, *arguments: str) -> str:
        command = [str(peer("python")), str(peer("spid_sp_test")), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=600)
        assert "Traceback" not in done.stderr, done.stderr[-3000:]
        return done.stdout

    def metadata(self, by_post: bool) -> str:
        """What it says of itself; where only a posted request will do, without the other binding."""
        told = self.run("--idp-metadata")
        return REDIRECT.sub("", told) if by_post else told


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judge]:
    assert tool("openssl"), "the judge reads certificates with it"
    folder = tmp_path_factory.mktemp("giudici")
    return {name: Judge(name, folder / name) for name in RUNS}


@pytest.fixture(scope="module")
def service(judges: dict[str, Judge], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`omnia-com web` with the judges among its providers; its address."""
    folder, port = tmp_path_factory.mktemp("metadata"), free_port()
    for name, judge in judges.items():
        (folder / f"{name}.xml").write_text(judge.metadata(name.endswith("post")))
    with temporary() as servers:
        environment = {
            **os.environ,
            "OMNIA_ENV": "demo",
            "OMNIA_PORT": str(port),
            "OMNIA_DATA": str(tmp_path_factory.mktemp("dati")),
            "OMNIA_DATABASE_URL": servers.database_url,
            "OMNIA_DATABASE_OWNER_URL": servers.owner_url,
            "OMNIA_REDIS_URL": servers.redis_url,
            "OMNIA_SAML_IDP_METADATA": str(folder),
        }
        command = [sys.executable, "-m", "omnia_com"]
        subprocess.run([*command, "migrate"], env=environment, check=True, capture_output=True)
        log = tmp_path_factory.mktemp("web") / "log"
        with log.open("wb") as out:
            web = subprocess.Popen([*command, "web"], env=environment, stderr=out)
        try:
            eventually(lambda: answers("127.0.0.1", port, "/salute"), lambda: tail(log))
            yield f"http://127.0.0.1:{port}"
        finally:
            stopped(web, log)


def results(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Every check of a report, whatever it is about."""
    if "result" in report:
        return [report]
    return [check for part in report.values() if isinstance(part, dict | list) for check in _inside(part)]


def _inside(part: Any) -> list[dict[str, Any]]:
    return results(part) if isinstance(part, dict) else [check for each in part for check in _inside(each)]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", RUNS)
def test_every_check_passes(name: str, judges: dict[str, Judge], service: str, tmp_path: Path) -> None:
    (profile, metadata, checks), judge, report = RUNS[name], judges[name], tmp_path / "report.json"
    judge.run(
        *("--profile", profile, "--metadata-url", service + metadata, "--extra", "--debug", "ERROR"),
        *("--authn-url", f"{service}/accesso/saml/entra?idp={judge.entity_id}", "--test-response"),
        *("-rf", "json", "-o", str(report)),
    )
    found = results(json.loads(report.read_text()))
    failed = [check for check in found if check["result"] != "success"]
    assert not failed, json.dumps(failed, indent=1)
    assert len(found) == checks
