"""The roles that `omnia-com up` keeps running, and how each shows that it can be used."""

import http.client
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from omnia_com.settings import Settings

FREE_WITHIN = 3.0  # seconds that an earlier run may take to let go of its port
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


@dataclass(frozen=True, slots=True)
class Role:
    """*ready*: «Pronto» waits until it is true; None: for nothing. *grace*: seconds between SIGTERM and SIGKILL."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool] | None = None
    grace: float = 2.5


class PortTaken(RuntimeError):
    """The message, in Italian, names the setting to change."""


def command(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "omnia_com", name)


def roles(settings: Settings) -> list[Role]:
    """In the order of starting; they stop in reverse."""
    web = Role("web", command("web"), lambda: answers(settings.host, settings.port, "/salute"))
    worker = Role("worker", command("worker"))
    if not settings.demo:
        return [worker, web]
    discovery = "/.well-known/openid-configuration"
    idp = Role(
        "idp-demo", command("idp-demo"), lambda: answers(settings.idp_host, settings.idp_port, discovery), grace=0.5
    )
    return [idp, worker, web]


def answers(host: str, port: int, path: str) -> bool:
    """Whether GET *path* is answered with 200 within 2 seconds."""
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check_ports(settings: Settings) -> None:
    """Raises `PortTaken`."""
    _check_port(settings.host, settings.port, "OMNIA_PORT")
    if settings.cns_url:
        _check_port(settings.cns_host, settings.cns_port, "OMNIA_CNS_PORT")
    if settings.demo:
        _check_port(settings.idp_host, settings.idp_port, "OMNIA_IDP_PORT")


def _check_port(host: str, port: int, setting: str) -> None:
    deadline = time.monotonic() + FREE_WITHIN
    while error := _cannot_listen(host, port):
        if not isinstance(error, PermissionError) and time.monotonic() < deadline:
            time.sleep(0.1)
            continue
        raise PortTaken(
            f"Non si può ascoltare su {host}, porta {port} ({error.strerror}): forse la usa un altro programma. "
            f"Fermalo, oppure scegli un'altra porta, per esempio {setting}={port + 1}"
        )


def _cannot_listen(host: str, port: int) -> OSError | None:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(address)
            s.listen()
    except OSError as e:
        return e
    return None
