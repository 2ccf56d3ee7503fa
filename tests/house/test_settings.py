"""Settings fail loudly, and `docs/impostazioni.md` tells them all."""

import re
import ssl
from dataclasses import fields
from datetime import datetime

import pytest

from omnia_com.italy.clock import Clock
from omnia_com.settings import ROME, Settings, SettingsError, read
from tests import ROOT

PRODUCTION = {"OMNIA_ENV": "production", "OMNIA_BASE_URL": "https://omnia.example.it"}
TABLE = ROOT / "docs" / "impostazioni.md"


def test_the_documentation_has_the_same_table() -> None:
    told = re.findall(r"^\| `(OMNIA_\w+)` \| (.*?) \|$", TABLE.read_text(), re.MULTILINE)
    assert told == [(f"OMNIA_{f.name.upper()}", f.metadata["help"]) for f in fields(Settings)]


def test_an_unknown_variable_only_warns() -> None:
    _, warnings = read({"OMNIA_NUOVA": "1", "HOME": "/root"})
    assert warnings == ["OMNIA_NUOVA non è un'impostazione di questo programma: ignorata"]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OMNIA_PORT": "ottomila"}, "scrivi un numero intero"),
        ({"OMNIA_ENV": "prova"}, "scrivi uno fra: demo, production"),
        ({"OMNIA_ADESSO": "domani"}, "scrivi data e ora ISO"),
        ({"OMNIA_BASE_URL": "omnia.example.it"}, "indirizzo pubblico"),
        ({"OMNIA_BASE_URL": "https://omnia.example.it"}, "scrivi anche OMNIA_ENV"),
        ({"OMNIA_BASE_URL": "http://omnia.example.it", "OMNIA_ENV": "production"}, "https"),
        ({"OMNIA_BASE_URL": "https://anna@omnia.example.it", "OMNIA_ENV": "production"}, "senza percorso"),
        ({"OMNIA_BASE_URL": "https://omnia.example.it?x=1", "OMNIA_ENV": "production"}, "senza percorso"),
        ({"OMNIA_BASE_URL": "https://omnia.example.it#x", "OMNIA_ENV": "production"}, "senza percorso"),
        ({"OMNIA_BASE_URL": "https://omnia.example.it:99999", "OMNIA_ENV": "production"}, "senza percorso"),
        ({"OMNIA_HOST": "0.0.0.0"}, "OMNIA_HOST è pubblico"),
        ({"OMNIA_HOST": "192.0.2.1"}, "OMNIA_HOST è pubblico"),
        (PRODUCTION | {"OMNIA_CHROMIUM_SANDBOX": "off"}, "OMNIA_CHROMIUM_SANDBOX"),
        (PRODUCTION | {"OMNIA_CHROMIUM_SANDBOX": "auto"}, "OMNIA_CHROMIUM_SANDBOX"),
        (PRODUCTION | {"OMNIA_PROXY_FIDATI": "*"}, "OMNIA_PROXY_FIDATI"),
        (PRODUCTION | {"OMNIA_PROXY_FIDATI": "10.0.0.1, 0.0.0.0/0"}, "OMNIA_PROXY_FIDATI"),
        (PRODUCTION | {"OMNIA_PROXY_FIDATI": "::/0"}, "OMNIA_PROXY_FIDATI"),
        ({"OMNIA_PORT": "0"}, "scrivi una porta"),
        ({"OMNIA_PORT": "65536"}, "scrivi una porta"),
        ({"OMNIA_ENV": "production"}, "OMNIA_BASE_URL manca"),
        (
            {"OMNIA_ENV": "production", "OMNIA_BASE_URL": "https://o.it", "OMNIA_ADESSO": "2026-01-01"},
            "OMNIA_ADESSO",
        ),
        ({"OMNIA_AVVISO_DIMOSTRATIVO": "no"}, "OMNIA_ENV=production"),
        (
            {"OMNIA_ENV": "production", "OMNIA_BASE_URL": "https://o.it", "OMNIA_OIDC_ISSUER": "https://i.it"},
            "OMNIA_REGISTRO_CHIAVI manca",
        ),
    ],
)
def test_what_cannot_be_right_stops_the_start(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        read(environment)


NEVER_NONE = [
    f.name for f in fields(Settings) if f.name.startswith(("limite_", "conserva_", "sessione_", "web_processes"))
]


@pytest.mark.parametrize("name", NEVER_NONE)
def test_no_limit_and_no_time_is_nothing(name: str) -> None:
    with pytest.raises(SettingsError, match="scrivi almeno 1"):
        read({f"OMNIA_{name.upper()}": "0"})


def test_in_production_the_browser_stays_in_its_sandbox() -> None:
    assert read(PRODUCTION | {"OMNIA_PROXY_FIDATI": "10.0.0.1,10.1.0.0/16"})[0].chromium_sandbox == "require"
    assert read({})[0].chromium_sandbox == "auto"


def test_the_sample_proxy_speaks_only_ciphers_that_authenticate_what_they_encrypt() -> None:
    offered = re.search(r"^ssl_ciphers (\S+);$", (ROOT / "deploy" / "nginx.conf").read_text(), re.MULTILINE)
    assert offered
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.set_ciphers(offered[1])
    assert len(tls.get_ciphers()) >= 6
    assert [c["name"] for c in tls.get_ciphers() if not c["aead"]] == []


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as e:
        read({"OMNIA_PORT": "x", "OMNIA_IDP_PORT": "y"})
    assert "OMNIA_PORT" in str(e.value)
    assert "OMNIA_IDP_PORT" in str(e.value)


def test_in_the_demonstration_limits_are_never_low() -> None:
    settings, _ = read({"OMNIA_LIMITE_BOZZE": "1", "OMNIA_LIMITE_RICHIESTE": "5000"})
    assert (settings.limite_bozze, settings.limite_richieste) == (100, 5000)


def test_production_has_nothing_of_the_demonstration() -> None:
    settings, _ = read({"OMNIA_ENV": "production", "OMNIA_BASE_URL": "https://omnia.example.it"})
    assert settings.oidc_issuer == ""
    assert settings.secure


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-23T10:00:00", "2026-11-23"),
        ("2026-06-30T23:30:00Z", "2026-07-01"),
        ("2026-12-31T23:59:59", "2026-12-31"),
    ],
)
def test_today_is_the_day_in_rome(instant: str, day: str) -> None:
    settings, _ = read({"OMNIA_ADESSO": instant})
    assert Clock(settings.adesso).today().isoformat() == day


def test_an_instant_without_an_offset_is_romes() -> None:
    settings, _ = read({"OMNIA_ADESSO": "2026-11-23T10:00:00"})
    assert settings.adesso == datetime(2026, 11, 23, 10, tzinfo=ROME)
