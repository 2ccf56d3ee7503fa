"""Which files are taken: what every reader opens, small faults included; C… is a report from the public."""

import asyncio
import io
import re
import signal
import sys
import zlib
from typing import Any

import asyncpg
import pikepdf
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from omnia_com.communications.attachments import inspection, names, uploads
from omnia_com.communications.attachments.kinds import JPEG, PDF, PNG, NotTaken
from omnia_com.form.messages import REFUSALS
from tests.helpers import files, odd_files
from tests.helpers.browsing import Visitor
from tests.helpers.odd_files import iso_media, jpeg, objects, png_with, start_at, stream, updated, written, zipped
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft


def verdict(data: bytes) -> str:
    """The media type, or the reason for which it is not taken."""
    try:
        return inspection.inspect(io.BytesIO(data))
    except NotTaken as e:
        return str(e)


GOOD = written(objects())
PACKED = odd_files.with_object_streams(objects())
TWO_WAYS = GOOD.replace(b"/Root 1 0 R", b"/Root 1 0 R /XRefStm 15")
MIME = b"--uuid:1234\r\nContent-Type: application/pdf\r\n\r\n"


def high_numbers() -> bytes:
    """As a part that was cut out of a large document, with its old numbers."""
    made = re.sub(rb"\b([1-5]) 0 (obj|R)\b", rb"810\1 0 \2", GOOD)
    return re.sub(rb"xref\n0 6\n.*\n", b"xref\n8101 5\n", made)


