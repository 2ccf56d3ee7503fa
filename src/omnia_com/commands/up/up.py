"""What `omnia-com up` says and in which order it looks."""

import argparse

from omnia_com.documents import find_chromium
from omnia_com.settings import Settings

from .embedded import EmbeddedError
from .parent import Parent
from .roles import PortTaken, Role, check_ports, command, roles
from .supervisor import CannotStart, Supervisor
from .watched import say, shown

NEXT_STEPS = """\
Che cosa fare adesso:
  1. apri {address}, premi «Entra con SPID», poi «Anna Prova»
  2. premi «Nuova Comunicazione», scegli la tipologia, compila, «Continua», «Invia la comunicazione»
  3. guarda ogni pagina in ogni stato: {address}/modelli"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--make-pid", type=int, help=argparse.SUPPRESS)


def run(settings: Settings, given: argparse.Namespace) -> int:
    """The exit code: 0 stopped as asked, 1 something does not start, 2 something must be set first."""
    supervisor = Supervisor(
        settings,
        roles(settings),
        preparation=[Role("migrate", command("migrate"))],
        parent=Parent(given.make_pid) if given.make_pid else None,
    )
    try:
        supervisor.run(lambda: check_ports(settings), lambda: _announce(supervisor))
    except (EmbeddedError, PortTaken) as e:
        say(str(e))
        return 2
    except CannotStart as e:
        say(str(e))
        return 1
    return 0


def _announce(supervisor: Supervisor) -> None:
    settings, servers = supervisor.settings, supervisor.servers
    postgres, valkey = servers.postgres, servers.valkey
    say(f"PostgreSQL: {f'{postgres.major} in {shown(postgres.data)}' if postgres else 'quello di OMNIA_DATABASE_URL'}")
    say(f"Coda: {f'Valkey in {shown(valkey.data)}' if valkey else 'quella di OMNIA_REDIS_URL'}")
    if (home := next((s.data for s in servers.all), settings.data)) and not home.is_relative_to(settings.data):
        say(f"  (lì, perché l'utente che li esegue non può raggiungere {settings.data})")
    browser = find_chromium.find(settings)
    say(f"Chromium: {browser}" if browser else find_chromium.HOW_TO)
    say(f"Registri: {shown(settings.data / 'log')}. Per fermare: Ctrl-C.")
    say(f"Pronto: {settings.base_url}")
    if settings.env == "demo":
        say(NEXT_STEPS.format(address=settings.base_url))
