"""Forms that no page of ours made: each rule holds on the server, no step is skipped, nothing extra is taken."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import asyncpg
import httpx
import pytest

from omnia_com.form.field_groups import GROUPS, TIPOLOGIA
from omnia_com.form.fields import Choice, Notes, PlaceName, Postcode, Text
from tests.helpers.answers import ALTRO, CASES, SVIZZERA
from tests.helpers.browsing import Visitor, said
from tests.helpers.people import AUTONOMO, BOTH_TICKS, SUBORDINATO
from tests.helpers.steps import posted_draft, send

ANNA = "PRVNNA85E49H501L"
HOSTILE = "<b>\"' {{7*7}} ${7*7} <script>alert(1)</script>"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


async def empty_draft(person: Visitor) -> str:
    await person.get("/comunicazioni")
    return (await person.post("/bozze", {"id": str(uuid4())})).path


async def posted(person: Visitor, draft: str, typed: dict[str, str], action: str) -> httpx.Response:
    whole = {"csrf": person.page.token, "azione": action, "gruppo_mostrato": typed[TIPOLOGIA.name], **typed}
    return await person.client.post(draft, data=whole)


# ASVS 2.2.1: what is refused in the browser's form is refused without it.


@pytest.mark.parametrize(("whole", "field", "code", "refused", "accepted"), CASES)
async def test_the_server_itself_refuses(
    whole: dict[str, str], field: str, code: str, refused: str, accepted: str, anna: Visitor
) -> None:
    draft = await empty_draft(anna)
    answer = await posted(anna, draft, whole | {field: refused}, "continua")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{draft}?controlla")
    assert (await anna.get(answer.headers["location"])).errors == [f"{field}:{code}"]
    sending = await anna.client.post(f"{draft}/invio", data={"csrf": anna.page.token, **BOTH_TICKS})
    assert sending.headers["location"].startswith(f"{draft}/riepilogo?controlla"), "nor is it sent past the form"
    answer = await posted(anna, draft, whole | {field: accepted}, "continua")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{draft}/riepilogo")


# ASVS 2.3.1: no step is skipped.


async def test_nothing_is_sent_that_was_never_saved_or_declared(anna: Visitor, database: asyncpg.Connection) -> None:
    await anna.get("/comunicazioni")
    await anna.post(f"/bozze/{uuid4()}/invio", SUBORDINATO | BOTH_TICKS, expect=404)
    draft = await empty_draft(anna)
    await anna.post(f"{draft}/invio", SUBORDINATO | BOTH_TICKS)
    assert anna.page.errors == ["tipologia_rioccupazione:obbligatorio"], "answers count only where they were saved"
    whole = await posted_draft(anna, SUBORDINATO)
    await anna.post(f"{whole}/invio", {})
    await anna.post(f"{whole}/invio", {"dichiarazione_veridicita": "on", "dichiarazione_privacy": "si"})
    assert await database.fetchval("SELECT count(*) FROM comunicazione") == 0


async def test_after_sending_no_form_reaches_what_was_sent(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await send(anna, draft)
    before = await database.fetch("SELECT * FROM comunicazione")
    token = anna.page.token
    for path in (draft, f"{draft}/invio", f"{draft}/elimina", f"{draft}/comune"):
        data = {"csrf": token, "azione": "salva", "datore_lavoro": "Altro", "sede_citta": "Roma", **BOTH_TICKS}
        assert (await anna.client.post(path, data=data)).status_code in (303, 409), path
    assert await database.fetch("SELECT * FROM comunicazione") == before


# ASVS 8.2.3: names that no form has are left out, whichever form brings them.

EXTRA = {
    "stato": "inviata",
    "protocollo": "OMNIACOM.2026.9999999",
    "codice_fiscale": "SMPLCU79T31F205Z",
    "dichiarante": "SMPLCU79T31F205Z",
    "utente_id": "SMPLCU79T31F205Z",
    "nome": "Luca",
    "inviata_il": "2001-01-01",
    "sostituisce": "00000000-0000-4000-8000-000000000000",
    "rettifica": "00000000-0000-4000-8000-000000000000",
    "genere": "annullamento",
    "sha256": "0" * 64,
}


@pytest.fixture
def greedy(anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Anna, in whose every form there is more than the page put into it."""
    post = anna.client.post

    async def with_more(url: str, *, content: str = "", data: dict[str, str] | None = None, **more: Any) -> Any:
        body = "&".join(filter(None, [content, urlencode(data or {}), urlencode(EXTRA)]))
        return await post(url, content=body, headers={**FORM, **(more.pop("headers", None) or {})}, **more)

    monkeypatch.setattr(anna.client, "post", with_more)
    return anna