SMALL_FAULTS: dict[str, bytes] = {
    "C07 a blank line first": b"\r\n" + GOOD,
    "C07 twenty blanks first": b" " * 20 + GOOD,
    "C07 a byte order mark first": b"\xef\xbb\xbf" + GOOD,
    "C07 a MIME boundary first": MIME + GOOD,
    "C07 headers of HTTP first": b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 593\r\n\r\n" + GOOD,
    "C07 a warning of PHP first": b"<br />\n<b>Warning</b>: Undefined variable in <b>/a.php</b><br />\n" + GOOD,
    "C07 a thousand bytes first": b"\n" * 1000 + GOOD,
    "C07 the same with objects packed": b"\r\n" + PACKED,
    "C08 the place of the table is off by two": start_at(GOOD, lambda at: at + 2),
    "C08 the place of the table is zero": start_at(GOOD, lambda _: 0),
    "C08 the place of the table is far away": start_at(GOOD, lambda _: 10**9),
    "C08 no place of the table": GOOD[: GOOD.index(b"startxref")],
    "C08 no table": GOOD[: GOOD.index(b"xref\n")] + GOOD[GOOD.index(b"trailer") : GOOD.index(b"startxref")],
    "C08 the table starts at one": GOOD.replace(b"xref\n0 6\n", b"xref\n1 6\n"),
    "C08 the table says less": GOOD.replace(b"xref\n0 6\n", b"xref\n0 4\n"),
    "C08 lines of the table of 19 bytes": GOOD.replace(b" n \n", b" n\n").replace(b" f \n", b" f\n"),
    "C08 every place is off by seven": GOOD.replace(b"1 0 obj", b"% abcd\n1 0 obj", 1),
    "C08 the same with objects packed": start_at(PACKED, lambda at: at + 2),
    "C08 objects packed, no place": PACKED[: PACKED.index(b"startxref")],
    "C08 updated, the second table is elsewhere": start_at(updated(GOOD, {4: stream(b"BT ET")}), lambda at: at + 2),
    "C08 numbers that the table has no room for": high_numbers(),
    "C08 the last table is nowhere": updated(PACKED, {}).replace(b"xref\ntrailer", b"xxxx\ntrailer"),
    "a stream that unpacks to nothing": written(objects(o4=stream(zlib.compress(b""), head=b"/Filter /FlateDecode"))),
    "more behind what is packed": written(
        objects(o4=stream(zlib.compress(odd_files.CONTENT) + bytes(600), head=b"/Filter /FlateDecode"))
    ),
    "a version that is none": GOOD.replace(b"%PDF-1.4", b"%PDF-x.y"),
    "no version": GOOD.replace(b"%PDF-1.4", b"%PDF-"),
    "version two": GOOD.replace(b"%PDF-1.4", b"%PDF-2.0"),
    "no end": GOOD.replace(b"%%EOF", b""),
    "a web page after it": GOOD + b"<html>" + b"x" * 2000,
    "zeros after it": GOOD + bytes(5000),
    "a stream said to be longer": written(objects(o4=stream(odd_files.CONTENT, 400))),
    "a stream said to be shorter": written(objects(o4=stream(odd_files.CONTENT, 4))),
    "a stream said to be empty": written(objects(o4=stream(odd_files.CONTENT, 0))),
    "a stream without its check sum": written(
        objects(o4=stream(zlib.compress(odd_files.CONTENT)[:-4], head=b"/Filter /FlateDecode"))
    ),
    "a profile that does not unpack": written(
        objects(catalog=b"/Metadata 9 0 R", o9=stream(b"not packed", head=b"/Filter /FlateDecode"))
    ),
    "ends of lines of old Macs": GOOD.replace(b"\nendobj\n", b"\rendobj\r"),
    "C13 a check sum of a text is wrong": png_with((b"tEXt", b"a\0b")).replace(b"tEXta\0b", b"tEXta\0c"),
    "C13 two megabytes of packed text": png_with((b"zTXt", b"a\0\0" + files.packed_zeros(2 << 20))),
    "C13 packed text of another language": png_with((b"iTXt", b"a\0\1\0\0\0" + files.packed_zeros(9 << 20))),
    "C13 a packed text that does not unpack": png_with((b"zTXt", b"a\0\0nothing packed")),
    "C13 a profile of colours that is none": png_with((b"iCCP", b"a\0\0nothing packed")),
    "C13 notes of the camera that are none": png_with((b"eXIf", b"nothing"), (b"pHYs", b"\0"), (b"tIME", b"")),
    "a picture without an end": png_with(end=False),
    "a picture cut in its last check sum": png_with()[:-14],
    "a picture with more after it": png_with() + bytes(1000),
    "C15 five pixels high": jpeg(2000, 5),
    "C15 five pixels wide": jpeg(5, 2000),
    "C15 seven by seven": jpeg(7, 7),
    "C15 one pixel": jpeg(1, 1),
    "C15 one pixel that is no photograph": files.image("PNG", 1, 1),
    "a photograph without an end": jpeg(300, 200)[:-2],
    "a photograph without half an end": jpeg(300, 200)[:-1],
    "a photograph without its last bytes": jpeg(300, 200)[:-12],
    "a photograph in several scans, without an end": jpeg(300, 200, progressive=True)[:-2],
    "a photograph in several scans, without the last": jpeg(300, 200, progressive=True)[:-200],
    "a photograph with more after it": jpeg(300, 200) + bytes(1000),
    "a photograph with notes that are none": jpeg(40, 30)[:2] + b"\xff\xe1\0\x09Exif\0\0x" + jpeg(40, 30)[2:],
    "a photograph of two pictures": jpeg(40, 30)[:2] + b"\xff\xe2\0\x08MPF\0xx" + jpeg(40, 30)[2:] + jpeg(9, 9),
    "a photograph that is turned": jpeg(
        40, 30, exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
    ),
}


@pytest.mark.parametrize("what", SMALL_FAULTS)
def test_a_file_that_readers_open_is_taken(what: str) -> None:
    assert verdict(SMALL_FAULTS[what]) in (PDF, JPEG, PNG)


