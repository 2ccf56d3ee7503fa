"""The sheet as a PDF: conformance, exact repetition, what it may not reach, and a browser that dies."""

import asyncio
import io
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import page
import pikepdf
import pytest
from playwright.async_api import Error as PlaywrightError

from omnia_com.documents import qr
from omnia_com.documents.pdf.finish import finish, saved
from omnia_com.documents.pdf.metadata import attach
from omnia_com.documents.pdf.structure import _elements
from omnia_com.documents.pdf.text import contains_text, pages_text
from omnia_com.documents.printing import print_html
from omnia_com.documents.sheet import AttachmentRow, Check, Section, Sheet
from omnia_com.form.rows import Row
from omnia_com.settings import read
from omnia_com.workers import browser as chromium
from omnia_com.workers.browser import Browser, BrowserUnavailable, DriverGone, NotPrinted, Tab
from omnia_com.workers.main import beat, every
from omnia_com.workers.own_folder import OwnFolder
from tests.helpers.waiting import PATIENCE

WHEN = datetime(2026, 11, 23, 8, 14, tzinfo=UTC)
JSON = '{"annotazioni": "😀 é \\u0000", "protocollo": "OMNIACOM.2026.0000001"}'.encode()
HOSTILE = (
    "<b>\"' &amp; {{7*7}} </style></title><script>alert(1)</script> 😀👨‍👩‍👧 مرحبا 你好 \x00\x07\x1b \u202eabc\u202c "
    "e\u0301 x\u0323 Київ Ελλάδα Nguyễn \ud800 \ue000 \U0010ffff fine\u00adparola \t fi ffi \\22 */ ]]>"
)
NOTE = "\n\n".join(f"Riga {n}: il contratto prevede turni nei fine settimana, di sera." for n in range(31))
QR_TEXT = "https://omnia.example.it/verifica#OMNIACOM.2026.0000001/7K3M-9QXT-2D4F"


def rows(*pairs: tuple[str, str]) -> tuple[Row, ...]:
    return tuple(Row(label, value) for label, value in pairs)


PERSON = Section(
    "Dati del lavoratore",
    rows(("Nome", "Anna"), ("Cognome", "Prova"), ("Codice fiscale", "PRVNNA85E49H501L"), ("Telefono", "Non indicato")),
)


def job(note: str = "Non indicato") -> Section:
    asked = [(f"Etichetta del campo numero {n}", f"valore {n}") for n in range(18)]
    return Section("Lavoro subordinato", rows(*asked, ("Ulteriori annotazioni", note)))


RECEIPT = Sheet(
    heading="Ricevuta della Comunicazione di Rioccupazione",
    banner="Ambiente dimostrativo, non collegato a INPS",
    facts=rows(("Data di invio della comunicazione", "23/11/2026 09:14"), ("Protocollo", "OMNIACOM.2026.0000001")),
    sections=(PERSON, job()),
    attachments=(AttachmentRow("contratto.pdf", "1,2 MB", "9f" * 32), AttachmentRow("foto.png", "312 kB", "60" * 32)),
    declarations=("Le informazioni fornite sono vere.", "Ho letto l’informativa."),
    declarations_version="2026-11",
    sha256="2c" * 32,
    check=Check("https://omnia.example.it/verifica", "7K3M-9QXT-2D4F", *qr.drawn(QR_TEXT)),
    ente="Ente dimostrativo",
    footer="Protocollo OMNIACOM.2026.0000001",
)
NAMES = (
    "Adébáyọ\u0300 Ọ\u0300ṣun",
    "Chị\u0300amaka Ụ\u0301zọ\u0301",
    "ė\u0301 į\u0301 ų\u0303 i\u0307\u0301 j\u0303",
    "за\u0301мок",
    "Ẹ\u0301 m\u0300 ɛ\u0301 ŋ\u0301",
)
SIGNS = "almeno ≤ 5, ≥ 3 → avanti ✓ ✔ ✗ • ● ★ ☎ ‰ ⅓ x⁴ H₂O"
HOSTILE_ROW = Row(HOSTILE, HOSTILE)
SHEETS = {
    "ricevuta": RECEIPT,
    "minima": Sheet(heading="Ricevuta"),
    "bozza": Sheet(heading="Comunicazione", state="BOZZA, NON INVIATA", sections=(PERSON, job()), footer="Bozza"),
    "annullamento": Sheet(
        heading="Ricevuta dell’annullamento",
        facts=rows(("Protocollo", "OMNIACOM.2026.0000002"), ("Annulla la comunicazione", "OMNIACOM.2026.0000001")),
        sections=(Section("Annullamento", rows(("Motivo", "Il lavoro non è iniziato"))),),
        attachments=None,
    ),
    "annotazione lunga": Sheet(heading="Ricevuta", sections=(job(NOTE),)),
    "annotazione di sole righe": Sheet(heading="Ricevuta", sections=(job("a\n" * 300),)),
    "nomi del mondo": Sheet(
        heading="Ricevuta", facts=rows(*(("Nome", name) for name in NAMES)), sections=(job(SIGNS),)
    ),
    "emoji": Sheet(heading="Ricevuta", sections=(job("😀" * 2000),)),
    "ostile": Sheet(
        heading=HOSTILE,
        banner=HOSTILE,
        state=HOSTILE,
        ente=HOSTILE,
        footer=HOSTILE,
        facts=(HOSTILE_ROW,),
        sections=(Section(HOSTILE, (HOSTILE_ROW,)),),
        attachments=(AttachmentRow(HOSTILE, "1 kB", "a" * 64),),
        declarations=(HOSTILE,),
    ),
    "parole lunghe": Sheet(heading="W" * 200, facts=rows(("W" * 90, "W" * 200)), sections=(job("W" * 2000),)),
    "molte righe": Sheet(heading="Ricevuta", sections=(Section("Prova", rows(*[("Campo", "valore " * 40)] * 20)),)),
}


