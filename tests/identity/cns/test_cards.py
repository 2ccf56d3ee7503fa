"""Signing in with a card: what the proxy hands on, which cards are good, and the way back to the main host."""

import asyncio
import base64
import dataclasses
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from omnia_com.app import SERVER
from omnia_com.commands.up.roles import answers
from omnia_com.identity import AccessRefused, exchanges
from omnia_com.identity.cns.card import CardReader
from omnia_com.identity.cns.client_certificate import shown
from omnia_com.settings import Settings, SettingsError, read
from tests.conftest import InThisLoop, free_port
from tests.helpers.browsing import Visitor, client_of, unstarted
from tests.helpers.cards import ANNA, SECRET, bad, bundle, card, rfc9440
from tests.helpers.waiting import PATIENCE, stopped, tail, until

GOOD = card()


def nginx(pem: str) -> bytes:
    return quote(pem, safe="").encode()


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings with which cards are read."""
    folder = tmp_path_factory.mktemp("cns")
    (folder / "segreto").write_text(SECRET + "\n")
    return {"cns_segreto": str(folder / "segreto"), "cns_ca": str(bundle(folder))}


@pytest.fixture(scope="session")
def reader(reading: dict[str, Any], settings: Settings) -> CardReader:
    return CardReader(dataclasses.replace(settings, **reading))


# What the proxy hands on


def test_both_forms_of_the_header_are_read() -> None:
    for value in (rfc9440(GOOD.der), nginx(GOOD.pem)):
        assert shown([(b"host", b"x"), (b"client-cert", value)]) == GOOD.certificate


PEM = GOOD.pem
MALFORMED = {
    "nothing between the colons": b"::",
    "one colon": b":",
    "no colons": base64.b64encode(GOOD.der),
    "no closing colon": rfc9440(GOOD.der)[:-1],
    "two sequences": rfc9440(GOOD.der) + b", " + rfc9440(GOOD.der),
    "parameters": rfc9440(GOOD.der) + b";a=1",
    "an alphabet for addresses": b":" + base64.urlsafe_b64encode(b"\xff\xfe\xfd" + GOOD.der) + b":",
    "bad padding": b":AAAAA:",
    "blanks inside": b":" + base64.b64encode(GOOD.der)[:40] + b" " + base64.b64encode(GOOD.der)[40:] + b":",
    "not a certificate": rfc9440(b"\x30\x03\x02\x01\x01"),
    "half a certificate": rfc9440(GOOD.der[: len(GOOD.der) // 2]),
    "something after it": rfc9440(GOOD.der + b"\0"),
    "hex": GOOD.der.hex().encode(),
    "a bare PEM header": nginx("-----BEGIN CERTIFICATE-----\n"),
    "an empty PEM": nginx("-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n"),
    "two PEMs": nginx(PEM + PEM),
    "a key": nginx(PEM.replace("CERTIFICATE", "PRIVATE KEY")),
    "words before it": nginx("Subject: nobody\n" + PEM),
    "bytes that are no UTF-8": nginx(PEM).replace(b"%0A", b"%FF", 1),
    "encoded twice": quote(nginx(PEM), safe="").encode(),
    "letters beyond ASCII": "è".encode() * 40,
    "too long": b":" + b"A" * 20_000 + b":",
    "a word": b"SUCCESS",
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_certificate_is_refused(what: str) -> None:
    with pytest.raises(AccessRefused) as e:
        shown([(b"client-cert", MALFORMED[what])])
    assert e.value.reason == "carta_illeggibile"


def test_two_certificates_are_refused_even_if_both_are_good() -> None:
    with pytest.raises(AccessRefused):
        shown([(b"client-cert", rfc9440(GOOD.der)), (b"client-cert", rfc9440(GOOD.der))])


@pytest.mark.parametrize(
    "value", [b"", b"  ", b":{http.request.tls.client.certificate_der_base64}:", b"{http.request.tls.client.x}"]
)
def test_no_card_is_told_from_a_bad_one(value: bytes) -> None:
    with pytest.raises(AccessRefused) as e:
        shown([(b"client-cert", value)])
    assert e.value.reason == "carta_assente"


@given(at=st.integers(0, len(GOOD.der) - 1), byte=st.integers(0, 255), cut=st.booleans())
@example(at=12, byte=1, cut=False)  # a version that X.509 does not have
def test_a_damaged_certificate_is_refused_and_never_a_fault(at: int, byte: int, cut: bool, reader: CardReader) -> None:
    der = GOOD.der[:at] if cut else GOOD.der[:at] + bytes([byte]) + GOOD.der[at + 1 :]
    if der == GOOD.der:
        return
    with pytest.raises(AccessRefused):
        reader.identity(shown([(b"client-cert", rfc9440(der))]))


# Which cards are good


def test_a_card_says_who_holds_it(reader: CardReader) -> None:
    holder = reader.identity(GOOD.certificate)
    assert (holder.codice_fiscale, holder.nome, holder.cognome) == (ANNA, "ANNA", "PROVA")
    assert (holder.level, holder.scheme, holder.issuer) == (3, "cns", "CN=CA di prova CNS")
    assert (str(holder.data_nascita), holder.luogo_nascita) == ("1985-05-09", "H501")
    assert (holder.email, holder.pec) == ("", "")


def test_a_card_may_say_one_name_or_none(reader: CardReader) -> None:
    """C25"""
    for names in (("", "PROVA"), ("ANNA", ""), None):
        subject = tuple(zip((NameOID.GIVEN_NAME, NameOID.SURNAME), names or ("", ""), strict=True))
        holder = reader.identity(card(names=None, subject=tuple(each for each in subject if each[1])).certificate)
        assert (holder.codice_fiscale, holder.nome, holder.cognome) == (ANNA, *(names or ("", "")))


def test_letters_in_the_place_of_digits_are_a_codice_fiscale_too(reader: CardReader) -> None:
    from omnia_com.italy.codice_fiscale import check_character

    omocodia = "PRVNNA85E49H50M"
    holder = reader.identity(card(f"{omocodia}{check_character(omocodia)}/6120").certificate)
    assert (str(holder.data_nascita), holder.luogo_nascita) == ("1985-05-09", "H501")


@pytest.mark.parametrize("what", bad())
def test_a_card_with_one_thing_wrong_lets_nobody_in(what: str, reader: CardReader) -> None:
    issued, reason = bad()[what]
    with pytest.raises(AccessRefused) as e:
        reader.identity(issued.certificate)
    assert e.value.reason == reason
    assert ANNA not in str(e.value)


def test_only_the_proxy_may_hand_a_card_on(reader: CardReader) -> None:
    shows = (b"client-cert", rfc9440(GOOD.der))
    secret = (b"omnia-segreto", SECRET.encode())
    assert reader.certificate([shows, secret]) == GOOD.certificate
    wrong: list[list[tuple[bytes, bytes]]] = [
        [],
        [(b"omnia-segreto", b"")],
        [(b"omnia-segreto", SECRET[:-1].encode())],
        [(b"omnia-segreto", "è".encode())],
        [secret, secret],
        [secret, (b"omnia-segreto", b"x")],
    ]
    for headers in wrong:
        with pytest.raises(AccessRefused) as e:
            reader.certificate([shows, *headers])
        assert e.value.reason == "non_dal_proxy"


# Settings that cannot be right


def test_reading_cards_needs_all_its_settings() -> None:
    with pytest.raises(SettingsError) as e:
        read({"OMNIA_CNS_URL": "http://cns.example.it", "OMNIA_CNS_PORT": "8000"})
    for name in ("OMNIA_CNS_SEGRETO manca", "OMNIA_CNS_CA manca", "https", "OMNIA_CNS_PORT"):
        assert name in str(e.value)
    same = {"OMNIA_BASE_URL": "https://o.it", "OMNIA_ENV": "demo", "OMNIA_CNS_URL": "https://o.it"}
    with pytest.raises(SettingsError, match="nome diverso"):
        read({**same, "OMNIA_CNS_SEGRETO": "x", "OMNIA_CNS_CA": "y"})


@pytest.mark.parametrize(
    ("setting", "content", "said"),
    [
        ("cns_segreto", "corto", "OMNIA_CNS_SEGRETO"),
        ("cns_segreto", "con degli spazi in mezzo, e ben più di 32 caratteri", "OMNIA_CNS_SEGRETO"),
        ("cns_segreto", None, "OMNIA_CNS_SEGRETO"),
        ("cns_ca", "nessun certificato", "OMNIA_CNS_CA"),
        ("cns_ca", None, "OMNIA_CNS_CA"),
    ],
)
def test_a_file_that_cannot_be_right_stops_the_start(
    setting: str, content: str | None, said: str, reading: dict[str, Any], settings: Settings, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "file").write_text(content)
    with pytest.raises(SettingsError, match=said):
        CardReader(dataclasses.replace(settings, **reading | {setting: str(tmp_path / "file")}))


# The way there and back


@pytest.fixture(scope="session")
async def with_cards(web: str, settings: Settings, reading: dict[str, Any]) -> AsyncIterator[Settings]:
    """The service with the address of cards: one process that listens on two ports. The pool is `web`'s."""
    port, cns_port = free_port(), free_port()
    base, cns = f"http://127.0.0.1:{port}", f"http://localhost:{cns_port}"
    changed = dataclasses.replace(
        settings, port=port, base_url=base, cns_port=cns_port, cns_url=cns, oidc_issuer="", **reading
    )
    sockets = [uvicorn.Config("", port=p, log_level="warning").bind_socket() for p in (port, cns_port)]
    server = InThisLoop(uvicorn.Config(unstarted(changed), lifespan="off", **SERVER))
    serving = asyncio.create_task(server.serve(sockets))
    while not server.started:
        await asyncio.sleep(0.01)
    yield changed
    server.should_exit = True
    await serving


