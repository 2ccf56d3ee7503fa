"""The `omnia-com` command. Exit codes: 0 done or stopped as asked, 1 failed, 2 to be set right first."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

from omnia_com.settings import Settings, SettingsError, read

COMMANDS = {
    "up": "avvia tutto: PostgreSQL e Valkey se servono, migrazioni, worker, web e, in demo, il fornitore di identità",
    "web": "solo il web",
    "worker": "solo il worker, che prepara le ricevute",
    "idp-demo": "solo il fornitore di identità dimostrativo (mai in production)",
    "migrate": "porta la base dati a questa versione",
    "doctor": "controlla che ci sia tutto e dice che cosa fare",
    "registro": "legge uno scambio di autenticazione dal registro, con un motivo; ne ruota le chiavi",
    "accessi": "scrive gli accessi ai dati di una persona: il codice fiscale si dà in ingresso (per l'ufficio)",
    "elimina-scadute": "toglie le comunicazioni inviate da più anni di quanti se ne conservano (per l'ufficio)",
    "cns-ca": "ricava dall'elenco di fiducia di AgID le autorità che rilasciano la CNS, in PEM",
    "spid-certificato": "fa una chiave e un certificato per SPID e CIE, o la richiesta di un certificato",
    "esporta": "scrive le comunicazioni inviate, un oggetto JSON per riga (per l'ufficio)",
}
ROLES = {
    "web": "omnia_com.app:serve",
    "worker": "omnia_com.workers.main:serve",
    "idp-demo": "omnia_com.identity.demo.provider:serve",
    "migrate": "omnia_com.storage.migrate:migrate",
    "doctor": "omnia_com.commands.doctor.doctor:examine",
}
NEEDS_DATABASE = ("web", "worker", "migrate", "esporta", "registro", "accessi", "elimina-scadute")


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
        if given.command == "cns-ca":
            return _card_authorities(given.elenco)
        if given.command == "spid-certificato":
            return _certificate(settings, given)
        if given.command == "esporta" and settings.database_url:
            return _export(settings, given)
        if given.command == "registro" and (settings.database_url or given.chiave):
            return _register(settings, given)
        if given.command == "accessi" and settings.database_url:
            return _accesses(settings, given.motivo.strip())
        if given.command == "elimina-scadute" and settings.database_url:
            return _remove_due(settings, given.prova)
        return _role(given.command, settings)
    except SettingsError as e:
        return _refuse(str(e))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="omnia-com", description="Comunicazione di Rioccupazione (OMNIA IS – COM)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="comando")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == "up":
            command.add_argument("--make-pid", type=int, help=argparse.SUPPRESS)
        if name == "spid-certificato":
            _ask_for_certificate(command)
        if name == "registro":
            _ask_for_exchange(command)
        if name == "elimina-scadute":
            command.add_argument("--prova", action="store_true", help="dice quali, e non toglie niente")
        if name == "cns-ca":
            command.add_argument(
                "elenco", type=Path, help="il file XML (ETSI TS 119 612), di cui hai verificato la firma"
            )
        if name == "accessi":
            command.add_argument("--motivo", required=True, help="perché si legge: lo vedrà anche la persona")
        if name == "esporta":
            command.add_argument("--da", type=date.fromisoformat, required=True, metavar="AAAA-MM-GG")
            command.add_argument("--a", type=date.fromisoformat, required=True, metavar="AAAA-MM-GG", help="compreso")
            command.add_argument("--dopo", default="", metavar="PROTOCOLLO", help="riprende dopo questo protocollo")
    return parser


def _ask_for_exchange(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("id", nargs="?", help="ID della AuthnRequest, o state: stampa lo scambio in JSON")
    what.add_argument("--persona", action="store_true", help="elenca gli scambi del codice fiscale dato in ingresso")
    what.add_argument("--chiave", action="store_true", help="aggiunge una chiave nuova in cima al file delle chiavi")
    what.add_argument("--ruota", action="store_true", help="cifra tutto di nuovo con la prima chiave")
    command.add_argument("--motivo", default="", help="perché si legge: resta scritto, con chi e quando")


def _ask_for_certificate(command: argparse.ArgumentParser) -> None:
    command.add_argument("--chiave", metavar="FILE", default="", help="predefinito: OMNIA_SAML_KEY")
    command.add_argument("--certificato", metavar="FILE", default="", help="predefinito: OMNIA_SAML_CERTIFICATE")
    command.add_argument("--giorni", type=int, help="validità (predefinita: due anni)")
    command.add_argument("--richiesta", action="store_true", help="al posto del certificato, la sua richiesta (CSR)")


def _certificate(settings: Settings, given: argparse.Namespace) -> int:
    from omnia_com.commands.spid_certificato import run

    return run(settings, given)


def _up(settings: Settings, make_pid: int | None) -> int:
    from omnia_com.commands.up.up import up

    return up(settings, make_pid)


def _card_authorities(trust_list: Path) -> int:
    from omnia_com.commands.cns_ca import bundle

    return bundle(trust_list)


def _export(settings: Settings, given: argparse.Namespace) -> int:
    from omnia_com.commands.office import export

    export(settings, given.da, given.a, given.dopo)
    return 0


def _register(settings: Settings, given: argparse.Namespace) -> int:
    from omnia_com.commands.registro import run

    return run(settings, given)


def _accesses(settings: Settings, motivo: str) -> int:
    from omnia_com.commands.office import accesses

    accesses(settings, motivo)
    return 0


def _remove_due(settings: Settings, only_say: bool) -> int:
    from omnia_com.commands.archive import remove_due

    remove_due(settings, only_say=only_say)
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
