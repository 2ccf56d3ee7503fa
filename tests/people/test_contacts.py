"""Contacts: the person's own count, the identity's are the default, a sent communication keeps its copy."""

import json
from collections.abc import Callable

import asyncpg
import pytest

from omnia_com.form.fields import Email, Phone
from omnia_com.form.problems import Unreadable
from omnia_com.pages.contacts import _back
from tests.helpers.browsing import Visitor, said
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft, send

DRAFT = "/bozze/00000000-0000-4000-8000-000000000000"
OWN = {"email": "mia@example.org", "cellulare": "333 7654321", "telefono": "", "pec": ""}


def shown(person: Visitor, label: str) -> str:
    return next(said(d[1]) for d in person.page.tree.iter("div") if len(d) == 2 and said(d[0]) == label)


async def persona(database: asyncpg.Connection) -> dict[str, str]:
    return dict(json.loads(await database.fetchval("SELECT persona FROM comunicazione")))


# The journeys.


async def test_without_contacts_a_warning_that_an_address_takes_away(
    visitor: Callable[[], Visitor], database: asyncpg.Connection
) -> None:
    giulia = await visitor().sign_in("P03")
    draft = await posted_draft(giulia, SUBORDINATO)
    await giulia.get(f"{draft}/riepilogo")
    assert "senza_contatti" in giulia.page.warnings
    await giulia.get(giulia.page.link("Modifica i contatti"))
    await giulia.fill(email="  giulia@example.org ").press("Salva i contatti")
    assert giulia.page.path == f"{draft}/riepilogo"
    assert "senza_contatti" not in giulia.page.warnings
    assert shown(giulia, "Indirizzo e-mail") == "giulia@example.org"
    await send(giulia, draft)
    assert giulia.page.hook("stato") == "inviata"
    assert (await persona(database))["email"] == "giulia@example.org"


async def test_without_contacts_one_can_send_all_the_same(visitor: Callable[[], Visitor]) -> None:
    giulia = await visitor().sign_in("P03")
    await send(giulia, await posted_draft(giulia, SUBORDINATO))
    assert giulia.page.hook("stato") == "inviata"


async def test_a_later_change_alters_nothing_that_was_sent(anna: Visitor, database: asyncpg.Connection) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    sent, before = anna.page.path, await database.fetchrow("SELECT * FROM comunicazione")
    await anna.get("/contatti")
    await anna.fill(**OWN).press("Salva i contatti")
    assert await database.fetchrow("SELECT * FROM comunicazione") == before
    assert (await persona(database))["email"] == "anna.prova@example.org"
    await anna.get(sent)
    assert "mia@example.org" not in anna.page.text


