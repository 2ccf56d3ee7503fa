"""Every setting of the program: an environment variable `OMNIA_<NAME>`, its default and one line of help.

A value that cannot be right stops the program at start with a sentence that says what to write;
an unknown `OMNIA_…` variable only warns, so that a newer configuration starts an older release.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from omnia_com import deployment
from omnia_com.deployment import LOOPBACK

PREFIX = "OMNIA_"
HOST = re.compile(
    r"([\w.-]+|\[[0-9a-f:]+\])(:[1-9]\d{0,3}|:[1-5]\d{4})?", re.ASCII | re.IGNORECASE
)  # and nobody before it
QUEUE = re.compile(
    r"rediss?://[^/?#]+(/\d*)?(\?.*)?|unix://[^/]*/.+|"
    r"rediss?\+sentinel://([^@/]*@)?[\w.\[\]:-]+(,[\w.\[\]:-]+)*/[^/]+(/\d+)?",
    re.ASCII,
)
ROME = ZoneInfo("Europe/Rome")
BANNER = "Ambiente dimostrativo, non collegato a INPS"


class Letterhead(msgspec.Struct, frozen=True):
    """What any sheet says by the settings: who offers the service, the notice ('' for none), where it is checked."""

    ente: str
    banner: str
    check_page: str = ""


class SettingsError(ValueError):
    """A setting that cannot be right; the message is for whoever deploys, in Italian."""


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"scrivi uno fra: {', '.join(allowed)}")
        return text

    return read


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("scrivi un numero intero, per esempio 30")
    return int(text)


def _some(text: str) -> int:
    if (number := _number(text)) < 1:
        raise ValueError("scrivi almeno 1")
    return number


def _port(text: str) -> int:
    if not 1 <= (port := _number(text)) < 65536:
        raise ValueError("scrivi una porta, da 1 a 65535")
    return port


def _ten_years(text: str) -> int:
    if (years := _number(text)) < 10:
        raise ValueError("scrivi almeno 10: prima la base dati non lascia eliminare")
    return years


def _yes(text: str) -> bool:
    return _one_of("si", "no")(text) == "si"


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("scrivi data e ora ISO, per esempio 2026-11-23T10:00:00") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=ROME)


def _folder(text: str) -> Path:
    return Path(text).absolute()


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(parts.netloc) or parts.path.strip("/"):
        raise ValueError("scrivi l'indirizzo pubblico senza percorso, per esempio https://omnia.example.it")
    if "?" in text or "#" in text:
        raise ValueError("scrivi l'indirizzo pubblico senza percorso, per esempio https://omnia.example.it")
    return parts._replace(netloc=parts.netloc.lower(), path="").geturl()


def _queue_url(text: str) -> str:
    if not QUEUE.fullmatch(text):
        raise ValueError(
            "scrivi redis://host:porta, rediss://…, unix:///percorso oppure "
            "redis+sentinel://host:porta,host:porta/nome-del-primario"
        )
    return text


def _store_url(text: str) -> str:
    if not text.startswith(("file:///", "s3://")):
        raise ValueError("scrivi file:///cartella oppure s3://bucket/prefisso")
    return text.rstrip("/")


def address(text: str) -> tuple[str, int]:
    """Host and port of `host:porta`; an IPv6 address stands in brackets. Raises `ValueError`."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), _port(port)


def _address(text: str) -> str:
    if not address(text)[0]:
        raise ValueError("scrivi host:porta, per esempio 127.0.0.1:9400")
    return text


