"""The `omnia-com` command. Exit codes: 0 done or stopped as asked, 1 failed, 2 to be set right first."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module

from omnia_com.settings import Settings, SettingsError, read

COMMANDS = {
    "up": "avvia tutto: PostgreSQL e Valkey se servono, migrazioni, worker, web e, in demo, il fornitore di identità",
    "web": "solo il web",
    "worker": "solo il worker, che prepara le ricevute",
    "idp-demo": "solo il fornitore di identità dimostrativo (mai in production)",
    "migrate": "porta la base dati a questa versione",
    "doctor": "controlla che ci sia tutto e dice che cosa fare",
    "esporta": "scrive le comunicazioni inviate, un oggetto JSON per riga (per l'ufficio)",
}
ROLES = {
    "web": "omnia_com.app:serve",
    "worker": "omnia_com.workers.main:serve",
    "idp-demo": "omnia_com.identity.demo_provider:serve",
    "migrate": "omnia_com.storage.migrate:migrate",
    "doctor": "omnia_com.doctor:examine",
}
NEEDS_DATABASE = ("web", "worker", "migrate", "esporta")


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        settings, warnings = read()
    except SettingsError as e:
        return _refuse(str(e))
    for warning in warnings:
        print(f"Attenzione: {warning}", file=sys.stderr)
    try:
        if given.command == "up":
            return _up(settings, given.make_pid)
        if given.command == "esporta" and settings.database_url:
            return _export(settings, given)
        return _role(given.command, settings)
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="omnia-com", description="Comunicazione di Rioccupazione (OMNIA IS – COM)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="comando")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == "up":
            command.add_argument("--make-pid", type=int, help=argparse.SUPPRESS)
        if name == "esporta":
            command.add_argument("--da", type=date.fromisoformat, required=True, metavar="AAAA-MM-GG")
            command.add_argument("--a", type=date.fromisoformat, required=True, metavar="AAAA-MM-GG", help="compreso")
            command.add_argument("--dopo", default="", metavar="PROTOCOLLO", help="riprende dopo questo protocollo")
    return parser


def _up(settings: Settings, make_pid: int | None) -> int:
    from omnia_com.up import up

    return up(settings, make_pid)


def _export(settings: Settings, given: argparse.Namespace) -> int:
    from omnia_com.office import export

    export(settings, given.da, given.a, given.dopo)
    return 0


def _role(name: str, settings: Settings) -> int:
    if name in NEEDS_DATABASE and not settings.database_url:
        return _refuse(f"OMNIA_DATABASE_URL manca: solo `omnia-com up` avvia PostgreSQL da sé, `{name}` no")
    module, _, function = ROLES[name].partition(":")
    run: Callable[[Settings], int | None] = getattr(import_module(module), function)
    return run(settings) or 0


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