class Browser(Visitor):
    """A browser and the proxy in front of the cards' address: it adds what the proxy would."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(client_of(settings.base_url))
        self.settings = settings

    async def leave(self, path: str = "/accesso/cns") -> str:
        answer = await self.client.get(path)
        assert answer.status_code == 303
        return str(answer.headers["location"])

    async def show(self, where: str, *headers: tuple[bytes, bytes]) -> httpx.Response:
        return await self.client.get(where, headers=[(k, v) for k, v in headers])


PROXY = (b"omnia-segreto", SECRET.encode())
SHOWN = (b"client-cert", rfc9440(GOOD.der))


@pytest.fixture
async def browser(with_cards: Settings, clean: None) -> AsyncIterator[Callable[[], Browser]]:
    browsers: list[Browser] = []

    def make() -> Browser:
        browsers.append(Browser(with_cards))
        return browsers[-1]

    yield make
    for one in browsers:
        await one.close()


async def test_a_card_signs_in_and_leads_back_to_the_page_that_was_asked_for(browser: Callable[[], Browser]) -> None:
    anna = browser()
    there = await anna.leave("/accesso/cns?next=/contatti")
    assert there.startswith(f"{anna.settings.cns_url}/accesso/cns/carta?stato=")
    back = (await anna.show(there, PROXY, SHOWN)).headers["location"]
    assert back.startswith(f"{anna.settings.base_url}/accesso/cns/ritorno?codice=")
    assert ANNA not in there + back
    await anna.get(back)
    assert anna.page.path == "/contatti"
    assert "ANNA PROVA" in anna.page.text


async def test_the_first_page_offers_the_card_and_may_lead_to_its_address(browser: Callable[[], Browser]) -> None:
    anna = browser()
    page = await anna.get("/")
    form, _ = page.button("Carta nazionale dei servizi")  # beside the demonstration's
    assert form.get("action") == "/accesso/cns"
    policy = page.response.headers["content-security-policy"]
    assert anna.settings.cns_url in policy.partition("form-action ")[2].split()


async def test_a_sign_in_by_card_is_noted_as_one(browser: Callable[[], Browser], database: asyncpg.Connection) -> None:
    anna = browser()
    await anna.get((await anna.show(await anna.leave(), PROXY, SHOWN)).headers["location"])
    row = await database.fetchrow("SELECT mezzo, livello, emittente FROM sessione")
    assert tuple(row) == ("cns", 3, "CN=CA di prova CNS")


async def test_each_card_is_in_the_register_with_what_became_of_it(
    browser: Callable[[], Browser], database: asyncpg.Connection
) -> None:
    anna = browser()
    there = await anna.leave()
    await anna.show(there, PROXY, (b"client-cert", rfc9440(bad()["expired"][0].der)))
    await anna.get((await anna.show(there, PROXY, SHOWN)).headers["location"])
    state = parse_qs(urlsplit(there).query)["stato"][0]
    rows = await database.fetch("SELECT protocollo, emittente, esito, richiesta FROM scambio ORDER BY quando")
    ca = "CN=CA di prova CNS"
    assert [tuple(row) for row in rows] == [("cns", ca, "carta_scaduta", state), ("cns", ca, "entrato", state)]
    kept = [k.exchange for k in await exchanges.read(state, "una prova", "prova", anna.settings)]
    assert [exchange.codice_fiscale for exchange in kept] == ["", ANNA]
    assert kept[1].parts == {"certificate": GOOD.pem}


@pytest.mark.parametrize("next", ["https://male.example/", "//male.example", "/\\male.example"])
async def test_a_card_leads_to_no_other_site(next: str, browser: Callable[[], Browser]) -> None:
    anna = browser()
    await anna.get((await anna.show(await anna.leave(f"/accesso/cns?next={next}"), PROXY, SHOWN)).headers["location"])
    assert anna.page.path == "/comunicazioni"


@pytest.mark.parametrize("what", bad())
async def test_a_bad_card_is_a_page_with_words_and_may_be_changed_for_a_good_one(
    what: str, browser: Callable[[], Browser]
) -> None:
    anna = browser()
    there = await anna.leave()
    answer = await anna.show(there, PROXY, (b"client-cert", rfc9440(bad()[what][0].der)))
    assert answer.status_code == 403
    assert "Accesso non riuscito" in answer.text
    assert "SPID" in answer.text
    assert (await anna.show(there, PROXY, SHOWN)).status_code == 303


async def test_the_main_listener_never_looks_at_the_header(browser: Callable[[], Browser]) -> None:
    thief = browser()
    state = parse_qs(urlsplit(await thief.leave()).query)["stato"][0]
    answer = await thief.show(f"/accesso/cns/carta?stato={state}", PROXY, SHOWN)
    assert answer.status_code == 403
    for path in ("/accesso/cns", "/comunicazioni", "/entra", "/"):
        await thief.show(path, PROXY, SHOWN)
    await thief.get("/comunicazioni")
    assert thief.page.path == "/entra"


async def test_the_cards_listener_wants_the_secret_and_its_own_name(browser: Callable[[], Browser]) -> None:
    thief = browser()
    there = await thief.leave()
    assert (await thief.show(there, SHOWN)).status_code == 403
    assert (await thief.show(there, SHOWN, (b"omnia-segreto", b"indovinato"))).status_code == 403
    assert (await thief.show(there, PROXY)).status_code == 403, "no card"
    other = there.replace("localhost", "127.0.0.1")
    assert (await thief.show(other, PROXY, SHOWN)).status_code == 400


async def test_at_the_cards_address_there_is_nothing_else(browser: Callable[[], Browser]) -> None:
    one = browser()
    for path in ("/", "/comunicazioni", "/accesso/cns", "/accesso/oidc/entra", "/salute"):
        answer = await one.client.get(one.settings.cns_url + path, headers=[PROXY])
        assert (answer.status_code, answer.headers["location"]) == (303, f"{one.settings.base_url}/")


async def test_what_a_card_said_counts_once_and_only_in_the_browser_that_left(browser: Callable[[], Browser]) -> None:
    anna, victim = browser(), browser()
    there = await anna.leave()
    back = (await anna.show(there, PROXY, SHOWN)).headers["location"]
    assert (await anna.show(there, PROXY, SHOWN)).status_code == 400, "the state a second time"
    await victim.leave()
    assert (await victim.client.get(back)).status_code == 400, "login CSRF: another browser"
    assert (await anna.client.get(back)).status_code == 303
    assert (await anna.client.get(back)).status_code == 400, "a second time"


async def test_the_hand_over_lasts_a_minute(browser: Callable[[], Browser], database: asyncpg.Connection) -> None:
    anna = browser()
    back = (await anna.show(await anna.leave(), PROXY, SHOWN)).headers["location"]
    await database.execute("UPDATE accesso_in_corso SET creato = now() - interval '61 seconds'")
    assert (await anna.client.get(back)).status_code == 400


@pytest.mark.parametrize("query", ["", "?stato=", "?stato=inventato", "?stato=%00%FF", "?codice=x"])
async def test_a_card_without_a_sign_in_that_began_here_leads_nowhere(
    query: str, browser: Callable[[], Browser]
) -> None:
    one = browser()
    there = f"{one.settings.cns_url}/accesso/cns/carta{query}"
    assert (await one.show(there, PROXY, SHOWN)).status_code == 400
    await one.leave()
    assert (await one.client.get(f"/accesso/cns/ritorno{query}")).status_code == 400


async def test_where_cards_are_not_read_their_addresses_are_not_there(visitor: Callable[[], Visitor]) -> None:
    for path in ("/accesso/cns", "/accesso/cns/carta?stato=x", "/accesso/cns/ritorno?codice=x"):
        page = await visitor().get(path, expect=404)
        assert page.title.startswith("Pagina non trovata")


@pytest.mark.parametrize("processes", ["1", "2"])
async def test_the_web_listens_for_the_proxy_of_cards_too(
    processes: str, environment: dict[str, str], reading: dict[str, Any], migrated: None, tmp_path: Path
) -> None:
    port, cns_port = free_port(), free_port()
    own = {
        **{f"OMNIA_{name.upper()}": value for name, value in reading.items()},
        "OMNIA_PORT": str(port),
        "OMNIA_CNS_PORT": str(cns_port),
        "OMNIA_CNS_URL": f"http://localhost:{cns_port}",
        "OMNIA_WEB_PROCESSES": processes,
    }
    log = tmp_path / "log"
    process = start_web({**environment, **own}, log)
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            await until(lambda: asyncio.to_thread(answers, "127.0.0.1", port, "/salute"), lambda: tail(log))
            there = (await client.get(f"http://127.0.0.1:{port}/accesso/cns")).headers["location"]
            assert (await client.get(there, headers=[PROXY, SHOWN])).status_code == 303
            direct = there.replace(str(cns_port), str(port))
            assert (await client.get(direct, headers=[PROXY, SHOWN])).status_code == 403
    finally:
        stopped(process, log)


def start_web(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "omnia_com", "web"]
    with log.open("wb") as out:
        return subprocess.Popen(command, env={**os.environ, **environment}, stderr=out)


def test_the_policy_is_that_of_the_profile() -> None:
    policies = GOOD.certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [p.policy_identifier.dotted_string for p in policies] == ["1.3.76.16.2.1"]