LINK = b"/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A %s >>]"
FIELD = b"/AcroForm << /Fields [<< /FT /Tx /T (nome) /V (Rossi) %s >>] >>"
JS = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
HARMLESS: dict[str, bytes] = {
    "an empty tree of scripts": written(objects(b"/Names << /JavaScript << /Names [] >> >>")),
    "an emptier tree of scripts": written(objects(b"/Names << /JavaScript << >> >>")),
    "an empty tree of scripts of its own": written(objects(b"/Names << /JavaScript 9 0 R >>", o9=b"<< /Kids [] >>")),
    "an empty tree in a file to be repaired": start_at(
        written(objects(b"/Names << /JavaScript << /Names [] >> >>")), lambda _: 0
    ),
    "a typeface called JS": written(objects()).replace(b"/F1 ", b"/JS "),
    "a picture called JS": written(
        objects(
            o3=b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /JS 9 0 R >> >> >>",
            o9=stream(b"", head=b"/Type /XObject /Subtype /Form /BBox [0 0 1 1]"),
        )
    ),
    "words about scripts": written(objects(o9=b"<< /Title (/S /JavaScript /JS) >>")),
    "an address": written(objects(page=LINK % b"<< /S /URI /URI (https://example.org) >>")),
    "a page of its own": written(objects(page=LINK % b"<< /S /GoTo /D [3 0 R /Fit] >>")),
    "it opens at a page": written(objects(b"/OpenAction [3 0 R /Fit]")),
    "it opens the printing": written(objects(b"/OpenAction << /S /Named /N /Print >>")),
    "a form": written(objects(FIELD % b"")),
    "two tables": TWO_WAYS,
    "objects packed": PACKED,
    "for the web": files.pdf(linearize=True),
    "updated": updated(GOOD, {4: stream(b"BT ET")}),
    "a script that an update took away": updated(written(objects(b"/OpenAction " + JS)), {1: objects()[1]}),
    "data inside": files.pdf(files.embedded("dati.xml", b"<a/>")),
}
ACTIVE: dict[str, bytes] = {
    "a script at opening": written(objects(b"/OpenAction " + JS)),
    "a script after a page": written(objects(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next %s >>" % JS)),
    "an address after a page": written(
        objects(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next << /S /URI /URI (https://a.example) >> >>")
    ),
    "a script of the document": written(objects(b"/Names << /JavaScript << /Names [(a) %s] >> >>" % JS)),
    "a script of the page": written(objects(page=b"/AA << /O %s >>" % JS)),
    "a script of a field": written(objects(FIELD % (b"/AA << /F %s >>" % JS))),
    "a script in a stream": written(objects(page=LINK % b"<< /S /JavaScript /JS 9 0 R >>", o9=stream(b"app.alert(1)"))),
    "a script by a name elsewhere": written(objects(page=LINK % b"<< /S 9 0 R /JS (x) >>", o9=b"/JavaScript")),
    "a launch by a name elsewhere": written(objects(page=LINK % b"<< /S 9 0 R /F (x.exe) >>", o9=b"/Launch")),
    "a script with escapes": written(objects(page=LINK % b"<< /S /J#61vaScript /#4a#53 (x) >>")),
    "a script packed": odd_files.with_object_streams(objects(page=LINK % JS)),
    "a script in an update": updated(GOOD, {1: objects(b"/OpenAction " + JS)[1]}),
    "a script of a rendition": written(objects(page=LINK % b"<< /S /Rendition /OP 0 /JS (x) >>")),
    "a program": written(objects(page=LINK % b"<< /S /Launch /F (cmd.exe) >>")),
    "a form that is sent": written(objects(FIELD % b"/A << /S /SubmitForm /F (https://male.example) >>")),
    "data that are fetched": written(objects(FIELD % b"/A << /S /ImportData /F (a.fdf) >>")),
    "a form of another kind": written(objects(b"/AcroForm << /XFA 9 0 R >>", o9=stream(b"<xdp/>"))),
    "a form of another kind, in parts": written(objects(b"/AcroForm << /XFA [(a) 9 0 R] >>", o9=stream(b"<xdp/>"))),
    "a film that acts": written(
        objects(page=b"/Annots [<< /Type /Annot /Subtype /RichMedia /RichMediaContent << >> >>]")
    ),
    "a program inside": files.pdf(files.embedded("dati.exe", b"x")),
    "a sheet inside": files.pdf(files.embedded("dati.xlsx", zipped("xl/workbook.xml")), compress_streams=True),
    "a script in a file to be repaired": start_at(written(objects(b"/OpenAction " + JS)), lambda _: 0),
    "a script in a file to be repaired, packed": start_at(
        odd_files.with_object_streams(objects(page=LINK % JS)), lambda _: 0
    ),
    "a script in a file to be repaired, taken away": start_at(
        updated(written(objects(b"/OpenAction " + JS)), {1: objects()[1]}), lambda _: 0
    ),
    "a script in a file to be repaired, with escapes": start_at(
        written(objects(page=LINK % b"<< /S /J#61vaScript /#4a#53 (x) >>")), lambda _: 0
    ),
}
LOCKED: dict[str, bytes] = {
    "C12 against copying, old": files.pdf(encryption=pikepdf.Encryption(owner="o", R=4)),
    "C12 against copying, new": files.pdf(encryption=pikepdf.Encryption(owner="o", R=6)),
    "with a password": files.pdf(encryption=pikepdf.Encryption(owner="o", user="u")),
    "in a way that we do not know": written({**objects(), 9: b"<< /Filter /FOPN_foweb >>"}).replace(
        b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 9 0 R /ID [(a) (b)]"
    ),
    "and damaged": start_at(files.pdf(encryption=pikepdf.Encryption(owner="o", user="u")), lambda _: 0),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_a_name_that_does_not_act_costs_nothing(what: str) -> None:
    assert verdict(HARMLESS[what]) == PDF


@pytest.mark.parametrize("what", ACTIVE)
def test_what_acts_is_refused(what: str) -> None:
    assert verdict(ACTIVE[what]) == "attivo"


@pytest.mark.parametrize("what", LOCKED)
def test_what_is_locked_is_refused_as_such(what: str) -> None:
    assert verdict(LOCKED[what]) == "cifrato"


def many_pages(document: pikepdf.Pdf) -> None:
    for number in range(9):
        document.add_blank_page()
        document.pages[-1].Contents = document.make_stream(b"BT (%d) Tj ET " % number * 200)


SCAN = written(
    objects(o3=b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /Im0 9 0 R >> >> >>")
)
BROKEN: dict[str, tuple[bytes, str]] = {
    "half a PDF": (files.pdf(many_pages)[:1000], "incompleto"),
    "a PDF without one page": (written(objects()).replace(b"3 0 obj", b"7 0 obj")[:-40], "incompleto"),
    "a PDF without what is written": (GOOD[: GOOD.index(b"4 0 obj")], "incompleto"),
    "a PDF cut in what is written": (GOOD[: GOOD.index(b"(Contratto)")], "incompleto"),
    "a PDF without its picture": (SCAN[: SCAN.index(b"5 0 obj")], "incompleto"),
    "nothing but a beginning": (b"%PDF-1.4\n", "rovinato"),
    "what is written does not unpack": (
        written(objects(o4=stream(b"no, not packed", head=b"/Filter /FlateDecode"))),
        "rovinato",
    ),
    "half a photograph": (jpeg(300, 200)[: len(jpeg(300, 200)) // 2], "incompleto"),
    "nothing but the head of a photograph": (jpeg(300, 200)[:200], "rovinato"),
    "half a picture": (files.image("PNG", 400, 300)[:9000], "incompleto"),
    "a picture of other pixels": (png_with().replace(b"IDATx", b"IDATy"), "rovinato"),
    "nothing": (b"", "vuoto"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_no_reader_shows_whole_is_refused_as_such(what: str) -> None:
    data, reason = BROKEN[what]
    assert verdict(data) == reason


@hypothesis_settings(deadline=None, max_examples=60)
@given(cut=st.integers(0, 99), photograph=st.sampled_from(["L", "P"]))
def test_wherever_a_photograph_breaks_off_it_is_taken_or_refused_in_words(cut: int, photograph: str) -> None:
    whole = jpeg(160, 120, progressive=photograph == "P")
    assert verdict(whole[: 2 + len(whole) * cut // 100]) in (JPEG, "incompleto", "rovinato", "tipo")


@hypothesis_settings(deadline=None, max_examples=150)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=9), st.sampled_from([GOOD, PACKED, png_with(), jpeg(30, 20)]))
def test_nothing_that_is_changed_in_a_file_is_a_fault_of_ours(place: int, other: bytes, whole: bytes) -> None:
    verdict(whole[: place % len(whole)] + other + whole[place % len(whole) + len(other) :])


OTHER_KINDS: dict[str, tuple[bytes, str]] = {
    "C01 a photograph of an iPhone": (iso_media(b"heic", b"mif1", b"heic"), "heic"),
    "a photograph of a newer iPhone": (iso_media(b"heix", b"mif1", b"MiHE"), "heic"),
    "a photograph by its second brand": (iso_media(b"mif1", b"heic"), "heic"),
    "a photograph in AVIF": (iso_media(b"avif", b"mif1"), "heic"),
    "a film": (iso_media(b"qt  ", b"qt  "), "multimedia"),
    "a film of a telephone": (iso_media(b"isom", b"mp42"), "multimedia"),
    "webp": (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20), "immagine"),
    "a sound": (b"RIFF\x10\0\0\0WAVEfmt " + bytes(20), "multimedia"),
    "gif": (b"GIF89a" + bytes(30), "immagine"),
    "tiff": (b"II*\0" + bytes(30), "immagine"),
    "bmp": (b"BM" + bytes(60), "immagine"),
    "a drawing": (files.SVG, "immagine"),
    "Word": (zipped("[Content_Types].xml", "word/document.xml"), "documento"),
    "Excel": (zipped("[Content_Types].xml", "xl/workbook.xml"), "documento"),
    "OpenDocument": (zipped("mimetype", "content.xml"), "documento"),
    "Pages": (zipped("Index/Document.iwa"), "documento"),
    "Word, old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "documento"),
    "rtf": (b"{\\rtf1 ciao}", "documento"),
    "an archive": (zipped("contratto.pdf"), "archivio"),
    "an archive of another kind": (b"Rar!\x1a\7\0" + bytes(30), "archivio"),
    "signed": (b"\x30\x82\x10\0\x06\x09*\x86H\x86\xf7\r\1\7\2\xa0\x82" + GOOD, "firmato"),
    "signed, of any length": (b"\x30\x80\x06\x09*\x86H\x86\xf7\r\1\7\2\xa0\x80" + bytes(3000), "firmato"),
    "signed, as text": (b"-----BEGIN PKCS7-----\nMIIabc", "firmato"),
    "a page of the web": (files.HTML, "pagina"),
    "a page of the web that begins with a remark": (b"\xef\xbb\xbf<!-- x -->\n<HTML lang=it>\n<p>ciao", "pagina"),
    "words": ("Perché no?\n".encode(), "testo"),
    "words of an old machine": ("Perché no, così è più città\n".encode("latin-1") * 9, "testo"),
    "an invoice": (b'<?xml version="1.0"?><FatturaElettronica/>', "testo"),
    "a program": (files.EXE, "programma"),
    "a program of another machine": (b"\x7fELF" + bytes(50), "programma"),
    "a page before a PDF": (files.HTML + GOOD, "doppio"),
    "a program before a PDF": (b"MZ" + bytes(100) + GOOD, "doppio"),
    "a picture and a PDF": (png_with()[:33] + b"%PDF-1.7" + png_with()[33:], "doppio"),
    "a PDF and an archive": (GOOD + zipped("Main.class"), "doppio"),
    "bytes": (bytes(range(128, 256)) * 4, "tipo"),
}


@pytest.mark.parametrize("what", OTHER_KINDS)
def test_another_kind_is_called_by_its_name(what: str) -> None:
    data, reason = OTHER_KINDS[what]
    assert verdict(data) == reason
    assert REFUSALS[reason][0] == "tipo_non_ammesso"


# C04, C06: the name decides nothing, and tells files apart.

MENDED = {
    ("ricevuta.bin", PDF): "ricevuta.pdf",
    ("StampaRicevuta.do", PDF): "StampaRicevuta.pdf",
    ("download.aspx", PDF): "download.pdf",
    ("print.php", PDF): "print.pdf",
    ("lettera.tmp", PDF): "lettera.pdf",
    ("Contratto Sig.Rossi", PDF): "Contratto Sig.Rossi.pdf",
    ("Contratto Sig.Rossi.bin", PDF): "Contratto Sig.Rossi.pdf",
    ("contratto", PDF): "contratto.pdf",
    ("contratto.", PDF): "contratto.pdf",
    ("contratto.docx", PDF): "contratto.pdf",
    ("contratto.pdf.exe", PDF): "contratto.pdf",
    ("contratto.zip.pdf", PDF): "contratto.zip.pdf",
    ("contratto.tar.gz", PDF): "contratto.pdf",
    ("Verbale.Bianchi", PDF): "Verbale.Bianchi.pdf",
    ("CU.2026", PDF): "CU.2026.pdf",
    ("RICEVUTA.PDF", PDF): "RICEVUTA.pdf",
    (".bin", PDF): "allegato.pdf",
    ("\ufffc.pdf", PDF): "allegato.pdf",
    ("---.pdf", PDF): "---.pdf",
    ("😀.pdf", PDF): "😀.pdf",
    ("foto.pdf", PNG): "foto.png",
    ("foto.png", JPEG): "foto.jpg",
    ("foto.heic", JPEG): "foto.jpg",
    ("foto.JPEG", JPEG): "foto.jpeg",
    ("foto.jpg.download", JPEG): "foto.jpg",
}


@pytest.mark.parametrize(("given", "kind"), MENDED)
def test_the_name_ends_as_what_the_file_is(given: str, kind: str) -> None:
    assert names.clean_name(given, kind) == MENDED[given, kind]


@given(st.text(max_size=200), st.sampled_from([PDF, JPEG, PNG]))
def test_any_name_becomes_one_that_stays(given: str, kind: str) -> None:
    name = names.clean_name(given, kind)
    assert names.clean_name(name, kind) == name
    assert name.rpartition(".")[2] in names.OWN[kind]
    assert 4 < len(name) <= names.LONGEST_NAME
    taken = [name]
    for number in range(2, 6):
        taken.append(names.told_apart(name, taken))
        assert taken[-1].endswith(f" ({number}).{name.rpartition('.')[2]}")
        assert len(taken[-1]) <= names.LONGEST_NAME
    assert len({each.casefold() for each in taken}) == 5


async def draft_with(person: Visitor, *chosen: tuple[str, bytes]) -> str:
    draft = await posted_draft(person, SUBORDINATO)
    for name, content in chosen:
        await person.choose_file(name, content).press("Carica il file")
    return draft


async def test_two_photographs_of_one_name_are_told_apart(anna: Visitor, database: asyncpg.Connection) -> None:
    """C06; the same photograph once more, as after an answer that got lost, is no third one."""
    one, two, three = jpeg(30, 20), jpeg(30, 21), jpeg(30, 22)
    draft = await draft_with(
        anna, ("image.jpg", one), ("image.jpg", two), ("image.jpg", two), ("IMAGE.JPG", three), ("image.jpg", one)
    )
    kept = [r["nome"] for r in await database.fetch("SELECT nome FROM allegato ORDER BY id")]
    assert kept == ["image.jpg", "image (2).jpg", "IMAGE (3).jpg"]
    assert '<bdi translate="no">image (2).jpg</bdi>' in anna.page.text
    await anna.get(f"{draft}/allegati")
    assert (await anna.client.get(anna.page.link("image (2).jpg"))).content == two


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("ricevuta.bin", GOOD, "ricevuta.pdf"),
        ("Contratto Sig.Rossi", MIME + GOOD, "Contratto Sig.Rossi.pdf"),
        ("ricevuta.pdf", start_at(GOOD, lambda at: at + 2), "ricevuta.pdf"),
        ("schermo.png", png_with((b"tEXt", b"a\0b")).replace(b"tEXta\0b", b"tEXta\0c"), "schermo.png"),
        ("striscia.jpg", jpeg(2000, 5), "striscia.jpg"),
        ("foto.jpg", jpeg(300, 200)[:-2], "foto.jpg"),
    ],
)
async def test_the_bytes_are_kept_as_they_came(name: str, content: bytes, shown: str, anna: Visitor) -> None:
    """C04, C07, C08, C13, C15"""
    draft = await draft_with(anna, (name, content))
    await anna.get(f"{draft}/allegati")
    assert (await anna.client.get(anna.page.link(shown))).content == content


@pytest.mark.parametrize("name", ["IMG_0002.HEIC", "IMG_0002.jpg", "IMG_0002"])
async def test_a_photograph_that_does_not_open_here_is_called_one(name: str, anna: Visitor) -> None:
    """C01, C02: by its content, and with what to do."""
    await posted_draft(anna, SUBORDINATO)
    await anna.choose_file(name, iso_media(b"heic", b"mif1")).press("Carica il file")
    assert anna.page.errors == ["allegati:tipo_non_ammesso"]
    for words in ("È una foto", "HEIC", "screenshot", "Più compatibile"):
        assert words in anna.page.text


async def test_cameras_are_offered(anna: Visitor) -> None:
    """C05: Firefox for Android offers the camera by the types."""
    await posted_draft(anna, SUBORDINATO)
    (accepted,) = re.findall(r'accept="([^"]*)"', anna.page.text)
    assert {PDF, JPEG, PNG, ".pdf", ".jpg", ".jpeg", ".png"} <= set(accepted.split(","))


# Whose fault it is, when a file cannot be looked into.


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


INSPECT = "import omnia_com.communications.attachments.inspection as i\n"
ENDS = {
    "an exception that nobody foresaw": (INSPECT + "i.recognise = lambda d: 1 // 0\ni.main()", "guasto"),
    "it breaks": ("import os; os.abort()", "guasto"),
    "it is ended by the machine": ("import os; os.kill(os.getpid(), 9)", "guasto"),
    "it does not start": ("import nothing_of_the_kind", "guasto"),
    "it says nothing": ("", "guasto"),
    "no memory": (INSPECT + "i.recognise = lambda d: bytearray(1 << 40)\ni.main()", "enorme"),
    "no time": (INSPECT + "i.CPU_SECONDS = 1\ni.recognise = lambda d: exec('while 1: pass')\ni.main()", "enorme"),
}


@pytest.mark.parametrize("how", ENDS)
async def test_a_fault_of_ours_is_not_a_file_that_is_too_large(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """C15: and it is in the log, where somebody can mend it."""
    program, reason = ENDS[how]
    genuine = asyncio.create_subprocess_exec

    async def start(*_: str, **how: Any) -> Any:
        return await genuine(*python(program), **how)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    with files.temporary(GOOD) as file, capture_logs() as logs, pytest.raises(uploads.Refused, match=reason):
        await uploads.recognised(file)
    assert [entry["event"] for entry in logs] == ["allegato_non_esaminato"] * (reason == "guasto")


async def test_a_machine_without_time_is_no_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SECONDS", 0.001)
    with files.temporary(GOOD) as file, capture_logs() as logs, pytest.raises(uploads.Refused, match="guasto"):
        await uploads.recognised(file)
    assert logs[0]["stato"] == -signal.SIGKILL
