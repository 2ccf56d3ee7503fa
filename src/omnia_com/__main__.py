"""The `omnia-com` command. Exit codes: 0 done or stopped as asked, 1 failed, 2 to be set right first."""

import argparse
import io
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
    "documenti": Command(
        "commands.documenti",
        "elenca i documenti che non è riuscito di preparare, e li fa ripartire",
        needs_database=True,
    ),
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
    "verifica": Command(
        "commands.verifica", "rilegge tutto ciò che è stato inviato, e dice la prima cosa che non torna (exit 1)"
    ),
    "dopo-ripristino": Command(
        "commands.dopo_ripristino",
        "dopo un ripristino: salta i protocolli che qualcuno può già avere, e chiude tutte le sessioni",
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
READER_GONE = 141  # as a shell counts who dies of SIGPIPE
AWAY = (
    "PostgreSQL non si raggiunge: {}. Controlla OMNIA_DATABASE_URL e OMNIA_DATABASE_OWNER_URL, e che sia acceso; "
    "omnia-com doctor dice di più"
)
NO_DATABASE = "OMNIA_DATABASE_URL manca: solo `omnia-com up` avvia PostgreSQL da sé, `{}` no"


def main(arguments: Sequence[str] | None = None) -> int:
    os.umask(0o077)  # whatever any of our processes writes is its user's alone
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without accents is no reason to stop
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
    except BrokenPipeError:  # whoever read has enough, as `head` has; nothing more is to be written at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE


def _run(command: Command, settings: Settings, given: argparse.Namespace) -> int:
    if command.needs_database and not settings.database_url:
        raise SettingsError(NO_DATABASE.format(given.command))
    try:
        code: int = _module(command).run(settings, given) or 0
        sys.stdout.flush()
    except Exception as e:
        if not (said := import_module("omnia_com.storage.database").unreachable(e)):
            raise
        print(AWAY.format(said), file=sys.stderr)
        return 1
    return code


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
