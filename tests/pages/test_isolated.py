"""What people type stays what it is: it turns no word of ours around, and no browser translates it."""

import html
import re
import unicodedata
from xml.etree.ElementTree import Element

import pytest

from omnia_com.documents.printing import print_html
from omnia_com.documents.sheet import AttachmentRow, Section, Sheet
from omnia_com.form.rows import Row
from omnia_com.pages.http.rendering import render
from tests.helpers.browsing import Page, Visitor, said
from tests.helpers.files import image
from tests.helpers.people import PERSONE, SUBORDINATO
from tests.helpers.steps import posted_draft, send

REVERSED = "\u202elos raB"
FILE = "foto della busta.png"


def isolated(page: Page, text: str) -> list[Element]:
    """The elements of *page* that hold *text* and nothing else, apart in direction and not for translation."""
    return [e for e in page.tree.iter("bdi") if "".join(e.itertext()) == text and e.get("translate") == "no"]


def outside(element: Element, text: str) -> bool:
    """Whether *text* stands below *element* somewhere that a browser may translate; titles and controls aside."""
    if element.get("translate") == "no" or element.tag in ("title", "textarea", "select", "style"):
        return False
    own = [element.text or "", *(child.tail or "" for child in element)]
    return any(text in part for part in own) or any(outside(child, text) for child in element)


def offered(page: Page, *texts: str) -> list[str]:
    return [text for text in texts if outside(page.tree, text)]


@pytest.fixture
async def draft(anna: Visitor) -> str:
    path = await posted_draft(anna, SUBORDINATO | {"datore_lavoro": REVERSED, "annotazioni": "Turno di sera"})
    await anna.get(path)
    await anna.choose_file(FILE, image("PNG")).press("Carica il file")
    return path


async def test_c45_a_name_that_turns_the_direction_does_not_touch_the_date(anna: Visitor, draft: str) -> None:
    await anna.get("/comunicazioni")
    assert isolated(anna.page, REVERSED), "the heading of the draft"
    await send(anna, draft)
    await anna.get("/comunicazioni")
    heading = next(h for h in anna.page.tree.iter("h3") if "losraB" in said(h).replace(" ", ""))
    words = [heading.text or "", *(child.tail or "" for child in heading)]
    assert [child.tag for child in heading] == ["bdi"]
    assert "dal 01/12/2026" in words[-1]
    assert not any(unicodedata.bidirectional(sign) in ("RLO", "RLE", "RLI") for part in words for sign in part)


async def test_c35_personal_data_and_typed_values_are_not_offered_for_translation(anna: Visitor, draft: str) -> None:
    person = PERSONE["P01"]
    name, code = f"{person['nome']} {person['cognome']}", person["codice_fiscale"]
    for path in (draft, f"{draft}/allegati", f"{draft}/riepilogo"):
        await anna.get(path)
        assert isolated(anna.page, name), path
        assert isolated(anna.page, FILE), path
        assert not offered(anna.page, name, code, FILE, "Turno di sera", REVERSED), path
    assert isolated(anna.page, code)
    assert isolated(anna.page, REVERSED)
    await send(anna, draft)
    protocol, there = anna.page.hook("protocollo"), anna.page.path
    for path in (there, f"{there}/ricevuta/stampa", "/comunicazioni", f"{there}/annulla", "/accessi"):
        await anna.get(path)
        assert not offered(anna.page, name, code, FILE, "Turno di sera", REVERSED, protocol), path
    await anna.get(there)
    for text in (name, code, REVERSED, FILE):
        assert isolated(anna.page, text), text


async def test_c35_c45_two_versions_are_each_apart(anna: Visitor, draft: str) -> None:
    page = await anna.get(draft)
    await anna.fill(datore_lavoro="Gamma").press("Salva")
    anna.page = page
    await anna.fill(datore_lavoro=REVERSED + "2").press("Salva", expect=409)
    assert isolated(anna.page, "Gamma")
    assert isolated(anna.page, REVERSED + "2")
    await anna.post(f"{draft}/elimina", {}, expect=200)
    anna.page = page
    await anna.fill(datore_lavoro=REVERSED + "3").press("Salva", expect=404)
    assert isolated(anna.page, REVERSED + "3")


def test_c35_c45_the_printed_sheet_keeps_them_apart() -> None:
    sheet = Sheet(
        heading="Ricevuta",
        sections=(
            Section("Dati", (Row("Nome", "Anna"), Row("Note", "Molte\n" * 9), Row("Sede", "Estero", fixed=True))),
        ),
        attachments=(AttachmentRow(FILE, "1 kB", "a" * 64),),
    )
    printed = print_html(sheet)
    for text in ("Anna", "Molte\n" * 9, FILE):
        assert f'<bdi translate="no">{text}</bdi>' in printed
    assert "<td>Estero</td>" in printed


@pytest.mark.parametrize("hostile", ["<b>Beta</b>", '" onclick="', "&amp;"])
def test_what_is_shown_as_it_is_written_is_escaped(hostile: str) -> None:
    change = {"label": "Nome", "before": Row("Nome", hostile), "after": None}
    shown = render("_cambia.html", changes=[change])
    assert [html.unescape(text) for text in re.findall("<bdi[^>]*>(.*?)</bdi>", shown)] == [hostile]