async def test_no_form_takes_what_it_did_not_ask_for(greedy: Visitor, database: asyncpg.Connection) -> None:
    await send(greedy, await posted_draft(greedy, SUBORDINATO))
    await greedy.press("Rettifica")
    await send(greedy, greedy.page.path)
    await greedy.follow("Annulla comunicazione")
    await greedy.fill(motivo="per_errore").press("Annulla la comunicazione")
    await greedy.get("/contatti")
    await greedy.fill(telefono="06 12345678").press("Salva i contatti")
    await posted_draft(greedy, AUTONOMO)
    sent = await database.fetch("SELECT * FROM comunicazione ORDER BY protocollo")
    assert [row["protocollo"] for row in sent] == [f"OMNIACOM.2026.{n:07}" for n in (1, 2, 3)]
    assert [row["genere"] for row in sent] == ["comunicazione", "comunicazione", "annullamento"]
    assert [row["sostituisce"] for row in sent] == [None, sent[0]["id"], sent[1]["id"]]
    assert {row["dichiarante"] for row in sent} == {ANNA}
    assert all(row["inviata_il"].year == 2026 and row["sha256"] != "0" * 64 for row in sent)
    kept = [json.loads(row["risposte"]) for row in sent]
    draft = await database.fetchrow("SELECT * FROM bozza")
    assert (draft["dichiarante"], draft["rettifica"]) == (ANNA, None)
    for answers in (*kept, json.loads(draft["digitato"])):
        assert not EXTRA.keys() & answers.keys()
    who = await database.fetch("SELECT codice_fiscale, nome, contatti FROM dichiarante")
    assert [(w["codice_fiscale"], w["nome"], json.loads(w["contatti"])) for w in who] == [
        (ANNA, "Anna", {"telefono": "06 12345678"})
    ]


# ASVS 15.3.7: of two texts under one name the first counts, in every form and encoding.


async def test_of_two_texts_the_first_counts_in_any_encoding(anna: Visitor) -> None:
    draft = await empty_draft(anna)
    fixed = {"csrf": anna.page.token, "azione": "salva", "gruppo_mostrato": "autonomo", TIPOLOGIA.name: "autonomo"}
    parts = [(name, (None, text)) for name, text in fixed.items()]
    twice = [("annotazioni", (None, "prima")), ("annotazioni", (None, "seconda"))]
    assert (await anna.client.post(draft, files=parts + twice)).status_code == 303
    await anna.get(draft)
    assert anna.page.value("annotazioni") == "prima"


@pytest.mark.parametrize(("first", "second", "sent"), [("no", "si", False), ("si", "no", True)])
async def test_a_declaration_given_twice(first: str, second: str, sent: bool, anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(f"{draft}/riepilogo")
    pairs = [("csrf", anna.page.token), *((name, text) for text in (first, second) for name in BOTH_TICKS)]
    answer = await anna.client.post(f"{draft}/invio", content=urlencode(pairs), headers=FORM)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/comunicazioni/") == sent


# ASVS 1.2.1 and 1.3.7: what is typed is shown as it was typed, and is nobody's code. In the PDF: documents/test_pdf.py.

WHOLES = {"subordinato": SVIZZERA, "autonomo": ALTRO}


def free(field: Any) -> bool:
    return isinstance(field.kind, Text | Notes | PlaceName) and len(HOSTILE) <= getattr(field.kind, "longest", 100)


@pytest.mark.parametrize("tipologia", GROUPS)
async def test_in_every_field_of_a_draft(tipologia: str, anna: Visitor) -> None:
    """Even where it cannot be right: a draft keeps it, and shows it beside the error."""
    draft = await empty_draft(anna)
    fields = [f for f in GROUPS[tipologia].fields if not isinstance(f.kind, Choice)]
    ticks = ("comune_non_in_elenco", "stato_non_in_elenco", "sede_stato_nome", "partita_iva_in_attesa")
    typed = WHOLES[tipologia] | {f.name: HOSTILE for f in fields}
    assert (await posted(anna, draft, typed, "salva")).status_code == 303
    await anna.get(draft)
    unharmed(anna)
    shown = {f.name for f in fields} - set(ticks)
    assert {name: anna.page.value(name) for name in shown} == dict.fromkeys(shown, HOSTILE)
    await anna.get(f"{draft}/riepilogo")
    unharmed(anna)
    assert HOSTILE in said(anna.page.tree)


@pytest.mark.parametrize("tipologia", GROUPS)
async def test_in_every_text_of_what_is_sent(tipologia: str, anna: Visitor) -> None:
    typed = WHOLES[tipologia] | {f.name: HOSTILE for f in GROUPS[tipologia].fields if free(f)}
    typed |= {f.name: "<b>{{7*7}}" for f in GROUPS[tipologia].fields if isinstance(f.kind, Postcode)}
    await send(anna, await posted_draft(anna, typed))
    texts = sum(free(f) for f in GROUPS[tipologia].fields)
    communication = anna.page.path
    for path in (communication, f"{communication}/ricevuta/stampa"):
        await anna.get(path)
        unharmed(anna)
        assert said(anna.page.tree).count(HOSTILE) == texts
    if tipologia == "subordinato":
        await anna.get("/comunicazioni")
        unharmed(anna)
        assert HOSTILE in said(anna.page.tree), "the employer's name, in the list"


@pytest.mark.parametrize("query", ["pagina", "torna", "next", "con", "lingua", "idp", "state", "code"])
async def test_in_every_address(query: str, anna: Visitor, visitor: Callable[[], Visitor]) -> None:
    for person in (anna, visitor()):
        for path in ("/", "/entra", "/comunicazioni", "/contatti", "/accessi", "/accesso/oidc/ritorno"):
            answer = await person.client.get(path, params={query: HOSTILE})
            assert answer.status_code in (200, 303, 400)
            assert "<script>alert" not in answer.text
            assert " 49 " not in answer.text


def unharmed(person: Visitor) -> None:
    """No element of the page was typed, and nothing was worked out."""
    assert not [e for e in person.page.tree.iter() if e.tag == "b"]
    assert not [e for e in person.page.tree.iter("script") if "src" not in e.attrib]
    assert "<b>\"' 49" not in said(person.page.tree)
