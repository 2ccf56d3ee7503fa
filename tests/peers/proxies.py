"""nginx and Caddy as `deploy/` shows them, in front of the real program, each a process of its own on free ports.

`python -m tests.peers.proxies` installs from Debian, as root, what is missing.
"""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import ROOT
from tests.conftest import free_port
from tests.helpers.cards import SECRET, Issued, authority, bundle, server
from tests.helpers.waiting import PATIENCE, eventually, tail

DEPLOY = ROOT / "deploy"
MAIN, CARDS = "omnia.example.it", "cns.omnia.example.it"
PACKAGES = {"nginx": "nginx-light", "caddy": "caddy"}
SEARCHED = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True)
class Proxy:
    """A running proxy; `web` and `cards` are the program's own ports behind it."""

    name: str
    port: int
    http_port: int
    web: int
    cards: int
    trusted: Path  # who signed what it shows

    def at(self, host: str) -> str:
        return f"https://{host}:{self.port}"

    def ask(
        self, url: str, *headers: tuple[str, str], card: tuple[Path, Path] | None = None, sni: str = ""
    ) -> "Answer":
        """GET through TLS, with a client certificate if there is a card; `ssl.SSLError` and resets are the caller's."""
        with self.connection(sni or str(urlsplit(url).hostname), card) as tls:
            tls.sendall(get(url, *headers))
            return Answer.read(tls)

    @contextlib.contextmanager
    def connection(self, sni: str, card: tuple[Path, Path] | None = None) -> Iterator[ssl.SSLSocket]:
        context = ssl.create_default_context(cafile=str(self.trusted))
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if card:
            context.set_ciphers("DEFAULT:@SECLEVEL=1")  # a short key is for the server to refuse
            context.load_cert_chain(*card)
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=sni) as tls,
        ):
            yield tls


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    text: str

    @classmethod
    def read(cls, sock: socket.socket) -> "Answer":
        with HTTPResponse(sock) as response:
            response.begin()
            return cls(response.status, response.getheaders(), response.read().decode())

    def header(self, name: str) -> str:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) == 1, f"{name}: {values}"
        return values[0]


def get(url: str, *headers: tuple[str, str]) -> bytes:
    """A request of one connection."""
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    lines = [f"{name}: {value}" for name, value in (("Host", parts.netloc), ("Connection", "close"), *headers)]
    return "\r\n".join([f"GET {target} HTTP/1.1", *lines, "", ""]).encode()


def plainly(port: int, request: bytes) -> Answer:
    """What is answered without TLS, at a port of this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain:
        plain.sendall(request)
        return Answer.read(plain)


def program(name: str) -> str:
    """The proxy's program. Without it: a failure for root, who could have installed it; else named as not run."""
    if found := shutil.which(name, path=SEARCHED):
        return found
    if os.geteuid() == 0:
        pytest.fail(f"{name} is missing, and apt-get could not install {PACKAGES[name]}")
    pytest.skip(f"{name} is missing, and only root can install it (Debian: apt-get install {PACKAGES[name]})")


@contextlib.contextmanager
def running(name: str, folder: Path, start_web: Callable[[dict[str, str]], None], crl: str = "") -> Iterator[Proxy]:
    """*start_web* starts the program with more settings and returns when it answers. *crl*: for nginx, as PEM."""
    found, trusted = program(name), authority("CA di prova TLS", "tls").write(folder, "tls-ca")[0]
    proxy = Proxy(name, free_port(), free_port(), free_port(), free_port(), trusted)
    (folder / "segreto").write_text(SECRET)
    (folder / "cns-crl.pem").write_text(crl)
    start_web(
        {
            "OMNIA_PORT": str(proxy.web),
            "OMNIA_BASE_URL": proxy.at(MAIN),
            "OMNIA_PROXY_FIDATI": "127.0.0.1",
            "OMNIA_CNS_URL": proxy.at(CARDS),
            "OMNIA_CNS_PORT": str(proxy.cards),
            "OMNIA_CNS_CA": str(bundle(folder)),
            "OMNIA_CNS_SEGRETO": str(folder / "segreto"),
        }
    )
    _certificate(folder, "omnia", server(MAIN))
    _certificate(folder, "cns", server(CARDS))
    command = (_nginx if name == "nginx" else _caddy)(found, folder, proxy)
    home = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, env=home) as process:
        try:
            _until_it_answers(proxy, process, folder / "log")
            yield proxy
        finally:
            process.terminate()


def _certificate(folder: Path, name: str, issued: Issued) -> None:
    certificate, key = issued.write(folder, name)
    key.chmod(0o600)
    certificate.chmod(0o644)


def _replaced(text: str, folder: Path, changes: dict[str, str]) -> str:
    """The sample, but for ports and paths; each must be in it."""
    for old, new in {"/etc/omnia-com/tls/": f"{folder}/", "/etc/omnia-com/": f"{folder}/", **changes}.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _nginx(found: str, folder: Path, proxy: Proxy) -> list[str]:
    (folder / "nginx-segreto").write_text(f'proxy_set_header Omnia-Segreto "{SECRET}";\n')
    changes = {
        "listen 443": f"listen 127.0.0.1:{proxy.port}",
        "listen 80": f"listen 127.0.0.1:{proxy.http_port}",
        "127.0.0.1:8000": f"127.0.0.1:{proxy.web}",
        "127.0.0.1:8020": f"127.0.0.1:{proxy.cards}",
        "/var/log/nginx/": f"{folder}/",
    }
    if (folder / "cns-crl.pem").stat().st_size:
        changes["#ssl_crl "] = "ssl_crl "
    (folder / "omnia.conf").write_text(_replaced((DEPLOY / "nginx.conf").read_text(), folder, changes))
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; user {_user()};\n"
        f"events {{ worker_connections 512; }}\nhttp {{ {temporary} include {folder}/omnia.conf; }}\n"
    )
    return [found, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]


def _user() -> str:
    return "root" if os.geteuid() == 0 else "nobody"


def _caddy(found: str, folder: Path, proxy: Proxy) -> list[str]:
    (folder / "caddy-segreto").write_text(f'header_up Omnia-Segreto "{SECRET}"\n')
    changes = {
        "https_port 443": f"https_port {proxy.port}",
        "http_port 80": f"http_port {proxy.http_port}",
        "127.0.0.1:8000": f"127.0.0.1:{proxy.web}",
        "127.0.0.1:8020": f"127.0.0.1:{proxy.cards}",
    }
    (folder / "Caddyfile").write_text(_replaced((DEPLOY / "Caddyfile").read_text(), folder, changes))
    return [found, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def _until_it_answers(proxy: Proxy, process: subprocess.Popen[bytes], log: Path) -> None:
    def answers() -> bool:
        assert process.poll() is None, f"{proxy.name} has ended: {tail(log)}"
        with contextlib.suppress(OSError):
            return proxy.ask(f"{proxy.at(MAIN)}/salute").status == 200
        return False

    eventually(answers, lambda: tail(log))


def install() -> None:
    """As root on Debian; what cannot be had is said by the tests that need it. No service is started."""
    missing = [package for name, package in PACKAGES.items() if not shutil.which(name, path=SEARCHED)]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=1"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in ([*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *missing]):
        subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, timeout=600, check=False)


if __name__ == "__main__":
    install()
