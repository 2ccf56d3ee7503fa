"""`omnia-com spid-certificato`: a key and its certificate, or the request for one, as SPID and CIE want them."""

import argparse
import sys
from pathlib import Path

from omnia_com.identity import keys
from omnia_com.identity.saml import credentials
from omnia_com.identity.saml.service import organisation
from omnia_com.settings import Settings, SettingsError

REQUEST = (
    "Manda la richiesta all'autorità di certificazione di AgID, e metti in OMNIA_SAML_CERTIFICATE ciò che risponde."
)
CERTIFICATE = "Indica i due file in OMNIA_SAML_KEY e OMNIA_SAML_CERTIFICATE, poi dai /accesso/saml/metadata ad AgID."


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chiave", metavar="FILE", default="", help="predefinito: OMNIA_SAML_KEY")
    parser.add_argument("--certificato", metavar="FILE", default="", help="predefinito: OMNIA_SAML_CERTIFICATE")
    parser.add_argument("--giorni", type=int, help="validità (predefinita: due anni)")
    parser.add_argument("--richiesta", action="store_true", help="al posto del certificato, la sua richiesta (CSR)")


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Writes both files, neither where one is there already. Raises `SettingsError`."""
    files = [Path(given.chiave or settings.saml_key), Path(given.certificato or settings.saml_certificate)]
    if Path() in files:
        raise SettingsError("scrivi dove: --chiave e --certificato, oppure OMNIA_SAML_KEY e OMNIA_SAML_CERTIFICATE")
    if there := [str(file) for file in files if file.exists()]:
        raise SettingsError(f"c'è già {' e '.join(there)}: non lo sovrascrivo")
    key, document = _make(settings, given)
    for file, content in zip(files, (key, document), strict=True):
        keys.make_once(file.absolute(), content)
        sys.stdout.write(f"scritto {file}\n")
    sys.stdout.write(f"{REQUEST if given.richiesta else CERTIFICATE}\n")
    return 0


def _make(settings: Settings, given: argparse.Namespace) -> tuple[bytes, bytes]:
    us = organisation(settings)
    if given.richiesta:
        key, request = credentials.make_request(us)
        return credentials.key_pem(key), credentials.pem(request)
    made = credentials.make(us, given.giorni or credentials.DAYS)
    return credentials.key_pem(made.key), credentials.pem(made.certificate)
