"""Who may see what: every route is classified, and its class is tested."""

import json
from collections.abc import Callable
from uuid import uuid4

import asyncpg
import pytest

from omnia_com.pages.http import ready
from omnia_com.pages.http.front import Front
from tests.helpers.browsing import Visitor
from tests.helpers.people import BOTH_TICKS, SUBORDINATO
from tests.helpers.routes import ROUTES, private, routes
from tests.helpers.steps import new_draft, posted_draft, send

PART = b'--b\r\nContent-Disposition: form-data; name="csrf"'


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here: nobody waits for a receipt."""
    monkeypatch.setattr(ready, "PATIENCE", 0.01)


def test_every_route_is_classified(app: Front) -> None:
    unknown = {name for name, _, _ in routes(app)} - ROUTES.keys()
    assert not unknown, f"say in ROUTES of tests/helpers/routes.py who may see {unknown}"
    assert ROUTES.keys() == {name for name, _, _ in routes(app)}, "a route of ROUTES is no more"


async def test_without_a_session_every_private_page_leads_to_sign_in(
    app: Front, visitor: Callable[[], Visitor]
) -> None:
    nobody = visitor()
    for path in private(app, "GET"):
        answer = await nobody.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/entra?next={path}")
        fragment = await nobody.client.get(path, headers={"HX-Request": "true"})
        assert fragment.status_code == 401, path
        assert "Entra" in fragment.text
    for path in private(app, "POST"):
        assert (await nobody.client.post(path)).status_code == 303, path


async def test_anothers_record_is_not_there(app: Front, anna: Visitor, luca: Visitor) -> None:
    sent, draft = await posted_draft(anna, SUBORDINATO), ""
    await send(anna, sent)
    draft = await posted_draft(anna, SUBORDINATO)
    for record in (sent, draft):
        id = record.rpartition("/")[2]
        for path in private(app, "GET", id):
            if id in path:
                await luca.get(path, expect=404)
        await luca.get("/comunicazioni")
        for path in private(app, "POST", id):
            if id in path:
                answer = await luca.client.post(path, data={"csrf": luca.page.token, **BOTH_TICKS})
                assert answer.status_code == 404, path
    await anna.get(draft)
    assert anna.page.value("datore_lavoro") == "Alfa Esempio S.r.l.", "nothing is done to it"


async def test_a_record_that_never_was_is_not_there_either(app: Front, luca: Visitor) -> None:
    """So that nobody learns which are."""
    await luca.get("/comunicazioni")
    for path in private(app, "POST"):
        if "00000000" in path:
            answer = await luca.client.post(path, data={"csrf": luca.page.token, **BOTH_TICKS})
            assert answer.status_code == 404, path


async def test_a_draft_that_one_has_deleted_is_deleted_already(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    page = await anna.get(f"{draft}/elimina")
    for _ in range(2):
        anna.page = page
        await anna.press("Elimina definitivamente")
        assert anna.page.path == "/comunicazioni"
    assert await database.fetchval("SELECT count(*) FROM registro_accessi WHERE azione = 'bozza_eliminata'") == 1


async def test_a_draft_that_was_sent_meanwhile_is_not_deleted_but_shown(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    page = await anna.get(f"{draft}/elimina")
    await send(anna, draft)
    anna.page = page
    await anna.press("Elimina definitivamente")
    assert anna.page.hook("stato") == "inviata"


async def test_a_draft_of_anothers_id_is_not_taken_over(anna: Visitor, luca: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    await luca.get("/comunicazioni")
    await luca.post("/bozze", {"id": draft.rpartition("/")[2]}, expect=404)


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("è" * 40, {}),
        ("A" * 108, {}),
        ("\x00\udcff", {}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
        (None, {"Sec-Fetch-Site": "same-site"}),
        (None, {"Origin": "https://male.example"}),
        (None, {"Origin": "null"}),
    ],
)
async def test_no_form_is_taken_without_its_token_or_from_another_site(
    token: str | None, headers: dict[str, str], app: Front, anna: Visitor
) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    given = anna.page.token if token is None else token
    for path in private(app, "POST", draft.rpartition("/")[2]):
        answer = await anna.client.post(path, data={"csrf": given.encode("utf-8", "surrogateescape")}, headers=headers)
        assert answer.status_code == 403 if token != "\x00\udcff" else answer.status_code in (400, 403), path
        assert "Richiesta non" in answer.text
    await anna.get(draft)
    assert anna.page.value("datore_lavoro") == "Alfa Esempio S.r.l."


async def test_a_stale_token_loses_nothing_that_was_typed(anna: Visitor) -> None:
    draft = await new_draft(anna, {"tipologia_rioccupazione": "autonomo"})
    typed = {"csrf": "vecchio", "gruppo_mostrato": "autonomo", "tipologia_rioccupazione": "autonomo"}
    data = {**typed, "reddito_presunto_annuale": "4800", "azione": "salva", "versione": anna.page.value("versione")}
    await anna.post(draft, data, expect=403, Origin=str(anna.client.base_url).rstrip("/"))
    await anna.press("Manda di nuovo")
    assert anna.page.value("reddito_presunto_annuale") == "4800"


async def test_reading_changes_nothing(app: Front, anna: Visitor, database: asyncpg.Connection) -> None:
    sent = await posted_draft(anna, SUBORDINATO)
    await send(anna, sent)
    draft = await posted_draft(anna, SUBORDINATO)
    before = await digest(database)
    for record in (sent, draft):
        for path in private(app, "GET", record.rpartition("/")[2]):
            await anna.client.get(path)
            await anna.client.head(path)
    assert await digest(database) == before


WRITTEN_WHILE_READING = {
    "registro_accessi": "that somebody has read is what it is there to say",
    "accesso_in_corso": "asking to sign in is a GET, by the rules of OpenID Connect",
    "sessione": "its last use is noted, once a minute",
    "battito": "a worker lives",
}


async def digest(database: asyncpg.Connection) -> dict[str, str]:
    """Of every table of the database but those."""
    tables = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    query = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
    names = {row["tablename"] for row in tables} - WRITTEN_WHILE_READING.keys()
    return {name: await database.fetchval(query.format(name)) for name in sorted(names)}


async def test_names_that_are_no_field_change_nothing(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    extra = {"stato": "inviata", "protocollo": "X", "codice_fiscale": "SMPLCU79T31F205Z", "dichiarante": "X", "id": "1"}
    await anna.post(draft, {**extra, "azione": "salva"})
    row = await database.fetchrow("SELECT * FROM bozza WHERE id = $1", draft.rpartition("/")[2])
    assert row["dichiarante"] == "PRVNNA85E49H501L"
    assert not extra.keys() & json.loads(row["digitato"]).keys()


async def test_the_first_of_two_texts_under_one_name_counts(anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    body = f"csrf={anna.page.token}&azione=salva&gruppo_mostrato=subordinato&tipologia_rioccupazione=subordinato"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    await anna.client.post(draft, content=f"{body}&datore_lavoro=Primo&datore_lavoro=Secondo", headers=headers)
    await anna.get(draft)
    assert anna.page.value("datore_lavoro") == "Primo"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"csrf=%FF%FE", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % i for i in range(300)), "application/x-www-form-urlencoded", 400),
        (b"x=" + b"a" * 1_100_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 400),
        (b"nothing like it", "multipart/form-data; boundary=b", 400),
        (
            PART + b"\r\n\r\n\xff\xff\r\n--b--\r\n",
            "multipart/form-data; boundary=b",
            400,
        ),
        (
            PART + b"\r\nContent-Type: text/plain; charset=klingon\r\n\r\nx\r\n--b--\r\n",
            "multipart/form-data; boundary=b",
            400,
        ),
        (
            PART + b'; filename="x"\r\n\r\nx\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            400,
        ),
    ],
    ids=["bad percent", "bad utf-8", "too many", "too long", "json", "broken", "part utf-8", "part charset", "a file"],
)
async def test_what_no_browser_sends_is_answered_in_words(body: bytes, kind: str, status: int, anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    answer = await anna.client.post(draft, content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert "<h1>" in answer.text


async def test_a_multipart_form_is_read_too(anna: Visitor) -> None:
    draft = await new_draft(anna, {"tipologia_rioccupazione": "autonomo"})
    fields = {"csrf": anna.page.token, "gruppo_mostrato": "autonomo", "azione": "salva", "annotazioni": "così"}
    parts = {name: (None, text) for name, text in (fields | {"tipologia_rioccupazione": "autonomo"}).items()}
    assert (await anna.client.post(draft, files=parts)).status_code == 303
    await anna.get(draft)
    assert anna.page.value("annotazioni") == "così"


async def test_a_nul_character_is_dropped_and_the_rest_kept(anna: Visitor) -> None:
    draft = await new_draft(anna, {"tipologia_rioccupazione": "subordinato", "datore_lavoro": "Al\0fa"})
    await anna.get(draft)
    assert anna.page.value("datore_lavoro") == "Alfa"


@pytest.mark.parametrize("path", ["/schema", "/metrics", "/bozze/1", "/comunicazioni/x/ricevuta", "/static/nulla.js"])
async def test_what_is_not_there_is_a_page_in_italian(path: str, visitor: Callable[[], Visitor]) -> None:
    page = await visitor().get(path, expect=404)
    assert page.title.startswith("Pagina non trovata")


async def test_a_host_that_is_not_ours_is_refused(visitor: Callable[[], Visitor]) -> None:
    answer = await visitor().client.get("/", headers={"host": "male.example"})
    assert answer.status_code == 400
    assert (await visitor().client.get("/salute", headers={"host": "10.0.0.7:8000"})).status_code == 200


async def test_a_new_draft_twice_is_one(anna: Visitor) -> None:
    id = str(uuid4())
    for _ in range(2):
        await anna.get("/comunicazioni")
        await anna.post("/bozze", {"id": id})
    await anna.get("/comunicazioni")
    assert anna.page.text.count(">Completa<") == 1
