"""A card shown to nginx and to Caddy, as `deploy/` sets them up: what gets in, what does not, and with which words."""

import subprocess
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from tests.helpers.cards import ANNA, SECRET, Issued, authority, bad, card, revocations, rfc9440
from tests.helpers.waiting import PATIENCE
from tests.peers.listeners import listening
from tests.peers.proxies import CARDS, MAIN, Answer, Proxy, get, plainly, running

pytestmark = pytest.mark.peers
GOOD = card()
SPOOFED = (("Client-Cert", rfc9440(GOOD.der).decode()), ("Omnia-Segreto", SECRET), ("client_cert", "x"))


class Browser:
    """A browser with a card in its reader, or none."""

    def __init__(self, proxy: Proxy, folder: Path, shows: Issued | None = None) -> None:
        self.proxy = proxy
        self.card = shows.write(folder, "card") if shows else None
        self.cookies: dict[str, str] = {}

    def get(self, url: str, *headers: tuple[str, str], sni: str = "") -> Answer:
        on_main = url.startswith(self.proxy.at(MAIN))
        sent = [("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))] if on_main and self.cookies else []
        answer = self.proxy.ask(url, *sent, *headers, card=self.card, sni=sni)
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self.cookies |= {k: morsel.value for k, morsel in SimpleCookie(value).items()}
        return answer

    def leave(self) -> str:
        return self.get(f"{self.proxy.at(MAIN)}/accesso/cns").header("location")


def test_a_good_card_signs_in(proxy: Proxy, tmp_path: Path) -> None:
    anna = Browser(proxy, tmp_path, GOOD)
    there = anna.leave()
    assert there.startswith(f"{proxy.at(CARDS)}/accesso/cns/carta?stato=")
    back = anna.get(there).header("location")
    assert back.startswith(f"{proxy.at(MAIN)}/accesso/cns/ritorno?codice=")
    home = anna.get(back).header("location")
    assert set(anna.cookies) >= {"__Host-sid"}
    page = anna.get(proxy.at(MAIN) + home)
    assert page.status == 200
    assert "ANNA PROVA" in page.text
    assert ANNA not in there + back


@pytest.mark.parametrize("what", bad())
def test_a_bad_card_does_not(what: str, proxy: Proxy, tmp_path: Path) -> None:
    there = Browser(proxy, tmp_path).leave()
    answer = Browser(proxy, tmp_path, bad()[what][0]).get(there)
    assert answer.status == 403
    assert "Accesso non riuscito" in answer.text


def test_without_a_card_there_are_words(proxy: Proxy, tmp_path: Path) -> None:
    nobody = Browser(proxy, tmp_path)
    answer = nobody.get(nobody.leave())
    assert answer.status == 403
    assert "Il browser non ha mostrato una CNS valida" in answer.text


@pytest.mark.parametrize("spoofed", range(1, len(SPOOFED) + 1))
def test_headers_written_by_the_browser_are_not_believed(spoofed: int, proxy: Proxy, tmp_path: Path) -> None:
    thief = Browser(proxy, tmp_path)
    there = thief.leave()
    headers = SPOOFED[:spoofed]
    assert thief.get(there, *headers).status == 403
    assert thief.get(there, *headers, *headers).status == 403
    on_main = there.replace(proxy.at(CARDS), proxy.at(MAIN))
    assert thief.get(on_main, *headers).status == 403


def test_a_card_counts_even_beside_a_spoofed_header(proxy: Proxy, tmp_path: Path) -> None:
    other = card("SMPLCU79T31F205Z/6120010099999999.x")
    anna = Browser(proxy, tmp_path, GOOD)
    back = anna.get(anna.leave(), ("Client-Cert", rfc9440(other.der).decode())).header("location")
    home = anna.get(back).header("location")
    assert "ANNA PROVA" in anna.get(proxy.at(MAIN) + home).text


def test_the_main_name_asks_nobody_for_a_certificate(proxy: Proxy) -> None:
    """With TLS 1.2 the handshake itself shows whether the server wants one."""
    asked = {}
    for name in (MAIN, CARDS):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.port}", "-servername", name, "-tls1_2", "-msg"]
        said = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
        ).stdout
        assert "ServerHelloDone" in said
        asked[name] = "CertificateRequest" in said
    assert asked == {MAIN: False, CARDS: True}