def _clamd(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not text.startswith("/") and not (host and port.isdecimal()):
        raise ValueError("scrivi host:porta, per esempio 127.0.0.1:3310, o il percorso di un socket")
    return text


def _setting(default: Any, help: str, read: Callable[[str], Any] = str) -> Any:
    return field(default=default, metadata={"help": help, "read": read})


_HERE = Path("var").absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    env: Literal["demo", "production"] = _setting(
        "demo",
        "`demo`: persone inventate e fornitore di identità dimostrativo; `production`: niente di dimostrativo",
        _one_of("demo", "production"),
    )
    host: str = _setting("127.0.0.1", "indirizzo su cui ascolta il web")
    port: int = _setting(8000, "porta del web", _port)
    base_url: str = _setting("", "indirizzo pubblico del servizio (vuoto: `http://127.0.0.1:<porta>`)", _base_url)
    metriche: str = _setting(
        "",
        "indirizzo delle metriche e dello stato, `host:porta`, per esempio `127.0.0.1:9400`: mai pubblico, e uno per "
        "processo (web, worker); vuoto: nessuno",
        _address,
    )
    web_processes: int = _setting(1, "quanti processi web", _some)
    data: Path = _setting(_HERE, "cartella dei dati (predefinita `./var`)", _folder)
    database_url: str = _setting(
        "", "PostgreSQL da usare, con l'utente del servizio; vuoto: `omnia-com up` ne avvia uno suo"
    )
    database_owner_url: str = _setting(
        "",
        "lo stesso PostgreSQL con l'utente proprietario, solo per `omnia-com migrate` e `omnia-com registro --ruota` "
        "(vuoto: quello di `OMNIA_DATABASE_URL`)",
    )
    database_pool: int = _setting(10, "connessioni alla base dati di un processo web, al massimo", _some)
    database_listen_url: str = _setting(
        "",
        "lo stesso PostgreSQL senza PgBouncer in mezzo, per LISTEN (vuoto: quello di `OMNIA_DATABASE_URL`)",
    )
    database_pgbouncer: bool = _setting(
        False, "`si` se in mezzo c'è PgBouncer in transaction mode: niente istruzioni preparate che restano", _yes
    )
    redis_url: str = _setting(
        "",
        "Redis o Valkey da usare, anche per mezzo di Sentinel (`redis+sentinel://host:porta,host:porta/nome`); vuoto: "
        "`omnia-com up` ne avvia uno suo",
        _queue_url,
    )
    pg_bin: str = _setting("", "cartella dei programmi di PostgreSQL da avviare, se non quelli trovati da sé")
    chromium: str = _setting("", "programma Chromium da usare per i PDF, se non quello trovato da sé")
    chromium_sandbox: Literal["auto", "require", "off"] = _setting(
        "auto",
        "sandbox di Chromium: `auto` prova e avvisa, `require` senza non parte, `off` mai (in `production` solo "
        "`require`, che lì è predefinito)",
        _one_of("auto", "require", "off"),
    )
    allegati_url: str = _setting(
        "",
        "dove stanno gli allegati: `file:///cartella` o `s3://bucket/prefisso` (chiavi e indirizzo nelle consuete "
        "`AWS_…`); vuoto: `allegati` nella cartella dei dati",
        _store_url,
    )
    clamd: str = _setting("", "antivirus: `host:porta` o percorso del socket di clamd; vuoto: nessuno", _clamd)
    adesso: datetime | None = _setting(
        None, "ferma l'orologio del dominio (ISO, ora di Roma); solo in `demo`", _instant
    )
    idp_host: str = _setting("127.0.0.1", "indirizzo su cui ascolta il fornitore di identità dimostrativo")
    idp_port: int = _setting(8010, "porta del fornitore di identità dimostrativo", _port)
    oidc_issuer: str = _setting("", "fornitore OpenID Connect (in `demo`: quello dimostrativo)")
    oidc_client_id: str = _setting(
        "", "nome con cui il servizio è registrato presso il fornitore (vuoto: l'indirizzo pubblico)"
    )
    oidc_key: str = _setting(
        "",
        "file PEM della chiave con cui il servizio si presenta ai fornitori (in `demo`: fatta da sé); più file, "
        "separati da virgole, durante un cambio di chiave: firma la prima, tutte sono pubblicate",
    )
    oidc_providers: str = _setting(
        "", "file TOML con altri fornitori OpenID Connect e con la federazione (esempio: `deploy/oidc.toml`)"
    )
    registro_chiavi: str = _setting(
        "",
        "file con le chiavi del registro degli scambi di autenticazione, una per riga: la prima scrive, tutte leggono "
        "(in `demo`: fatto da sé)",
    )
    conserva_registro: int = _setting(24, "mesi per cui si conserva il registro degli scambi di autenticazione", _some)
    cns_url: str = _setting(
        "",
        "indirizzo pubblico, solo per le carte, a cui il proxy chiede la CNS (vuoto: la CNS non è offerta)",
        _base_url,
    )
    cns_host: str = _setting("127.0.0.1", "indirizzo su cui il web ascolta il proxy delle carte, e nessun altro")
    cns_port: int = _setting(8020, "porta su cui il web ascolta il proxy delle carte", _port)
    cns_segreto: str = _setting("", "file con il segreto che il proxy delle carte manda in `Omnia-Segreto`")
    cns_ca: str = _setting("", "file PEM delle autorità che rilasciano le CNS (`omnia-com cns-ca` lo ricava)")
    saml_idp_metadata: str = _setting(
        "", "cartella con i metadata SAML dei fornitori SPID e CIE (vuoto: SAML non è offerto)"
    )
    saml_idp_metadata_url: str = _setting(
        "", "indirizzi https da cui il worker rinnova quei metadata, separati da spazi; per CIE: `cie=<indirizzo>`"
    )
    saml_idp_metadata_certificato: str = _setting(
        "", "file PEM con i certificati che devono aver firmato i metadata rinnovati (vuoto: basta https)"
    )
    saml_entity_id: str = _setting("", "entityID con cui i fornitori SAML ci conoscono (vuoto: l'indirizzo pubblico)")
    saml_key: str = _setting(
        "", "file PEM della chiave SAML (in `demo`: fatta da sé; vedi `omnia-com spid-certificato`)"
    )
    saml_certificate: str = _setting("", "file PEM del certificato SAML (in `demo`: fatto da sé)")
    avviso_dimostrativo: bool = _setting(
        True, "`no` toglie l'avviso «Ambiente dimostrativo, non collegato a INPS»; solo in `production`", _yes
    )
    ente: str = _setting("Ente dimostrativo", "nome dell'ente che offre il servizio, mostrato nelle pagine")
    ente_ipa: str = _setting("", "codice IPA dell'ente, per SPID e CIE (in `demo`: `demo`)")
    ente_comune: str = _setting(
        "", "codice catastale del comune in cui l'ente ha sede, per esempio `H501` (in `demo`: Roma)"
    )
    ente_email: str = _setting("", "posta elettronica a cui i gestori di SPID e CIE scrivono all'ente")
    ente_telefono: str = _setting("", "telefono dell'ente per SPID e CIE, con il prefisso, per esempio `+390612345678`")
    assistenza: str = _setting("", "indirizzo (URL o mailto:) per segnalare problemi, mostrato in fondo alle pagine")
    aiuto_chi: str = _setting("", "chi risponde a chi ha bisogno di aiuto, detto in ogni pagina (in `demo`: inventato)")
    aiuto_telefono: str = _setting("", "numero a cui risponde, per esempio `06 1234 5678` (in `demo`: inventato)")
    aiuto_orario: str = _setting(
        "", "quando risponde, per esempio `dal lunedì al venerdì, dalle 8 alle 18` (in `demo`: inventato)"
    )
    pubblicato: str = _setting(
        "", "giorno in cui il servizio è stato pubblicato, per la dichiarazione di accessibilità"
    )
    dipendenti_con_disabilita: str = _setting(
        "", "quanti dipendenti con disabilità ha l'ente, per la dichiarazione di accessibilità"
    )
    postazioni_accessibili: str = _setting(
        "", "quante postazioni di lavoro ha per loro, per la dichiarazione di accessibilità"
    )
    rpd: str = _setting(
        "", "posta elettronica del responsabile della protezione dei dati, mostrata nella pagina Privacy"
    )
    sessione_inattiva: int = _setting(30, "minuti senza attività dopo i quali la sessione finisce", _some)
    sessione_massima: int = _setting(8, "ore dopo le quali la sessione finisce comunque", _some)
    conserva_bozze: int = _setting(
        365, "giorni dopo i quali una bozza non toccata si elimina (avviso un mese prima)", _some
    )
    conserva_comunicazioni: int = _setting(
        10,
        "anni per cui si conserva una comunicazione inviata, almeno 10; poi `omnia-com elimina-scadute` la toglie",
        _ten_years,
    )
    conserva_accessi: int = _setting(365, "giorni per cui si conserva il registro degli accessi ai dati", _some)
    sigillo_chiave: str = _setting("", "file PEM della chiave che sigilla le ricevute (in `demo`: fatta da sé)")
    sigillo_certificato: str = _setting(
        "",
        "file PEM del suo certificato e di quelli sopra di lui; vuoto: nessun sigillo (in `demo`: di un'autorità "
        "fatta da sé)",
    )
    marca_temporale: str = _setting("", "indirizzo di un'autorità di marche temporali (RFC 3161); vuoto: nessuna marca")
    limite_bozze: int = _setting(100, "bozze aperte per persona (in `demo` mai meno di 100)", _some)
    limite_invii: int = _setting(100, "invii al giorno per persona (in `demo` mai meno di 100)", _some)
    limite_allegati: int = _setting(100, "file caricati al giorno per persona (in `demo` mai meno di 100)", _some)
    limite_esportazioni: int = _setting(
        100, "PDF di bozze chiesti al giorno per persona (in `demo` mai meno di 100)", _some
    )
    limite_verifiche: int = _setting(
        60, "verifiche al minuto di un protocollo con il suo codice, da un indirizzo", _some
    )
    limite_accessi: int = _setting(200, "accessi al minuto da un indirizzo (in `demo` mai meno di 1000)", _some)
    limite_richieste: int = _setting(2000, "richieste al minuto da un indirizzo (in `demo` mai meno di 2000)", _some)
    proxy_fidati: str = _setting("", "indirizzi dei proxy di cui leggere X-Forwarded-For, separati da virgole")

    @property
    def in_force(self) -> dict[str, str]:
        """Those that are not as they are by default, for the log: no secret."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        return deployment.without_secrets({f.name: said[f.name] for f in fields(self) if said[f.name] != f.default})

    @property
    def demo(self) -> bool:
        return self.env == "demo"

    @property
    def owner_url(self) -> str:
        """Where tables are made and keys rotated; '' where no PostgreSQL is named."""
        return self.database_owner_url or self.database_url

    @property
    def demo_issuer(self) -> str:
        """The demonstration provider's name."""
        return f"http://127.0.0.1:{self.idp_port}"

    @property
    def secure(self) -> bool:
        """Whether cookies are Secure and prefixed: always, but on plain http at a loopback address."""
        return self.base_url.startswith("https:")

    @property
    def origins(self) -> frozenset[str]:
        """The origins at which the service answers; a loopback address has two names."""
        parts = urlsplit(self.base_url)
        if parts.hostname not in LOOPBACK:
            return frozenset({self.base_url})
        port = f":{parts.port}" if parts.port else ""
        return frozenset(f"{parts.scheme}://{name}{port}" for name in LOOPBACK)

    @property
    def assistenza_email(self) -> str:
        """The e-mail address to which problems are told; '' if there is none, or it is another kind of address."""
        return (
            self.assistenza.removeprefix("mailto:").partition("?")[0] if self.assistenza.startswith("mailto:") else ""
        )

    @property
    def banner(self) -> str:
        return BANNER if self.avviso_dimostrativo else ""

    @property
    def letterhead(self) -> Letterhead:
        return Letterhead(self.ente, self.banner, f"{self.base_url}/verifica")


DEMO_ORGANISATION = {
    "assistenza": "mailto:aiuto@example.org",
    "ente_ipa": "demo",
    "ente_comune": "H501",
    "ente_email": "demo@example.org",
    "ente_telefono": "+390612345678",
    "aiuto_chi": "Sportello dimostrativo",
    "aiuto_telefono": "06 1234 5678",
    "aiuto_orario": "dal lunedì al venerdì, dalle 8 alle 18",
    "pubblicato": "23/11/2026",
    "dipendenti_con_disabilita": "12",
    "postazioni_accessibili": "12",
}
DEMO_FLOORS = {
    "limite_bozze": 100,
    "limite_invii": 100,
    "limite_allegati": 100,
    "limite_esportazioni": 100,
    "limite_accessi": 1000,
    "limite_richieste": 2000,
}  # a judge of SAML signs in 115 times in seconds


def read(environ: Mapping[str, str] | None = None) -> tuple[Settings, list[str]]:
    """The settings of *environ* (the process's own by default) and the warnings to print.

    Raises `SettingsError` with every wrong value at once.
    """
    given = {k: v for k, v in (os.environ if environ is None else environ).items() if k.startswith(PREFIX)}
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for f in fields(Settings):
        text = given.pop(PREFIX + f.name.upper(), "").strip()
        if not text:
            continue
        try:
            values[f.name] = f.metadata["read"](text)
        except ValueError as e:
            wrong.append(f"{PREFIX}{f.name.upper()}={text!r}: {e}")
    if not wrong:
        wrong = deployment.contradictions(values)
    if wrong:
        raise SettingsError("Impostazioni da correggere:\n" + "\n".join(f"  {w}" for w in wrong))
    return Settings(**_completed(values)), [
        f"{name} non è un'impostazione di questo programma: ignorata" for name in given
    ]


def _completed(values: dict[str, Any]) -> dict[str, Any]:
    """The values with those that follow from others filled in."""
    port = values.get("port", 8000)
    name = "[::1]" if values.get("host") == "::1" else "127.0.0.1"
    values.setdefault("base_url", f"http://{name}:{port}")
    values.setdefault("oidc_client_id", values["base_url"])
    values.setdefault("saml_entity_id", values["base_url"])
    if values.get("env", "demo") == "demo":
        values.setdefault("oidc_issuer", f"http://127.0.0.1:{values.get('idp_port', 8010)}")
        values.setdefault("oidc_key", str(values.get("data", _HERE) / "oidc-key.pem"))
        values.setdefault("registro_chiavi", str(values.get("data", _HERE) / "registro-chiavi"))
        for name, invented in DEMO_ORGANISATION.items():
            values.setdefault(name, invented)
        for name, floor in DEMO_FLOORS.items():
            values[name] = max(floor, values.get(name, floor))
    else:
        values.setdefault("chromium_sandbox", "require")
    return values
