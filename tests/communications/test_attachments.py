"""Attachments, from the file that somebody chooses to what was sent with them."""

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pikepdf import Encryption

from omnia_com.communications import drafts
from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments import kinds, names, uploads
from omnia_com.communications.attachments.contents import Contents, StoreAway
from omnia_com.communications.attachments.kept import LARGEST
from omnia_com.communications.sent import find_sent
from omnia_com.pages.attachments import disposition
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor, said
from tests.helpers.files import (
    EXE,
    HTML,
    SVG,
    about_scripts,
    bomb,
    embedded,
    hidden_script,
    image,
    launch,
    opens_at_a_page,
    padded_pdf,
    pdf,
    png_of,
    script,
    web_page_at_opening,
)
from tests.helpers.people import AUTONOMO, SUBORDINATO
from tests.helpers.steps import posted_draft, send

ANNA = "PRVNNA85E49H501L"
PDF, JPEG, PNG = pdf(), image("JPEG"), image("PNG")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here: nobody waits for a receipt."""
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


@pytest.fixture
def contents(settings: Settings) -> Contents:
    return Contents(settings)


def stored(settings: Settings) -> set[str]:
    """The names of the files in the store."""
    return {f.name for f in (settings.data / "allegati").glob("*")}


async def attached(person: Visitor, *files: tuple[str, bytes]) -> str:
    """A draft with these files; returns its path."""
    draft = await posted_draft(person, SUBORDINATO)
    for name, content in files:
        await person.choose_file(name, content).press("Carica il file")
    return draft


async def test_three_kinds_are_attached_sent_and_taken_away_again(
    anna: Visitor, luca: Visitor, database: asyncpg.Connection, settings: Settings
) -> None:
    draft = await attached(anna, ("contratto.pdf", PDF), ("busta paga.jpeg", JPEG), ("foto.png", PNG))
    assert anna.page.path == draft
    assert anna.page.text.count(">Togli<") == 3
    await send(anna, draft)
    sent = anna.page.path
    row = await database.fetchrow("SELECT allegati, sha256 FROM comunicazione")
    said = json.loads(row["allegati"])
    assert [(a["nome"], a["dimensione"]) for a in said] == [
        ("contratto.pdf", len(PDF)),
        ("busta paga.jpeg", len(JPEG)),
        ("foto.png", len(PNG)),
    ]
    for a, content in zip(said, (PDF, JPEG, PNG), strict=True):
        assert a["sha256"] == hashlib.sha256(content).hexdigest()
        answer = await anna.client.get(f"{sent}/allegati/{a['contenuto']}")
        assert answer.content == content
        assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (a["tipo"], "nosniff")
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        await luca.get(f"{sent}/allegati/{a['contenuto']}", expect=404)
        assert a["contenuto"].replace("-", "") in stored(settings), "under a generated name"
    await anna.get(f"{sent}/ricevuta/stampa")
    assert all(a["sha256"] in anna.page.text and a["nome"] in anna.page.text for a in said)


async def test_the_digest_of_what_was_sent_covers_its_attachments(anna: Visitor, database: asyncpg.Connection) -> None:
    await send(anna, await attached(anna, ("contratto.pdf", PDF)))

    (sent,) = [
        await find_sent("PRVNNA85E49H501L", row["id"]) for row in await database.fetch("SELECT id FROM comunicazione")
    ]
    assert json.loads(sent.canonical())["allegati"] == [
        {"nome": "contratto.pdf", "dimensione": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest()}
    ]
    assert hashlib.sha256(sent.canonical()).hexdigest() == sent.sha256


BAD: dict[str, tuple[str, bytes, str]] = {
    "a program": ("contratto.pdf", EXE, "tipo_non_ammesso"),
    "a drawing with scripts": ("disegno.svg", SVG, "tipo_non_ammesso"),
    "a web page": ("pagina.pdf", HTML, "tipo_non_ammesso"),
    "plain text": ("testo.pdf", b"ciao", "tipo_non_ammesso"),
    "a web page before a PDF": ("contratto.pdf", HTML + PDF, "tipo_non_ammesso"),
    "picture and PDF in one": ("foto.png", PNG[:60] + b"%PDF-1.7" + PNG[60:], "tipo_non_ammesso"),
    "nothing": ("vuoto.pdf", b"", "non_valido"),
    "half a photograph": ("foto.jpg", image("JPEG", 400, 300)[:9000], "non_valido"),
    "half a picture": ("foto.png", image("PNG", 400, 300)[:9000], "non_valido"),
    "half a PDF": ("contratto.pdf", PDF[: len(PDF) // 2], "non_valido"),
    "a PDF with a password": (
        "contratto.pdf",
        pdf(encryption=Encryption(owner="o", user="u")),
        "non_valido",
    ),
    "a PDF that may not be printed": (
        "c.pdf",
        pdf(encryption=Encryption(owner="o")),
        "non_valido",
    ),
    "a script": ("contratto.pdf", pdf(script), "non_valido"),
    "a script in hiding": ("contratto.pdf", hidden_script(), "non_valido"),
    "a program to launch": ("contratto.pdf", pdf(launch), "non_valido"),
    "a page of the web at opening": ("contratto.pdf", pdf(web_page_at_opening), "non_valido"),
    "a program inside": ("contratto.pdf", pdf(embedded("dati.exe", b"x")), "non_valido"),
    "a program inside, renamed": ("contratto.pdf", pdf(embedded("dati.xml", EXE)), "non_valido"),
    "a PDF that unpacks without end": ("contratto.pdf", bomb(), "non_valido"),
    "a picture of a billion dots": ("foto.png", png_of(20000, 20000), "non_valido"),
    "too large": ("contratto.pdf", PDF + bytes(LARGEST), "troppo_grande"),
}


def zipped() -> bytes:
    out = io.BytesIO(PDF)
    out.seek(0, 2)
    with zipfile.ZipFile(out, "a") as z:
        z.writestr("Main.class", b"\xca\xfe\xba\xbe")
    return out.getvalue()


BAD["PDF and archive in one"] = ("contratto.pdf", zipped(), "tipo_non_ammesso")


@pytest.mark.parametrize("what", BAD)
async def test_a_file_that_is_refused_says_why_and_costs_nothing(what: str, anna: Visitor, settings: Settings) -> None:
    name, content, code = BAD[what]
    await attached(anna)
    kept = stored(settings)
    anna.fill(annotazioni="Scritto e non ancora salvato").choose_file(name, content)
    await anna.press("Carica il file")
    assert anna.page.errors == [f"allegati:{code}"]
    assert stored(settings) == kept
    await anna.choose_file("contratto.pdf", PDF).press("Carica il file")
    assert anna.page.value("annotazioni") == "Scritto e non ancora salvato"
    assert anna.page.text.count(">Togli<") == 1


GOOD: dict[str, tuple[str, bytes, str]] = {
    "a PDF that opens at a page": ("a.pdf", pdf(opens_at_a_page), "a.pdf"),
    "a PDF with data inside": ("a.pdf", pdf(embedded("dati.json", b"{}")), "a.pdf"),
    "words about scripts": ("a.pdf", pdf(about_scripts), "a.pdf"),
    "four megabytes": ("a.pdf", padded_pdf(LARGEST), "a.pdf"),
    "a scan at 600 dpi": ("a.png", png_of(4960, 7016), "a.png"),
    "a PDF called program": ("contratto.pdf.exe", PDF, "contratto.pdf"),
    "a picture called PDF": ("foto.pdf", PNG, "foto.png"),
    "a photograph called PNG": ("foto.png", JPEG, "foto.jpg"),
    "no extension": ("contratto", PDF, "contratto.pdf"),
    "a date at the end of a name": ("Contratto del 1.12.2026", PDF, "Contratto del 1.12.2026.pdf"),
    "large letters": ("SCAN.PDF", PDF, "SCAN.pdf"),
    "an archive's name in the middle": ("a.zip.pdf", PDF, "a.zip.pdf"),
}  # fmt: skip


@pytest.mark.parametrize("what", GOOD)
async def test_its_nearest_neighbour_is_taken(what: str, anna: Visitor) -> None:
    name, content, shown = GOOD[what]
    await attached(anna, (name, content))
    assert f'<bdi translate="no">{shown}</bdi> (' in anna.page.text


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (1, "1 kB"),
        (104_857, "102 kB"),
        (104_858, "0,1 MB"),
        (1_258_291, "1,2 MB"),
        (LARGEST - 1, "4,0 MB"),
        (LARGEST, "4,0 MB"),
    ],
)
def test_no_file_that_is_taken_reads_as_larger_than_may_be(size: int, shown: str) -> None:
    assert attachments.Attached(UUID(int=0), "a.pdf", kinds.PDF, size, "").size == shown


async def test_the_largest_reads_the_same_everywhere(anna: Visitor) -> None:
    draft = await attached(anna, ("a.pdf", padded_pdf(LARGEST)))
    assert "a.pdf (4,0 MB)" in said(anna.page.tree)
    for path in (f"{draft}/allegati", f"{draft}/riepilogo"):
        await anna.get(path)
        assert "(4,0 MB" in anna.page.text, path
    await send(anna, draft)
    assert "(4,0 MB)" in anna.page.text
    await anna.get(f"{anna.page.path}/ricevuta/stampa")
    assert "4,0 MB" in anna.page.text


async def test_five_are_the_most(anna: Visitor) -> None:
    draft = await attached(anna, *((f"{n}.png", PNG) for n in range(5)))
    assert "Carica il file" not in anna.page.text
    await anna.get(f"{draft}/allegati")
    assert "prima togline uno" in anna.page.text
    files = {"allegato": ("6.png", PNG)}
    answer = await anna.client.post(f"{draft}/allegati", data={"csrf": anna.page.token}, files=files)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{draft}/allegati?rifiutato=troppi")
    assert (await anna.get(answer.headers["location"])).errors == ["allegati:troppi"]
    await anna.get(draft)
    await anna.press("Togli 3.png")
    await anna.choose_file("6.png", PNG).press("Carica il file")
    assert [n for n in range(7) if f">{n}.png</bdi> (" in anna.page.text] == [0, 1, 2, 4, 6]


async def test_what_was_typed_is_saved_before_the_file_comes(anna: Visitor) -> None:
    draft = await attached(anna)
    anna.fill(datore_lavoro="Beta Esempio S.p.A.").choose_file("a.pdf", PDF)
    await anna.press("Carica il file")
    assert anna.page.value("datore_lavoro") == "Beta Esempio S.p.A."
    anna.fill(datore_lavoro="Gamma Esempio S.p.A.")
    await anna.press("Togli a.pdf")
    assert anna.page.value("datore_lavoro") == "Gamma Esempio S.p.A."
    assert "Togli" not in anna.page.text
    await anna.get(draft)


async def test_the_same_file_twice_is_one(anna: Visitor) -> None:
    """A second click while the first is under way."""
    await attached(anna, ("a.pdf", PDF), ("a.pdf", PDF), ("b.pdf", PDF))
    assert anna.page.text.count(">Togli<") == 2


async def test_lines_end_alike_whoever_sends_them(anna: Visitor) -> None:
    """A browser ends them with CR LF, a script with LF: the same text is no other version."""
    draft = await attached(anna)
    version = anna.page.value("versione")
    texts = {"gruppo_mostrato": "subordinato", "azione": "salva", **SUBORDINATO}
    await anna.post(draft, {**texts, "annotazioni": texts["annotazioni"].replace("\n", "\r\n")})
    assert anna.page.value("versione") == version


async def test_nothing_chosen_is_said(anna: Visitor) -> None:
    await attached(anna)
    await anna.press("Carica il file")
    assert anna.page.errors == ["allegati:non_valido"]
    assert "Prima scegli un file" in anna.page.text


async def test_the_page_of_its_own_does_the_same(anna: Visitor) -> None:
    """A browser that knows no `formaction` is led there."""
    draft = await attached(anna)
    await anna.post(draft, {"azione": "allegati", "gruppo_mostrato": "subordinato", **SUBORDINATO})
    assert anna.page.path == f"{draft}/allegati"
    await anna.choose_file("a.pdf", PDF).press("Carica il file")
    await anna.get(f"{draft}/allegati")
    assert (await anna.client.get(anna.page.link("a.pdf"))).content == PDF
    await anna.press("Togli a.pdf")
    assert anna.page.path == draft
    assert anna.page.value("datore_lavoro") == "Alfa Esempio S.r.l."


async def test_a_stale_page_loses_no_text(anna: Visitor, visitor: Callable[[], Visitor]) -> None:
    draft = await attached(anna)
    other = await visitor().sign_in("P01")
    await other.get(draft)
    await other.fill(annotazioni="Dall’altra finestra").press("Salva")
    anna.fill(annotazioni="Da questa").choose_file("a.pdf", PDF)
    await anna.press("Carica il file", expect=409)
    assert "Da questa" in anna.page.text
    assert "Dall’altra finestra" in anna.page.text


# Names: what the page shows and what the browser saves is the same, and harmless.

NAMES = {
    "contratto.pdf": "contratto.pdf",
    "C:\\Users\\anna\\contratto.pdf": "contratto.pdf",
    "../../etc/passwd.pdf": "passwd.pdf",
    "/etc/cron.d/a.pdf": "a.pdf",
    "perché così è.pdf": "perché così è.pdf",
    "e\u0301.pdf": "é.pdf",
    "契約書.pdf": "契約書.pdf",
    "договор.pdf": "договор.pdf",
    "عقد.pdf": "عقد.pdf",
    "👨\u200d👩\u200d👧.pdf": "👨\u200d👩\u200d👧.pdf",
    "fdp.\u202eexe.pdf": "fdp.exe.pdf",
    "a\u0000b\u0007\u009b.pdf": "ab.pdf",
    "a\r\nSet-Cookie: x=1.pdf": "aSet-Cookie: x=1.pdf",
    'a"; filename="b.exe".pdf': 'a"; filename="b.exe".pdf',
    "<script>alert(1)<!--.pdf": "<script>alert(1)<!--.pdf",
    "a%0d%0ab%22%5c.pdf": "a%0d%0ab%22%5c.pdf",
    ".pdf": "allegato.pdf",
    "  . . .pdf": "allegato.pdf",
    ("W" * 300) + ".pdf": "W" * 96 + ".pdf",
    "con; 'apici' & {{7*7}} $HOME `id`.pdf": "con; 'apici' & {{7*7}} $HOME `id`.pdf",
    "Contratto Alfa S.r.l": "Contratto Alfa S.r.l.pdf",
    "Contratto Alfa S.r.l.": "Contratto Alfa S.r.l.pdf",
    "Busta del sig. Rossi": "Busta del sig. Rossi.pdf",
    "contratto.firmato": "contratto.firmato.pdf",
    "contratto.2": "contratto.2.pdf",
    "contratto 1.12.2026.PDF": "contratto 1.12.2026.pdf",
    "due  spazi\u00a0e\u2028righe.pdf": "due spazi erighe.pdf",
}


def saved_as(header: str) -> str:
    """The name that RFC 6266 makes of a Content-Disposition, by the standard library."""
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    return str(message.get_filename())


async def test_a_name_can_be_shown_and_saved_anywhere(anna: Visitor, database: asyncpg.Connection) -> None:
    assert len(NAMES) == 27
    for given, shown in NAMES.items():
        assert names.clean_name(given, kinds.PDF) == shown, repr(given)
        header = disposition(shown)
        assert header.isascii()
        assert header.isprintable()
        plain = header.split("filename*=")[0]
        assert plain.count('"') == 2
        assert saved_as("attachment; filename*=" + header.split("filename*=")[1]) == shown


@pytest.mark.parametrize(
    "ending", ["exe", "docx", "ODT", "js", "mp4", "html", "png", "bin", "do", "aspx", "tmp", "p7m"]
)
def test_an_ending_that_lies_is_mended(ending: str) -> None:
    """C04"""
    assert names.clean_name(f"Contratto del 1.12.2026.{ending}", kinds.PDF) == "Contratto del 1.12.2026.pdf"
    assert names.clean_name(f"busta.pdf.{ending}", kinds.PDF) == "busta.pdf"


async def test_the_names_come_through_a_form(anna: Visitor) -> None:
    draft = await attached(anna)
    for given in ("perché “così” è.pdf", "C:\\x\\<b>&amp;.pdf", "a\u202efdp.exe.pdf"):
        await anna.choose_file(given, PDF).press("Carica il file")
        await anna.get(f"{draft}/allegati")
        shown = names.clean_name(given, kinds.PDF)
        answer = await anna.client.get(anna.page.link(shown))
        assert answer.content == PDF
        assert saved_as(answer.headers["content-disposition"].replace("filename=", "x=")) == shown
        await anna.press(f"Togli {shown}")


# Whose they are, and what no browser sends.


async def test_only_the_owner_sees_and_changes_them(anna: Visitor, luca: Visitor, database: asyncpg.Connection) -> None:
    draft = await attached(anna, ("a.pdf", PDF))
    row = await database.fetchrow("SELECT id, contenuto FROM allegato")
    await luca.get(f"{draft}/allegati/{row['contenuto']}", expect=404)
    own = await attached(luca)
    await luca.get(f"{own}/allegati/{row['contenuto']}", expect=404)
    await luca.get(own)
    await luca.post(own, {"togli": str(row["id"]), "azione": "salva"})
    token = {"csrf": luca.page.token}
    answer = await luca.client.post(f"{draft}/allegati", data=token, files={"allegato": ("b.pdf", PDF)})
    assert answer.status_code == 404
    await anna.get(draft)
    assert anna.page.text.count(">Togli<") == 1


@pytest.mark.parametrize("token", ["", "A" * 108, None])
async def test_a_file_without_its_token_is_not_taken(
    token: str | None, anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await attached(anna)
    data = {} if token is None else {"csrf": token}
    answer = await anna.client.post(f"{draft}/allegati", data=data, files={"allegato": ("a.pdf", PDF)})
    assert answer.status_code == 403
    foreign = {"csrf": anna.page.token}
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = await anna.client.post(
        f"{draft}/allegati", data=foreign, files={"allegato": ("a.pdf", PDF)}, headers=headers
    )
    assert answer.status_code == 403
    assert await database.fetchval("SELECT count(*) FROM contenuto") == 0


def parts(*parts: str) -> bytes:
    return "".join(f"--b\r\nContent-Disposition: form-data; {part}\r\n" for part in parts).encode() + b"--b--\r\n"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"nothing like it", 400),
        (parts('name="csrf"\r\n\r\n%s', 'name="allegato"; filename="a"\r\n\r\nx')[:-9], 400),
        (parts('name="csrf"\r\n\r\n%s', 'name="altro"; filename="a"\r\n\r\nx'), 400),
        (parts('name="csrf"\r\n\r\n%s', *['name="allegato"; filename="a"\r\n\r\nx'] * 2), 400),
        (parts('name="csrf"\r\nContent-Type: text/plain; charset=klingon\r\n\r\n%s'), 400),
        (parts('name="csrf"\r\n\r\n%s', 'name="annotazioni"\r\n\r\n' + "x" * 300_000), 413),
    ],
    ids=["broken", "cut short", "another name", "two files", "charset", "too much text"],
)
async def test_what_no_browser_sends_is_answered_in_words(body: bytes, status: int, anna: Visitor) -> None:
    draft = await attached(anna)
    body = body.replace(b"%s", anna.page.token.encode())
    kind = {"content-type": "multipart/form-data; boundary=b"}
    answer = await anna.client.post(f"{draft}/allegati", content=body, headers=kind)
    assert answer.status_code == status
    assert "<h1>" in answer.text


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_hundred_megabytes_are_refused_in_words(chunked: bool, anna: Visitor, settings: Settings) -> None:
    draft = await attached(anna)
    head = parts(f'name="csrf"\r\n\r\n{anna.page.token}', 'name="allegato"; filename="a.pdf"\r\n\r\n')[:-9]
    sent = 0

    async def body() -> Any:
        nonlocal sent
        yield head
        for _ in range(1600):
            sent += 1 << 16
            yield bytes(1 << 16)

    headers = {"content-type": "multipart/form-data; boundary=b"}
    if not chunked:
        headers["content-length"] = str(len(head) + 1600 * (1 << 16))
    answer = await anna.client.post(f"{draft}/allegati", content=body(), headers=headers)
    assert answer.status_code == 413
    assert "al massimo 4 MB" in answer.text


# What becomes of them.


async def test_a_rettifica_starts_with_the_same_attachments(
    anna: Visitor, database: asyncpg.Connection, settings: Settings, contents: Contents
) -> None:
    await send(anna, await attached(anna, ("a.pdf", PDF), ("b.png", PNG)))
    first = anna.page.path
    await anna.press("Rettifica")
    draft = anna.page.path
    assert anna.page.text.count(">Togli<") == 2
    await anna.press("Togli a.pdf")
    await anna.choose_file("c.jpg", JPEG).press("Carica il file")
    await send(anna, draft)
    assert await database.fetchval("SELECT count(*) FROM contenuto") == 3, "shared, not copied"
    names = [
        json.loads(row["allegati"])
        for row in await database.fetch("SELECT allegati FROM comunicazione ORDER BY protocollo")
    ]
    assert [[a["nome"] for a in said] for said in names] == [["a.pdf", "b.png"], ["b.png", "c.jpg"]]
    await attachments.forget_unused(contents)
    await anna.get(first)
    assert (await anna.client.get(anna.page.link("Scarica a.pdf"))).content == PDF


async def test_what_nothing_refers_to_is_removed_and_what_was_sent_stays(
    anna: Visitor, contents: Contents, settings: Settings, database: asyncpg.Connection
) -> None:
    before = stored(settings)
    await send(anna, await attached(anna, ("a.pdf", PDF)))
    sent = anna.page.path
    draft = await attached(anna, ("b.png", PNG), ("c.jpg", JPEG))
    await attachments.forget_unused(contents)
    assert len(stored(settings) - before) == 3
    await anna.press("Togli b.png")
    await attachments.forget_unused(contents)
    assert len(stored(settings) - before) == 2
    await anna.get(f"{draft}/elimina")
    await anna.press("Elimina definitivamente")
    old = await attached(anna, ("d.png", PNG))
    await database.execute("UPDATE bozza SET aggiornata = now() - interval '366 days'")
    await drafts.forget_old_drafts(settings.conserva_bozze)
    await anna.get(old, expect=404)
    await database.execute("UPDATE contenuto SET creato = creato - interval '2 days'")
    await attachments.forget_unused(contents)
    assert len(stored(settings) - before) == 1
    assert await database.fetchval("SELECT count(*) FROM contenuto") == 1
    await anna.get(sent)
    assert (await anna.client.get(anna.page.link("Scarica a.pdf"))).content == PDF


async def test_what_the_store_does_not_remove_now_is_removed_later_and_keeps_nothing_else(
    anna: Visitor, contents: Contents, settings: Settings, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(settings)
    await attached(anna, ("a.pdf", PDF), ("b.png", PNG))
    await database.execute("DELETE FROM allegato")
    await database.execute("UPDATE contenuto SET creato = creato - interval '2 days'")
    stuck = await database.fetchval("SELECT id FROM contenuto ORDER BY creato")
    genuine = contents.remove

    async def remove(id: UUID) -> None:
        if id == stuck:
            raise StoreAway
        await genuine(id)

    with monkeypatch.context() as failing:
        failing.setattr(contents, "remove", remove)
        await attachments.forget_unused(contents)
    assert stored(settings) - before == {stuck.hex}
    await attachments.forget_unused(contents)
    assert stored(settings) == before
    assert await database.fetchval("SELECT count(*) FROM contenuto") == 0


async def test_the_database_keeps_what_was_sent(anna: Visitor, database: asyncpg.Connection) -> None:
    await send(anna, await attached(anna, ("a.pdf", PDF)))
    for command in (
        "DELETE FROM contenuto",
        "UPDATE contenuto SET inviato = false",
        "UPDATE contenuto SET stato = 'tolto'",
        "UPDATE contenuto SET sha256 = repeat('0', 64)",
        "UPDATE contenuto SET dimensione = 1",
        "UPDATE comunicazione SET allegati = '[]'",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await database.execute(command)


async def test_an_attachment_added_meanwhile_is_seen_before_sending(
    anna: Visitor, visitor: Callable[[], Visitor]
) -> None:
    draft = await attached(anna)
    await anna.get(f"{draft}/riepilogo")
    other = await visitor().sign_in("P01")
    await other.get(draft)
    await other.choose_file("a.pdf", PDF).press("Carica il file")
    anna.fill(dichiarazione_veridicita="si", dichiarazione_privacy="si")
    await anna.press("Invia la comunicazione", expect=409)
    assert "a.pdf" in anna.page.text


async def test_the_draft_is_sent_while_a_file_is_on_its_way(
    anna: Visitor, settings: Settings, contents: Contents, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, AUTONOMO)
    id = await uploads.begin(ANNA, 100)
    await send(anna, draft)
    with tempfile.TemporaryFile() as file:
        file.write(PDF)
        upload = uploads.Upload(id, file, "a.pdf", len(PDF), hashlib.sha256(PDF).hexdigest())
        assert not await uploads.take(ANNA, UUID(draft.rpartition("/")[2]), upload, contents, "")
    assert id.hex not in stored(settings)
    assert await database.fetchval("SELECT stato FROM contenuto") == "tolto"


async def test_there_is_a_daily_limit(anna: Visitor, database: asyncpg.Connection) -> None:
    await attached(anna)
    await database.execute(
        "INSERT INTO contenuto (id, dichiarante, stato) "
        "SELECT gen_random_uuid(), 'PRVNNA85E49H501L', 'tolto' FROM generate_series(1, 100)"
    )
    anna.fill(annotazioni="Non si perde").choose_file("a.pdf", PDF)
    await anna.press("Carica il file", expect=429)
    assert "troppi file" in anna.page.text


async def test_own_data_and_the_draft_pdf_name_them(anna: Visitor, database: asyncpg.Connection) -> None:
    await attached(anna, ("a.pdf", PDF))
    await anna.press("Esporta in PDF")
    sheet = json.loads(await database.fetchval("SELECT contenuto FROM documento WHERE tipo = 'esportazione'"))
    assert [a["name"] for a in sheet["attachments"]] == ["a.pdf"]
    await anna.get("/dati")
    (own,) = json.loads(anna.page.response.content)["allegati"]
    assert (own["nome"], own["dimensione"]) == ("a.pdf", len(PDF))


def test_temporary_files_have_no_names(settings: Settings) -> None:
    assert list((settings.data / "in-arrivo").glob("*")) == []
    assert not list(Path(settings.data).glob("*.pdf"))
