"""The `omnia-com` command. Exit codes: 0 done or stopped as asked, 1 failed, 2 to be set right first."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

from omnia_com import __version__
from omnia_com.settings import Settings, SettingsError, read


class Command(NamedTuple):
    """*module* has `run(settings, given)`, which returns the exit code (None is 0), and `arguments(parser)` if it takes
    any."""

    module: str
    help: str
    needs_database: bool = False


COMMANDS = {
    "up": Command(
        "commands.up.up",
        "avvia tutto: PostgreSQL e Valkey se servono, migrazioni, worker, web e, in demo, il fornitore di identità",
    ),
    "web": Command("app", "solo il web", needs_database=True),
    "worker": Command("workers.main", "solo il worker, che prepara le ricevute", needs_database=True),
    "idp-demo": Command("identity.demo.provider", "solo il fornitore di identità dimostrativo (mai in production)"),
    "migrate": Command("storage.migrate", "porta la base dati a questa versione, con l'utente proprietario"),
    "doctor": Command("commands.doctor.doctor", "controlla che ci sia tutto e dice che cosa fare"),
    "registro": Command(
        "commands.registro", "legge uno scambio di autenticazione dal registro, con un motivo; ne ruota le chiavi"
    ),
    "accessi": Command(
        "commands.accessi",
        "scrive gli accessi ai dati di una persona: il codice fiscale si dà in ingresso (per l'ufficio)",
        needs_database=True,
    ),
    "esporta": Command(
        "commands.esporta",
        "scrive le comunicazioni inviate, un oggetto JSON per riga (per l'ufficio)",
        needs_database=True,
    ),
    "elimina-scadute": Command(
        "commands.elimina_scadute",
        "toglie le comunicazioni inviate da più anni di quanti se ne conservano (per l'ufficio)",
        needs_database=True,
    ),
    "verifica-ricevuta": Command(
        "commands.verifica_ricevuta",
        "dice se una ricevuta sigillata è autentica, dal file soltanto, senza rete né base dati",
    ),
    "cns-ca": Command(
        "commands.cns_ca", "ricava dall'elenco di fiducia di AgID le autorità che rilasciano la CNS, in PEM"
    ),
    "spid-certificato": Command(
        "commands.spid_certificato",
        "fa una chiave e un certificato per SPID e CIE, o la richiesta di un certificato",
    ),
}
NO_DATABASE = "OMNIA_DATABASE_URL manca: solo `omnia-com up` avvia PostgreSQL da sé, `{}` no"


def main(arguments: Sequence[str] | None = None) -> int:
    os.umask(0o077)  # whatever any of our processes writes is its user's alone
    asked = sys.argv[1:] if arguments is None else arguments
    given = _parser(asked).parse_args(asked)
    try:
        settings, warnings = read()
        for warning in warnings:
            print(f"Attenzione: {warning}", file=sys.stderr)
        return _run(COMMANDS[given.command], settings, given)
    except SettingsError as e:
        print(e, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(command: Command, settings: Settings, given: argparse.Namespace) -> int:
    if command.needs_database and not settings.database_url:
        raise SettingsError(NO_DATABASE.format(given.command))
    return _module(command).run(settings, given) or 0


def _parser(asked: Sequence[str]) -> argparse.ArgumentParser:
    """Only the command that is *asked* for is imported, to say what it takes."""
    parser = argparse.ArgumentParser(prog="omnia-com", description="Comunicazione di Rioccupazione (OMNIA IS – COM)")
    parser.add_argument("--version", action="version", version=f"omnia-com {__version__}")
    parsers = parser.add_subparsers(dest="command", required=True, metavar="comando")
    for name, command in COMMANDS.items():
        own = parsers.add_parser(name, help=command.help, description=command.help)
        if name in asked and (takes := getattr(_module(command), "arguments", None)):
            takes(own)
    return parser


def _module(command: Command) -> Any:
    return import_module(f"omnia_com.{command.module}")


if __name__ == "__main__":
    sys.exit(main())
