"""The service in other languages: nothing is left untranslated, the record stays Italian."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import asyncpg
import pytest
from babel.messages import Message

from omnia_com import languages
from omnia_com.form.field_groups import CONTATTI
from omnia_com.pages.http import assets
from omnia_com.pages.patterns import PATTERNS
from tests.catalogues import FIELDS, HERE, all_that_is_said, paths, read
from tests.helpers.browsing import Page, Visitor, said
from tests.helpers.people import BOTH_TICKS, SUBORDINATO
from tests.helpers.steps import new_draft, send

OTHERS = sorted(paths())
HOW = "run `make messages`, then fill in the empty msgstr in src/omnia_com/languages/*.po"


@pytest.fixture(scope="module")
def italian() -> dict[Any, Message]:
    """All that is said, by sentence and context."""
    return {key(message): message for message in all_that_is_said() if message.id}


def key(message: Message) -> tuple[Any, Any]:
    return message.id, message.context


def told(message: Any) -> list[tuple[str, str]]:
    """(Italian, translation) pairs of a message; several where it has a plural."""
    if isinstance(message.id, tuple):
        return [(message.id[0], message.string[0]), *((message.id[1], text) for text in message.string[1:])]
    return [(str(message.id), str(message.string))]


# The catalogues are whole.


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_translated(code: str, italian: dict[Any, Message]) -> None:
    there = {key(m): m for m in read(paths()[code]) if m.id}
    missing = [k for k in italian if k not in there or not all(text for _, text in told(there[k]))]
    assert not missing, f"{HOW}: {missing}"
    assert not there.keys() - italian.keys(), f"{HOW}: said no more"
    assert not [m.id for m in there.values() if m.fuzzy], "a guess is no translation"


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_same_places_marks_and_numbers(code: str) -> None:
    for message in read(paths()[code]):
        for original, other in told(message) if message.id else ():
            for sign in (r"%\(\w+\)s|\{\w+\}|%%", r"<[^>]+>|[\"&]", r"\d+"):
                assert Counter(re.findall(sign, original)) == Counter(re.findall(sign, other)), (original, other)
            assert (original[0] == " ") == (other[0] == " "), original


@pytest.mark.parametrize("code", OTHERS)
def test_the_examples_of_every_language_are_right_answers(code: str) -> None:
    told = languages.catalogues()[code].gettext
    (address,) = (field.hint for field in CONTATTI if field.name == "email")
    word = told(address).removesuffix(address.removeprefix("Esempio: "))
    assert word.strip(), "what the language calls an example"
    for field in FIELDS:
        hint = told(field.hint) if field.hint else ""
        assert ("Esempio: " in field.hint) == (word in hint)
        if word in hint:
            assert field.kind.read(hint.partition(word)[2]) is not None


ITALIAN_WORDS = re.compile(
    r"\b(il|lo|la|gli|le|un|una|di|che|non|per|con|è|sono|hai|puoi|questa|questo)\b", re.IGNORECASE
)


def sentences(path: Path) -> Iterator[str]:
    """The Italian sentences in a module that are no docstring: four words or more, with one that only Italian has."""
    tree = ast.parse(path.read_text())
    silent = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            text = node.value
            if len(text.split()) > 3 and text[0].isupper() and ITALIAN_WORDS.search(text):
                yield text


PAGES = HERE / "src/omnia_com/pages"
FOR_PEOPLE = sorted({*PAGES.rglob("*.py")} - {*PAGES.glob("patterns/*")})  # the patterns: the demonstration's own pages


@pytest.mark.parametrize("path", FOR_PEOPLE, ids=lambda path: str(path.relative_to(PAGES)))
def test_no_page_says_what_no_catalogue_has(path: Path, italian: dict[Any, Message]) -> None:
    known = {text for text, _ in italian}
    unknown = [text for text in sentences(path) if text not in known]
    assert not unknown, "wrap it in gettext(…), or name its table in tests/catalogues.py"


def test_a_language_is_added_by_one_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (tmp_path / "sl.po").write_text(header + 'msgid "Salva"\nmsgstr "Shrani"\n')
    for cached in (languages.catalogues, languages.own_names):
        cached.cache_clear()
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    try:
        languages.use("sl")
        assert languages.gettext("Salva") == "Shrani"
        assert languages.gettext("Continua") == "Continua"
        assert languages.own_names() == {"it": "Italiano", "sl": "Slovenščina"}
        assert languages.best("", "sl-SI,sl;q=0.9") == "sl"
    finally:
        languages.use("it")
        for cached in (languages.catalogues, languages.own_names):
            cached.cache_clear()


# Which language.


@pytest.mark.parametrize(
    ("chosen", "accepted", "wanted"),
    [
        ("", "", "it"),
        ("", "de-IT,de;q=0.9,it;q=0.8", "de"),
        ("", "it;q=0.8, de-AT", "de"),
        ("", "fr-FR,fr;q=0.9", "it"),
        ("", "de;q=0, it", "it"),
        ("", "*", "it"),
        ("", "de;q=molto, ,;;;", "it"),
        ("", "en-US,en;q=0.9", "it"),
        ("", "en-US,en;q=0.9,de;q=0.5", "de"),
        ("en", "it", "en"),
        ("it", "de", "it"),
        ("xx", "de", "de"),
        ("../de", "", "it"),
    ],
)
def test_what_was_chosen_counts_first_then_what_the_browser_asks_for(chosen: str, accepted: str, wanted: str) -> None:
    assert languages.best(chosen, accepted) == wanted


async def test_the_choice_is_kept_in_a_cookie_and_leads_back(visitor: Callable[[], Visitor]) -> None:
    anybody = visitor()
    await anybody.get("/privacy")
    answer = await anybody.client.get("/lingua/de?torna=/privacy")
    assert (answer.status_code, answer.headers["location"]) == (303, "/privacy")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("lingua=de;")
    assert {"httponly", "path=/", "samesite=lax", "max-age=31536000"} <= set(cookie.split("; "))
    await anybody.get("/privacy")
    assert anybody.page.title.startswith("Datenschutz")
    await anybody.follow("Italiano")
    assert (anybody.page.path, anybody.page.title.split()[0]) == ("/privacy", "Privacy")


@pytest.mark.parametrize("path", ["//male.example", "https://male.example", "/\\male.example", "male", "/a%0d%0ab", ""])
async def test_the_choice_leads_nowhere_else(path: str, visitor: Callable[[], Visitor]) -> None:
    answer = await visitor().client.get(f"/lingua/en?torna={path}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_language_that_is_not_there_is_not_found(visitor: Callable[[], Visitor]) -> None:
    await visitor().get("/lingua/xx", expect=404)


async def test_a_german_browser_is_answered_in_german(visitor: Callable[[], Visitor]) -> None:
    anybody = visitor()
    anybody.client.headers["accept-language"] = "de-IT,de;q=0.9"
    page = await anybody.get("/")
    assert "Beziehen Sie Lohnausgleich" in page.title
    assert page.response.headers["cache-control"] == "no-store"
    nothing = await anybody.get("/nulla", expect=404)
    assert nothing.title.startswith("Seite nicht gefunden")


async def test_on_the_form_the_choice_saves_first(anna: Visitor) -> None:
    path = await new_draft(anna, SUBORDINATO)
    await anna.fill(datore_lavoro="Bar Sport", data_inizio="30/02/2027").press("Deutsch")
    assert anna.page.path == path
    assert anna.page.value("datore_lavoro") == "Bar Sport"
    assert anna.page.errors == ["data_inizio:data_inesistente"]
    assert "Dieses Datum gibt es nicht." in anna.page.text


async def test_among_the_contacts_the_choice_keeps_what_is_written(anna: Visitor, database: asyncpg.Connection) -> None:
    await anna.get("/contatti")
    await anna.fill(email="non ancora", telefono="06 1234567").press("Deutsch")
    assert (anna.page.path, anna.page.language, anna.page.errors) == ("/contatti", "de", [])
    assert (anna.page.value("email"), anna.page.value("telefono")) == ("non ancora", "06 1234567")
    assert not await database.fetchval("SELECT contatti ? 'telefono' FROM dichiarante")
    await anna.fill(email="anna@example.org").press("Kontaktdaten speichern")
    assert anna.page.language == "de"
    assert await database.fetchval("SELECT contatti ->> 'telefono' FROM dichiarante") == "06 1234567"


async def test_before_sending_the_choice_keeps_the_ticks_and_sends_nothing(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    await send(anna, draft, ticks={})
    await anna.fill(**BOTH_TICKS).press("English")
    assert anna.page.language == "en"
    assert await database.fetchval("SELECT count(*) FROM comunicazione") == 0
    await anna.press("Send the communication")
    assert anna.page.hook("stato") == "inviata"


async def test_before_sending_the_choice_says_that_another_window_saved(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    before = await anna.get(f"{draft}/riepilogo")
    await anna.get(draft)
    await anna.fill(datore_lavoro="Beta").press("Salva")
    anna.page = before
    await anna.fill(**BOTH_TICKS).press("Deutsch")
    assert "wurde in einem anderen Fenster geändert" in said(anna.page.tree)


async def test_before_annulling_the_choice_keeps_the_reason_and_annuls_nothing(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    await send(anna, await new_draft(anna, SUBORDINATO))
    await anna.follow("Annulla comunicazione")
    await anna.fill(motivo="per_errore").press("English")
    assert (anna.page.language, anna.page.value("motivo")) == ("en", "per_errore")
    assert await database.fetchval("SELECT count(*) FROM comunicazione") == 1
    await anna.press("Cancel the communication")
    assert await database.fetchval("SELECT count(*) FROM comunicazione") == 2


async def test_between_two_versions_the_choice_decides_nothing(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    old = anna.page
    await anna.fill(datore_lavoro="Gamma").press("Salva")
    anna.page = old
    await anna.fill(datore_lavoro="Beta").press("Salva", expect=409)
    await anna.press("English", expect=409)
    assert anna.page.language == "en"
    assert {"Gamma", "Beta"} <= {said(e) for e in anna.page.tree.iter("dd")}
    both = anna.page
    await anna.get(draft)
    assert (anna.page.language, anna.page.value("datore_lavoro")) == ("en", "Gamma")
    anna.page = both
    await anna.press("Keep what I wrote here")
    assert anna.page.value("datore_lavoro") == "Beta"


async def test_contacts_of_a_session_that_ended_are_not_saved_by_a_choice(anna: Visitor) -> None:
    await anna.get("/contatti")
    anna.client.cookies.delete("sid")
    await anna.fill(email="non ancora").press("Deutsch")
    anna.client.headers["accept-language"] = "it"
    await anna.press("Entra con SPID")
    await anna.press("Anna Prova (PRVNNA85E49H501L)")
    assert anna.page.value("email") == "non ancora"
    assert "non sono ancora salvati" in anna.page.text


async def test_among_the_comuni_the_choice_keeps_the_one_that_is_chosen(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    await anna.get(f"{draft}/comune")
    await anna.fill(sede_citta="Ivrea").press("Deutsch")
    assert (anna.page.path, anna.page.language) == (f"{draft}/comune", "de")
    assert [said(o) for o in anna.page.tree.iter("option") if "selected" in o.attrib] == ["Ivrea"]
    await anna.get(draft)
    assert anna.page.value("sede_citta") == "Torino"


async def test_of_a_page_that_was_open_too_long_the_choice_keeps_what_it_has(anna: Visitor) -> None:
    await anna.get("/contatti")
    await anna.fill(email="non ancora", csrf="vecchio").press("Salva i contatti", expect=403)
    await anna.press("English")
    assert (anna.page.path, anna.page.language, anna.page.value("email")) == ("/contatti", "en", "non ancora")


async def test_of_a_deletion_refused_the_choice_deletes_nothing(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    await anna.get(f"{draft}/elimina")
    await anna.fill(csrf="vecchio").press("Elimina definitivamente", expect=403)
    await anna.follow("English")
    assert (anna.page.path, anna.page.language) == (f"{draft}/elimina", "en")


def test_the_script_speaks_the_language_of_its_page() -> None:
    languages.use("de")
    try:
        german = assets.find(assets.url("modulo.js"))
    finally:
        languages.use("it")
    italian_one = assets.find(assets.url("modulo.js"))
    assert german
    assert italian_one
    assert "Keine Verbindung" in german.encoded["identity"].decode()
    assert "Connessione assente" in italian_one.encoded["identity"].decode()
    assert '_("' not in german.encoded["identity"].decode()


# Every page, in every state.


def spoken(element: Element, language: str) -> Iterator[str]:
    """The texts under *element* that are in the language of the page (its title is that of its h1)."""
    if element.tag in ("style", "script", "title") or not isinstance(element.tag, str):
        return
    if element.get("lang", language) == language:
        yield " ".join((element.text or "").split())
        yield from (element.get(name, "") for name in ("aria-label", "data-annuncio", "title", "alt"))
        for child in element:
            yield from spoken(child, language)
            yield " ".join((child.tail or "").split())


def said_otherwise(language: str, italian: dict[Any, Message]) -> list[str]:
    """The sentences that no page in that language may have as they are in Italian."""
    other: Any = languages.catalogues()[language]
    theirs = {text for text in other._catalog.values() if isinstance(text, str)}
    ours = [text for ids, _ in italian for text in (ids if isinstance(ids, tuple) else (ids,))]
    return [text for text in ours if other.gettext(text) != text and text.strip() not in theirs]


def left_in_italian(page: Page, language: str, sentences: list[str]) -> list[str]:
    texts = {text for text in spoken(page.tree, language) if text}
    whole = " ".join(texts)
    pieces = {p for t in sentences for p in map(str.strip, BETWEEN.split(t)) if p.count(" ") > 2}
    return [t for t in sentences if t in texts and t not in SURNAMES] + [p for p in pieces if p in whole]


BETWEEN = re.compile(r"<[^>]+>|%\(\w+\)s|\{\w+\}")
SURNAMES = ("Prova",)  # of an invented person; the statement of accessibility has a column of that name


@pytest.mark.parametrize("code", OTHERS)
async def test_no_page_is_left_in_italian(
    code: str, visitor: Callable[[], Visitor], italian: dict[Any, Message]
) -> None:
    reader, sentences = visitor(), said_otherwise(code, italian)
    await reader.get(f"/lingua/{code}?torna=/modelli")
    addresses = ["/", "/entra", "/accessibilita", "/privacy", "/note-legali", "/modelli", "/modelli/come-provare"]
    for path in [*addresses, *(f"/modelli/{p.name}" for p in PATTERNS)]:
        page = await reader.get(path)
        assert page.language == code
        assert left_in_italian(page, code, sentences) == [], path