def test_a_connection_for_one_name_is_not_used_for_the_other(proxy: Proxy, tmp_path: Path) -> None:
    thief = Browser(proxy, tmp_path)
    there = thief.leave()
    assert thief.get(there, *SPOOFED, sni=MAIN).status in (400, 403, 421)
    anna = Browser(proxy, tmp_path, GOOD)
    assert anna.get(f"{proxy.at(MAIN)}/accesso/cns", sni=CARDS).status in (303, 400, 403, 421)


def test_directly_at_the_program_nobody_gets_in(proxy: Proxy, tmp_path: Path) -> None:
    there = Browser(proxy, tmp_path).leave()
    on_main = there.replace(proxy.at(CARDS), proxy.at(MAIN))
    guessed = ("Omnia-Segreto", "indovinato-indovinato-indovinato-indovinato")
    for headers in (SPOOFED[:1], (SPOOFED[0], guessed)):
        for answer in (plainly(proxy.cards, get(there, *headers)), plainly(proxy.web, get(on_main, *headers))):
            assert answer.status == 403
            assert "Accesso non riuscito" in answer.text
    assert plainly(proxy.web, get(on_main, *SPOOFED[:2])).status == 403, "the right secret, at the wrong port"


def test_a_code_in_another_browser_or_twice_does_nothing(proxy: Proxy, tmp_path: Path) -> None:
    anna, victim = Browser(proxy, tmp_path, GOOD), Browser(proxy, tmp_path)
    back = anna.get(anna.leave()).header("location")
    victim.leave()
    assert victim.get(back).status == 400
    assert anna.get(back).status == 303
    assert anna.get(back).status == 400


CA, OTHER = authority(), authority("Altra CA di prova", "other")
LOST = card()  # like the good one, but for its number


@pytest.mark.parametrize(
    ("crl", "good"),
    [(revocations(CA, LOST) + revocations(OTHER), True), (revocations(OTHER), False)],
    ids=["of each authority", "of another authority alone"],
)
def test_nginx_refuses_a_card_that_was_revoked(crl: str, good: bool, tmp_path: Path) -> None:
    """`ssl_crl`, as the sample has it in a comment; without the CRL of a card's own authority no card passes."""
    with listening() as (ports, seen), running("nginx", tmp_path, ports, crl) as proxy:
        for shows, passes in ((GOOD, good), (LOST, False)):
            seen.clear()
            Browser(proxy, tmp_path, shows).get(f"{proxy.at(CARDS)}/accesso/cns/carta")
            assert ("client-cert" in seen[-1]) is passes


def test_every_answer_says_to_stay_on_https(proxy: Proxy, tmp_path: Path) -> None:
    one = Browser(proxy, tmp_path)
    for url in (f"{proxy.at(MAIN)}/", f"{proxy.at(MAIN)}/nulla", f"{proxy.at(CARDS)}/accesso/cns/carta"):
        assert one.get(url).header("strict-transport-security") == "max-age=63072000; includeSubDomains"
    answer = plainly(proxy.http_port, get(f"http://{MAIN}/entra"))
    assert answer.status in (301, 308)
    assert answer.header("location").startswith("https://")


def test_no_certificate_and_no_code_is_in_the_logs(proxy: Proxy, tmp_path: Path) -> None:
    anna = Browser(proxy, tmp_path, GOOD)
    back = anna.get(anna.leave()).header("location")
    anna.get(back)
    code = back.partition("codice=")[2]
    folder = proxy.trusted.parent
    logs = "".join(path.read_text(errors="replace") for path in folder.glob("*log*") if path.is_file())
    assert code not in logs
    assert ANNA not in logs
