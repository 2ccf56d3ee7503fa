"""`omnia-com verifica-ricevuta`: whether a sealed receipt is genuine, without network or database.

How the communication stands now only the service knows: its page /verifica says so.
"""

import argparse
import sys
from pathlib import Path

import msgspec
from cryptography import x509

from omnia_com.communications.register import Proof
from omnia_com.documents import seal_keys, sealed
from omnia_com.documents.sealed import NotGenuine, Said
from omnia_com.italy.clock import rome
from omnia_com.settings import Settings, SettingsError

NO_AUTHORITY = (
    "Di quale autorità dev'essere il sigillo? Scrivi --autorita e il file PEM del suo certificato: qui non ci sono "
    "né OMNIA_SIGILLO_CERTIFICATO né il sigillo della dimostrazione"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="la ricevuta in PDF, come è stata scaricata")
    parser.add_argument("--prova", type=Path, help="la prova che è nel registro, scaricata dalla sua pagina")
    parser.add_argument(
        "--autorita", type=Path, help="file PEM dei certificati di cui fidarsi (predefinito: l'ultimo del sigillo)"
    )


def run(settings: Settings, given: argparse.Namespace) -> int:
    """0 genuine, 1 not. Raises `SettingsError` without an authority or a file to read."""
    trusted = _authorities(settings, given.autorita)
    try:
        said = sealed.check(given.file.read_bytes(), trusted)
    except OSError as e:
        raise SettingsError(f"{given.file} non si legge ({e.strerror})") from None
    except NotGenuine as e:
        sys.stdout.write(f"Non autentica: {e}\n")
        return 1
    sys.stdout.write(_told(said))
    return _registered(said, given.prova) if given.prova else 0


def _registered(said: Said, file: Path) -> int:
    """Whether the proof is of this receipt, and leads to its root."""
    try:
        proof = msgspec.json.decode(file.read_bytes(), type=Proof)
    except OSError as e:
        raise SettingsError(f"--prova: {file} non si legge ({e.strerror})") from None
    except msgspec.MsgspecError:
        raise SettingsError(f"--prova: {file} non è una prova del registro") from None
    told = (proof.protocollo, proof.inviata_il, proof.sha256)
    if told != (said.protocol, said.sent_at, said.sha256) or not proof.holds():
        sys.stdout.write("La prova non è di questa ricevuta, o non torna\n")
        return 1
    sys.stdout.write(f"Nel registro del {proof.giorno:%d/%m/%Y}, se /registro ha questa impronta: {proof.radice}\n")
    return 0


def _authorities(settings: Settings, file: Path | None) -> list[x509.Certificate]:
    if file:
        try:
            return x509.load_pem_x509_certificates(file.read_bytes())
        except OSError as e:
            raise SettingsError(f"--autorita: {file} non si legge ({e.strerror})") from None
        except ValueError:
            raise SettingsError(f"--autorita: {file} non contiene certificati PEM") from None
    keys = seal_keys.load(settings)
    if keys is None:
        raise SettingsError(NO_AUTHORITY)
    return [keys.chain[-1]]


def _told(said: Said) -> str:
    lines = [
        "Autentica",
        f"Protocollo: {said.protocol}",
        f"Data di invio: {rome(said.sent_at):%d/%m/%Y %H:%M}",
        f"Impronta dei dati: {said.sha256}",
        f"Sigillata da: {said.sealed_by}",
    ]
    if said.stamped_at:
        lines.append(f"Marca temporale: {rome(said.stamped_at):%d/%m/%Y %H:%M}")
    return "\n".join(lines) + "\n"