async def test_from_the_draft_and_back(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await anna.fill(annotazioni="Non ancora salvato.").press("Modifica i contatti")
    assert anna.page.value("email") == "anna.prova@example.org"
    await anna.fill(**OWN).press("Salva i contatti")
    assert anna.page.path == draft
    assert anna.page.value("annotazioni") == "Non ancora salvato."
    assert shown(anna, "Cellulare") == "333 7654321"


async def test_from_the_home_and_back(anna: Visitor) -> None:
    await anna.get("/comunicazioni")
    await anna.follow("Modifica i contatti")
    await anna.press("Salva i contatti")
    assert anna.page.path == "/comunicazioni"


# Whose a value is.


async def test_own_values_survive_a_new_sign_in_and_the_identity_stays_in_sight(anna: Visitor) -> None:
    await anna.get("/contatti")
    await anna.fill(email="mia@example.org", cellulare="").press("Salva i contatti")
    await anna.press("Esci")
    await anna.sign_in("P01")
    await anna.get("/contatti")
    assert anna.page.value("email") == "mia@example.org"
    assert anna.page.value("cellulare") == "", "emptied on purpose"
    assert shown(anna, "Indirizzo e-mail") == "anna.prova@example.org"
    assert shown(anna, "Cellulare") == "+393331234567"


async def test_what_is_not_ones_own_follows_the_identity(anna: Visitor, database: asyncpg.Connection) -> None:
    await anna.get("/contatti")
    await anna.fill(email="mia@example.org").press("Salva i contatti")
    await database.execute("UPDATE dichiarante SET email = 'nuova@example.org', cellulare = '+393330000000'")
    await anna.get("/contatti")
    assert (anna.page.value("email"), anna.page.value("cellulare")) == ("mia@example.org", "+393330000000")
    await anna.fill(email="nuova@example.org").press("Salva i contatti")
    assert await database.fetchval("SELECT contatti FROM dichiarante") is None


async def test_saving_what_stands_makes_nothing_ones_own(anna: Visitor, database: asyncpg.Connection) -> None:
    """Not even a value of the identity that we should refuse if it were typed."""
    await database.execute("UPDATE dichiarante SET cellulare = 'chiedere in portineria'")
    await anna.get("/contatti")
    await anna.press("Salva i contatti")
    assert await database.fetchval("SELECT contatti FROM dichiarante") is None


async def test_a_form_that_lacks_a_field_leaves_it(anna: Visitor) -> None:
    await anna.get("/contatti")
    await anna.post("/contatti", {"telefono": "06 12345678", "nome": "X", "codice_fiscale": "X"})
    await anna.get("/contatti")
    assert (anna.page.value("telefono"), anna.page.value("email")) == ("06 12345678", "anna.prova@example.org")


async def test_another_persons_contacts_stay(anna: Visitor, luca: Visitor) -> None:
    await anna.get("/contatti")
    await anna.fill(**OWN).press("Salva i contatti")
    await luca.get("/contatti")
    assert luca.page.value("email") == "luca.esempio@example.org"


# What cannot be right.


async def test_all_errors_at_once_and_nothing_typed_is_lost(anna: Visitor, database: asyncpg.Connection) -> None:
    wrong = {"email": "anna", "cellulare": "12", "telefono": "boh", "pec": "a b@pec.it"}
    await anna.get(f"/contatti?torna={DRAFT}")
    await anna.fill(**wrong).press("Salva i contatti", expect=422)
    assert anna.page.errors == [f"{name}:non_valido" for name in wrong]
    assert {name: anna.page.value(name) for name in wrong} == wrong
    assert anna.page.value("torna") == DRAFT
    assert "Esempio: " in said(anna.page.by_id("errore-email"))
    assert await database.fetchval("SELECT contatti FROM dichiarante") is None


@pytest.mark.parametrize(
    ("name", "refused", "accepted"),
    [
        ("email", "anna@example", "anna@example.it"),
        ("pec", "anna pec@example.it", "anna.pec@example.it"),
        ("cellulare", "1234", "12345"),
        ("telefono", "06 1234567890123x", "06 1234567890123"),
    ],
)
async def test_each_contact_refused_and_its_nearest_accepted(
    name: str, refused: str, accepted: str, anna: Visitor
) -> None:
    await anna.get("/contatti")
    await anna.post("/contatti", {name: refused}, expect=422)
    assert anna.page.errors == [f"{name}:non_valido"]
    await anna.post("/contatti", {name: accepted})
    await anna.get("/contatti")
    assert anna.page.value(name) == accepted


@pytest.mark.parametrize("name", ["email", "pec"])
@pytest.mark.parametrize("typed", ["a@b.it\r\nBcc: c@d.it", "a@b.it\n", "a\r@b.it", "a@b.it\u2028"])
async def test_no_header_is_injected(name: str, typed: str, anna: Visitor) -> None:
    await anna.get("/contatti")
    await anna.post("/contatti", {name: typed}, expect=422)
    assert anna.page.errors == [f"{name}:non_valido"]


@pytest.mark.parametrize(
    "torna",
    [
        "https://male.example/",
        "//male.example",
        "/\\male.example",
        "javascript:alert(1)",
        f"{DRAFT}/elimina",
        f"{DRAFT}/riepilogo/",
        f"{DRAFT}\n",
        f"{DRAFT}@male.example",
        "/comunicazioni/../entra",
        "/comunicazioni?pagina=2",
        "",
    ],
)
async def test_saving_leads_to_no_other_page(torna: str, anna: Visitor) -> None:
    await anna.get("/contatti")
    await anna.post("/contatti", {"torna": torna})
    assert (anna.page.path, anna.page.url.port) == ("/comunicazioni", anna.client.base_url.port)


def test_the_pages_to_go_back_to() -> None:
    for path in (DRAFT, f"{DRAFT}/riepilogo", "/comunicazioni"):
        assert _back(path) == path


async def test_browsers_know_what_to_fill_in(anna: Visitor) -> None:
    await anna.get("/contatti")
    tokens = {name: anna.page.by_id(name).get("autocomplete") for name in OWN}
    assert tokens == {"email": "email", "cellulare": "tel", "telefono": "tel", "pec": "section-pec email"}
    assert anna.page.text.count("(facoltativo)") == 4


# The borders of both kinds.

LONG = "a" * 64 + "@" + ".".join(["b" * 63, "c" * 63, "d" * 61])


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("anna@example.it", "anna@example.it"),
        ("  Anna.Rossi+inps@Posta.Example.IT\t", "Anna.Rossi+inps@Posta.Example.IT"),
        ("o'neil_%&@x.y", "o'neil_%&@x.y"),
        ("niccolò@città.it", "niccolò@città.it"),
        ("उपयोग@उदाहरण.भारत", "उपयोग@उदाहरण.भारत"),
        ("anna@\u200bexample.it", "anna@example.it"),
        (LONG, LONG),
    ],
)
def test_addresses_that_are_read(typed: str, read: str) -> None:
    assert Email().read(typed) == read


@pytest.mark.parametrize(
    "typed",
    ["anna", "@example.it", "anna@", "anna@example", "anna@.it", "anna@example.", "anna@a..it", "a@b@c.it", "a b@c.it",
     "a@b.it c@d.it", "a@b.it,c", "<a@b.it>", "Anna <a@b.it>", "a@[10.0.0.1]",
     "mailto:a@b.it", "a@b.it;", "a@b.it\x0b", "a@b\x7f.it", "\x00a@b.it", "e" + LONG,
     "a@" + "b" * 64 + ".it"],
)  # fmt: skip
def test_addresses_that_are_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="non_valido"):
        Email().read(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12345", "12345"),
        ("123456789012345", "123456789012345"),
        ("+39 333 123.45.67", "+39 333 123.45.67"),
        (" (+39)  06/1234-5678 ", "(+39) 06/1234-5678"),
        ("333\u00a01234–567", "333 1234-567"),
    ],
)
def test_numbers_that_are_read(typed: str, read: str) -> None:
    assert Phone().read(typed) == read


@pytest.mark.parametrize(
    "typed",
    ["1234", "1234567890123456", "+", "33+3123456", "++39333123", "333 1234567 int. 4", "٣٣٣١٢٣٤", "12345\r\n67890",
     "12345" + "-" * 36],
)  # fmt: skip
def test_numbers_that_are_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="non_valido"):
        Phone().read(typed)