@pytest.fixture(scope="module", autouse=True)
def in_no_hurry() -> Iterator[None]:
    """How soon a person has a receipt is for `bench/` to say."""
    with pytest.MonkeyPatch.context() as patient:
        for limit in ("RENDER_LIMIT", "SHORT_LIMIT", "LAUNCH_LIMIT"):
            patient.setattr(chromium, limit, PATIENCE)
        yield


@pytest.fixture(scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with new_browser(tmp_path_factory.mktemp("data")) as browser:
        assert browser.available, "serve un Chromium: python -m omnia_com.documents.find_chromium get"
        yield browser


def new_browser(data: Path, **environ: str) -> Browser:
    return Browser(read({**os.environ, "OMNIA_DATA": str(data), **environ})[0])


async def printed(browser: Browser, sheet: Sheet) -> bytes:
    raw = await browser.pdf(print_html(sheet))
    return finish(raw, title=sheet.title, when=WHEN, attachment=("comunicazione.json", JSON))


async def browser_pid(browser: Browser) -> int:
    assert browser._program
    session = await browser._program.new_browser_cdp_session()
    processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    return next(int(process["id"]) for process in processes if process["type"] == "browser")


def parent(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        return int(stat.read_text().rpartition(")")[2].split()[1])
    return int(subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, check=True).stdout)


@pytest.mark.parametrize("name", SHEETS)
async def test_every_sheet_is_for_the_archive_and_for_every_reader(browser: Browser, name: str) -> None:
    pdf = await printed(browser, SHEETS[name])
    for profile in ("pdf-ua-1", "pdf-a-3a"):
        report = page.validate_pdf_bytes(pdf, profile=profile)
        assert [(f.rule_id, f.message) for f in report.failures] == []
    assert await printed(browser, SHEETS[name]) == pdf


def test_no_stream_ends_so_that_its_length_is_in_doubt() -> None:
    """Of a thousand little documents some have a stream that ends in CR; saved by us none has, and nothing is lost."""
    odd = 0
    for n in range(1500):
        data = str(n * 7919).encode() * 9
        with pikepdf.new() as document:
            document.add_blank_page()
            attach(document, "dati.json", data, when=WHEN)
            document.Root.Prova = document.make_stream(data)
            plain = io.BytesIO()
            document.save(plain)
            odd += b"\r\nendstream" in plain.getvalue()
            body = saved(document)
        assert b"\r\nendstream" not in body
        with pikepdf.open(io.BytesIO(body)) as again:
            assert again.attachments["dati.json"].get_file().read_bytes() == data
            assert again.Root.Prova.read_bytes().rstrip(b"\n") == data
    assert odd


async def test_another_browser_prints_the_same_bytes(browser: Browser, tmp_path: Path) -> None:
    async with new_browser(tmp_path) as other:
        for name in ("molte righe", "ostile", "ricevuta"):
            assert await printed(other, SHEETS[name]) == await printed(browser, SHEETS[name])


async def test_all_that_was_typed_is_in_the_pages(browser: Browser) -> None:
    pdf = await printed(browser, SHEETS["annotazione lunga"])
    assert [line for line in NOTE.splitlines() if not contains_text(pdf, line)] == []
    hostile = await printed(browser, SHEETS["ostile"])
    for words in (
        "<b>\"' &amp; {{7*7}}",
        "<script>alert(1)</script>",
        "[U+1F600 U+1F468",
        "é x\u0323 Київ Ελλάδα Nguyễn",
    ):
        assert contains_text(hostile, words)


async def test_names_of_the_world_are_drawn_as_they_are(browser: Browser) -> None:
    """C31, C32: in words, and each mark by the typeface of its letter, which places it; the receipt stays small."""
    pdf = await printed(browser, SHEETS["nomi del mondo"])
    assert [words for words in (*NAMES, *SIGNS.split()) if not contains_text(pdf, words)] == []
    assert not contains_text(pdf, "[U+")
    assert len(pdf) < 48 * 1024
    with pikepdf.open(io.BytesIO(pdf)) as document:
        fonts = [str(f.BaseFont) for f in document.pages[0].Resources.Font.values()]
        spans = [" ".join(fonts_of(document.pages[0], words)) for words in ("ọ\u0300", "į\u0301", "m\u0300")]
    assert len(fonts) < 12
    assert [span.partition("+")[2] for span in spans] == ["NotoSans-Regular"] * 3


def fonts_of(page: pikepdf.Page, words: str) -> list[str]:
    """The fonts of the glyphs that stand for these *words* together."""
    found: list[str] = []
    inside = False
    for instruction in pikepdf.parse_content_stream(page, "BDC EMC Tf"):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Tf":
            found += [str(page.obj.Resources.Font[str(operands[0])].BaseFont)] * inside
        else:
            inside = operator == "BDC" and str(operands[-1].get("/ActualText", "")) == words
    return sorted(set(found))


async def test_the_protocol_that_is_looked_for_is_the_one_that_is_shown(browser: Browser) -> None:
    pdf = await printed(browser, RECEIPT)
    assert contains_text(pdf, "OMNIACOM.2026.0000001")
    assert not contains_text(pdf, "OMNIACOM.2026.0000002")
    assert not contains_text(await printed(browser, SHEETS["minima"]), "OMNIACOM.2026.0000001")


async def test_what_the_document_says_of_itself(browser: Browser) -> None:
    with pikepdf.open(io.BytesIO(await printed(browser, SHEETS["ostile"]))) as pdf:
        assert pdf.attachments["comunicazione.json"].get_file().read_bytes() == JSON
        assert pdf.attachments["comunicazione.json"].relationship == pikepdf.Name.Data
        assert str(pdf.docinfo["/ModDate"]) == "D:20261123081400+00'00'"
        assert "Chrom" not in str(pdf.docinfo["/Producer"])
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == str(pdf.docinfo["/Title"])
            assert "<b>\"' &amp; {{7*7}} </style>" in metadata["dc:title"]


async def test_the_qr_is_a_figure_with_words(browser: Browser) -> None:
    with pikepdf.open(io.BytesIO(await printed(browser, RECEIPT))) as pdf:
        figures = [e for e in _elements(pdf.Root.StructTreeRoot) if str(e.S) == "/Figure"]
        assert [str(figure.Alt) for figure in figures] == ["Codice QR che porta alla pagina di verifica"]
        assert [name for page in pdf.pages for name in page.get_images()] == []


@pytest.fixture
async def canary() -> AsyncIterator[tuple[str, list[bytes]]]:
    """The address of a server, and the requests that it got."""
    calls: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(await reader.readline())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", calls


async def test_a_page_reaches_neither_network_nor_files_nor_runs_scripts(
    browser: Browser, canary: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    at, calls = canary
    secret = tmp_path / "secret.html"
    secret.write_text("segreto")
    pdf = await browser.pdf(
        f"<title>t</title><link rel=stylesheet href={at}/c><img src={at}/i><iframe src={at}/f></iframe>"
        f"<iframe src=file://{secret}></iframe><object data=file://{secret}></object>"
        "<p id=p>prima<script>document.getElementById('p').textContent='eseguito'</script>"
    )
    text = "".join(pages_text(pdf))
    assert "prima" in text
    assert "eseguito" not in text
    assert "segreto" not in text
    await asyncio.sleep(0.1)
    assert calls == []


async def test_a_page_that_would_go_elsewhere_gets_nowhere(browser: Browser, canary: tuple[str, list[bytes]]) -> None:
    """It is printed before it goes, or not at all; the next one is not harmed."""
    at, calls = canary
    with suppress(NotPrinted):
        await browser.pdf(f"<title>t</title><meta http-equiv=refresh content='0;url={at}/m'><p>prima")
    assert calls == []
    assert contains_text(await printed(browser, RECEIPT), "OMNIACOM.2026.0000001")


async def test_a_killed_browser_is_started_again(browser: Browser) -> None:
    before = await printed(browser, RECEIPT)
    os.kill(await browser_pid(browser), signal.SIGKILL)
    assert await printed(browser, RECEIPT) == before
    pid = await browser_pid(browser)
    meanwhile = [asyncio.ensure_future(printed(browser, RECEIPT)) for _ in range(6)]
    await asyncio.sleep(0.03)
    os.kill(pid, signal.SIGKILL)
    assert await asyncio.gather(*meanwhile) == [before] * 6


async def test_a_page_that_takes_too_long_fails_once_and_harms_no_other(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Sheet(heading="Comunicazione", sections=(job("a\n" * 125_000),))
    tries = []
    genuine = Tab.pdf

    async def pdf(tab: Tab, html: str) -> bytes:
        """Only the long one has little time."""
        tries.append(len(html))
        monkeypatch.setattr(chromium, "RENDER_LIMIT", 2 if len(html) > 125_000 else PATIENCE)
        return await genuine(tab, html)

    monkeypatch.setattr(Tab, "pdf", pdf)
    pid = await browser_pid(browser)
    long = asyncio.ensure_future(printed(browser, endless))
    while not long.done():
        assert contains_text(await printed(browser, RECEIPT), "OMNIACOM.2026.0000001")
    with pytest.raises(NotPrinted):
        await long
    assert await browser_pid(browser) == pid
    assert len([size for size in tries if size > 125_000]) == 1


async def test_a_page_that_breaks_each_time_is_not_want_of_a_browser(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def pdf(tab: Tab, html: str) -> bytes:
        raise PlaywrightError("Page crashed")

    with monkeypatch.context() as broken:
        broken.setattr(Tab, "pdf", pdf)
        with pytest.raises(NotPrinted):
            await browser.pdf("<p>mai")
    await printed(browser, RECEIPT)


async def test_contexts_are_renewed(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.workers.browser.RENDERS_PER_CONTEXT", 2)
    before = await printed(browser, RECEIPT)
    for _ in range(4):
        assert await printed(browser, RECEIPT) == before
    assert browser._program
    assert len(browser._program.contexts) <= 2


async def test_a_dead_driver_ends_the_worker(tmp_path: Path) -> None:
    async with new_browser(tmp_path) as browser:
        os.kill(parent(await browser_pid(browser)), signal.SIGKILL)
        with pytest.raises(DriverGone):
            await browser.pdf("<p>mai")


async def test_a_driver_that_dies_while_there_is_no_browser_ends_the_worker_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(BaseException):
        pass

    def exit(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr("omnia_com.workers.turns.os._exit", exit)
    async with new_browser(tmp_path) as browser:
        os.kill(parent(await browser_pid(browser)), signal.SIGKILL)
        browser._program, browser.available = None, False  # as after a Chromium that did not start
        with pytest.raises(Ended, match="1"):
            await asyncio.wait_for(every(0.01, "battito", lambda: beat(browser)), PATIENCE)


async def test_without_a_browser_it_says_so_and_goes_on(tmp_path: Path) -> None:
    async with new_browser(tmp_path, OMNIA_CHROMIUM="/non/esiste") as browser:
        assert not browser.available
        with pytest.raises(BrowserUnavailable, match="Per averlo"):
            await browser.pdf("<p>mai")


async def test_a_driver_that_does_not_start_is_a_browser_to_wait_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "/bin/false")
    async with new_browser(tmp_path) as browser:
        assert not browser.available
        with pytest.raises(BrowserUnavailable, match="Playwright non si avvia"):
            await browser.pdf("<p>mai")
        monkeypatch.delenv("PLAYWRIGHT_NODEJS_PATH")
        await browser.start()
        assert contains_text(await printed(browser, RECEIPT), "OMNIACOM.2026.0000001")
    OwnFolder.in_(tmp_path / "tmp").release()
    assert [folder.name for folder in (tmp_path / "tmp").iterdir()] == ["chromium-0"], "it was let go"


async def test_a_killed_browsers_files_are_swept_at_the_next_start(tmp_path: Path) -> None:
    left = tmp_path / "tmp" / "chromium-0" / "playwright_chromiumdev_profile-x"
    left.mkdir(parents=True)
    async with new_browser(tmp_path) as browser:
        assert not left.exists()
        assert any((tmp_path / "tmp" / "chromium-0").glob("playwright*")), browser
