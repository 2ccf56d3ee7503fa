"""A session that ends in the middle of a form loses nothing: the same person finds it, nobody else does."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import asyncpg
import msgspec
import pytest

from omnia_com.communications import kept_forms
from omnia_com.communications.kept_forms import LARGEST
from omnia_com.pages.http.front import Front
from omnia_com.pages.http.limits import Limit
from omnia_com.people import csrf
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor, said
from tests.helpers.files import pdf
from tests.helpers.people import BOTH_TICKS, SUBORDINATO
from tests.helpers.steps import posted_draft, send
from tests.helpers.waiting import PAUSE

OURS: Any = {"Sec-Fetch-Site": "same-origin"}
ANNA, LUCA = "Anna Prova (PRVNNA85E49H501L)", "Luca Esempio (SMPLCU79T31F205Z)"
KEPT, LOST = "quello che hai scritto c’è ancora", "non è arrivata"


async def session_ends(database: asyncpg.Connection) -> None:
    await database.execute("UPDATE sessione SET vista = now() - interval '31 minutes'")


async def writes_too_late(anna: Visitor, database: asyncpg.Connection, text: str = "Gamma S.p.A.") -> str:
    """A saved draft, on whose page *text* is typed and saved after the session has ended; its path."""
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await session_ends(database)
    await anna.fill(datore_lavoro=text).press("Salva")
    assert anna.page.path == "/entra"
    return draft


async def comes_back(person: Visitor, who: str = ANNA, expect: int = 200) -> None:
    await person.press("Entra con SPID")
    await person.press(who, expect=expect)


async def stored(database: asyncpg.Connection, draft: str) -> str:
    typed = await database.fetchval("SELECT digitato FROM bozza WHERE id = $1", draft.rpartition("/")[2])
    return str(json.loads(typed)["datore_lavoro"])


async def kept(database: asyncpg.Connection) -> int:
    return int(await database.fetchval("SELECT count(*) FROM modulo_tenuto"))


# The same person.


async def test_what_was_typed_is_saved_and_shown(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await writes_too_late(anna, database)
    assert KEPT in said(anna.page.tree)
    assert await stored(database, draft) == "Alfa Esempio S.r.l.", "nothing is saved before somebody has signed in"
    await comes_back(anna)
    assert anna.page.path == draft
    assert anna.page.value("datore_lavoro") == "Gamma S.p.A."
    assert "è salvato in questa bozza" in said(anna.page.tree)
    assert await stored(database, draft) == "Gamma S.p.A."
    assert await kept(database) == 0


async def test_the_texts_that_come_with_a_file_are_saved_and_the_file_is_asked_for_again(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await session_ends(database)
    await anna.fill(datore_lavoro="Gamma").choose_file("a.pdf", pdf()).press("Carica il file")
    assert KEPT in said(anna.page.tree)
    assert "Un file va caricato di nuovo" in said(anna.page.tree)
    await comes_back(anna)
    assert (anna.page.path, await stored(database, draft)) == (draft, "Gamma")
    assert "il file no: sceglilo di nuovo" in said(anna.page.tree)
    assert await database.fetchval("SELECT count(*) FROM allegato") == 0


@pytest.mark.parametrize("button", ["Continua", "Esporta in PDF", "Elimina bozza"])
async def test_other_buttons_only_save(button: str, anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await session_ends(database)
    await anna.fill(datore_lavoro="Gamma").press(button)
    await comes_back(anna)
    assert (anna.page.path, await stored(database, draft)) == (draft, "Gamma")


async def test_a_kept_sending_comes_back_as_the_check_page(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(f"{draft}/riepilogo")
    await session_ends(database)
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione")
    await comes_back(anna)
    assert anna.page.path == f"{draft}/riepilogo"
    assert "NON è stata inviata" in said(anna.page.tree)
    assert await database.fetchval("SELECT count(*) FROM comunicazione") == 0
    assert not anna.page.value("dichiarazione_veridicita"), "a declaration is made anew"
    await anna.fill(**BOTH_TICKS).press("Invia la comunicazione")
    assert anna.page.hook("stato") == "inviata"


async def test_contacts_are_saved(anna: Visitor, database: asyncpg.Connection) -> None:
    await anna.get("/contatti")
    await session_ends(database)
    await anna.fill(email="nuova@example.org").press("Salva i contatti")
    await comes_back(anna)
    assert anna.page.path == "/contatti"
    assert anna.page.value("email") == "nuova@example.org"
    assert "sono salvati" in said(anna.page.tree)


async def test_contacts_that_cannot_be_right_come_back_to_be_mended(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    await anna.get("/contatti")
    await session_ends(database)
    await anna.fill(email="senza chiocciola").press("Salva i contatti")
    await comes_back(anna)
    assert anna.page.value("email") == "senza chiocciola"
    assert "non sono ancora salvati" in said(anna.page.tree)
    await anna.press("Salva i contatti", expect=422)
    await anna.fill(email="con@example.org").press("Salva i contatti")
    await anna.get("/contatti")
    assert anna.page.value("email") == "con@example.org"


async def test_a_draft_that_changed_meanwhile_shows_both_versions(
    anna: Visitor, visitor: Callable[[], Visitor], database: asyncpg.Connection
) -> None:
    draft, other = await writes_too_late(anna, database), await visitor().sign_in("P01")
    await other.get(draft)
    await other.fill(datore_lavoro="Beta").press("Salva")
    await comes_back(anna, expect=409)
    assert all(text in anna.page.text for text in ("Beta", "Gamma S.p.A."))
    assert await stored(database, draft) == "Beta"
    await anna.press("Tieni quello che ho scritto qui")
    assert await stored(database, draft) == "Gamma S.p.A."


async def test_a_draft_that_was_sent_meanwhile_shows_what_was_typed(
    anna: Visitor, visitor: Callable[[], Visitor], database: asyncpg.Connection
) -> None:
    draft, other = await writes_too_late(anna, database), await visitor().sign_in("P01")
    await send(other, draft)
    await comes_back(anna, expect=409)
    assert "Gamma S.p.A." in anna.page.text
    assert "OMNIACOM.2026.0000001" in anna.page.text


async def test_a_draft_that_was_deleted_meanwhile_gives_its_words_for_another(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await database.execute("DELETE FROM bozza")
    await session_ends(database)
    await anna.fill(datore_lavoro="Gamma").press("Salva")
    assert KEPT in said(anna.page.tree)
    await comes_back(anna, expect=404)
    assert "Gamma" in said(anna.page.tree)
    await session_ends(database)
    await anna.press("Fanne una nuova bozza")
    assert KEPT in said(anna.page.tree)
    await comes_back(anna, expect=404)
    await anna.press("Fanne una nuova bozza")
    assert anna.page.value("datore_lavoro") == "Gamma"
    assert anna.page.path != draft


async def test_two_windows_two_forms(anna: Visitor, database: asyncpg.Connection) -> None:
    first, second = await posted_draft(anna, SUBORDINATO), await posted_draft(anna, SUBORDINATO)
    pages = [await anna.get(first), await anna.get(second)]
    await session_ends(database)
    for page, text in zip(pages, ("Uno", "Due"), strict=True):
        anna.page = page
        await anna.fill(datore_lavoro=text).press("Salva")
    await comes_back(anna)
    assert [await stored(database, d) for d in (first, second)] == ["Uno", "Due"]


async def test_who_signed_out_in_another_window_loses_nothing_either(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    page = await anna.get(draft)
    await anna.press("Esci")
    assert "sid" not in anna.client.cookies
    anna.page = page
    await anna.fill(datore_lavoro="Gamma").press("Salva")
    await comes_back(anna)
    assert await stored(database, draft) == "Gamma"


# When the database does not go along.


async def no_lock_is_waited_for(database: asyncpg.Connection) -> None:
    """As after `database.PATIENCE`, sooner."""
    while True:
        await database.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        await asyncio.sleep(PAUSE)


async def test_what_cannot_be_saved_now_stays_and_nobody_is_kept_from_entering(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await writes_too_late(anna, database)
    async with database.transaction(), asyncio.TaskGroup() as tasks:
        await database.execute("SELECT FROM bozza FOR UPDATE")
        giving_up = tasks.create_task(no_lock_is_waited_for(database))
        await comes_back(anna, expect=503)
        giving_up.cancel()
    assert anna.page.path == "/ripresa"
    assert "Riprova fra qualche minuto" in anna.page.text
    assert (await anna.get("/contatti")).path == "/contatti", "signed in"
    assert (await kept(database), await stored(database, draft)) == (1, "Alfa Esempio S.r.l.")
    await anna.get("/ripresa")
    assert (anna.page.path, await stored(database, draft)) == (draft, "Gamma S.p.A.")
    assert "è salvato in questa bozza" in said(anna.page.tree)
    assert await kept(database) == 0


async def test_a_form_that_is_saved_and_not_yet_deleted_is_saved_again(
    anna: Visitor, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the process is killed in between."""
    draft = await writes_too_late(anna, database)

    async def breaks_off(_secret: str) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(kept_forms, "drop", breaks_off)
        await comes_back(anna, expect=503)
    assert (await kept(database), await stored(database, draft)) == (1, "Gamma S.p.A.")
    await anna.sign_in("P01")
    assert (anna.page.path, await stored(database, draft)) == (draft, "Gamma S.p.A.")
    assert await kept(database) == 0


# Nobody else.


async def test_for_another_person_it_is_destroyed(
    anna: Visitor, database: asyncpg.Connection, visitor: Callable[[], Visitor]
) -> None:
    draft = await writes_too_late(anna, database)
    secret = anna.client.cookies["modulo"]
    await comes_back(anna, LUCA)
    assert anna.page.path == "/comunicazioni"
    assert "Luca Esempio" in anna.page.text
    assert "Gamma" not in anna.page.text
    assert "è stato eliminato" in said(anna.page.tree)
    assert await kept(database) == 0
    again = visitor()
    await again.get("/")
    again.client.cookies.set("modulo", secret)
    await comes_back(again)
    assert await stored(database, draft) == "Alfa Esempio S.r.l."


async def test_contacts_are_never_put_into_another_persons_profile(anna: Visitor, database: asyncpg.Connection) -> None:
    await anna.get("/contatti")
    await session_ends(database)
    await anna.fill(email="nuova@example.org").press("Salva i contatti")
    await comes_back(anna, LUCA)
    assert anna.page.path == "/comunicazioni"
    assert await database.fetchval("SELECT count(*) FROM dichiarante WHERE contatti IS NOT NULL") == 0


async def test_a_second_use_of_its_id_gives_nothing(
    anna: Visitor, database: asyncpg.Connection, visitor: Callable[[], Visitor]
) -> None:
    draft = await writes_too_late(anna, database)
    secret, thief = anna.client.cookies["modulo"], visitor()
    await comes_back(anna)
    assert "modulo" not in anna.client.cookies
    await anna.fill(datore_lavoro="Dopo").press("Salva")
    await thief.get("/")
    thief.client.cookies.set("modulo", secret)
    await comes_back(thief)
    assert thief.page.path == "/comunicazioni"
    assert await stored(database, draft) == "Dopo"


async def test_after_half_an_hour_it_is_gone(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await writes_too_late(anna, database)
    await database.execute("UPDATE modulo_tenuto SET creato = now() - interval '31 minutes'")
    await comes_back(anna)
    assert await stored(database, draft) == "Alfa Esempio S.r.l."
    await kept_forms.forget_old_forms()
    assert await kept(database) == 0


async def test_somebody_elses_draft_is_not_written(anna: Visitor, luca: Visitor, database: asyncpg.Connection) -> None:
    lucas, own = await posted_draft(luca, SUBORDINATO), await posted_draft(anna, SUBORDINATO)
    await anna.get(own)
    await session_ends(database)
    data = {"gruppo_mostrato": "subordinato", **SUBORDINATO, "datore_lavoro": "Gamma", "azione": "salva"}
    await anna.post(lucas, data)
    assert KEPT in said(anna.page.tree), "whose draft it is, is said to nobody"
    await comes_back(anna, expect=404)
    assert "Gamma" in said(anna.page.tree), "her own words, for a draft of her own"
    assert await stored(database, lucas) == "Alfa Esempio S.r.l."


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://male.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://altro.example"},
    ],
)
async def test_another_sites_form_is_never_kept(headers: Any, anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await session_ends(database)
    await anna.post(draft, {"datore_lavoro": "Gamma", "azione": "salva"}, **headers)
    assert LOST in said(anna.page.tree)
    assert await kept(database) == 0


async def test_nor_what_another_site_sends_with_a_file(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    texts = {"csrf": (await anna.get(draft)).token, "datore_lavoro": "Gamma"}
    await session_ends(database)
    files, elsewhere = {"allegato": ("a.pdf", pdf())}, {"Sec-Fetch-Site": "cross-site"}
    answer = await anna.client.post(f"{draft}/allegati", data=texts, files=files, headers=elsewhere)
    assert answer.headers["location"].endswith("&tenuto=no")
    assert await kept(database) == 0


async def test_a_sender_that_does_not_say_who_it_is_needs_the_cookie(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    token = (await anna.get(draft)).token
    await session_ends(database)
    for data in ({"csrf": token}, {"csrf": "A" * 108}, {}):
        del anna.client.cookies["sid"]
        await anna.client.post(draft, data={**data, "datore_lavoro": "Gamma"})
        anna.client.cookies.set("sid", "un altro")
        await anna.client.post(draft, data={**data, "datore_lavoro": "Gamma"})
    assert await kept(database) == 0


async def test_the_database_alone_cannot_read_it(anna: Visitor, database: asyncpg.Connection) -> None:
    await writes_too_late(anna, database)
    row = await database.fetchrow("SELECT id_sha256, contenuto FROM modulo_tenuto")
    for secret in (b"Gamma", b"Torino", b"PRVNNA", anna.client.cookies["modulo"].encode()):
        assert secret not in row["contenuto"] + row["id_sha256"]


# What is not kept is said.


async def test_what_only_a_part_of_a_page_asks_is_answered_on_the_page(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await session_ends(database)
    answer = await anna.client.post(draft, data={"csrf": anna.page.token}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert await kept(database) == 0


@pytest.mark.parametrize("too_much", ["long", "often", "of one person"])
async def test_too_much_is_not_kept(too_much: str, app: Front, anna: Visitor, database: asyncpg.Connection) -> None:
    state = app.litestar.state
    before = state.services
    if too_much != "long":
        limits = (Limit(0), Limit(9)) if too_much == "often" else (Limit(9), Limit(0))
        state.services = msgspec.structs.replace(before, keeping=limits)
    await writes_too_late(anna, database, "G" * (LARGEST + 1) if too_much == "long" else "Gamma")
    state.services = before
    assert LOST in said(anna.page.tree)
    assert await kept(database) == 0


async def test_nobody_says_of_himself_whose_page_he_has(
    anna: Visitor, database: asyncpg.Connection, settings: Settings
) -> None:
    """Whoever knows a codice fiscale can make a token of its form, and say that he is a page of ours."""
    draft = await posted_draft(anna, SUBORDINATO)
    token = (await anna.get(draft)).token
    await session_ends(database)
    forged = csrf.make("una sessione", csrf.tag("PRVNNA85E49H501L") + bytes(csrf.SEAL))
    altered = [changed(token, at) for at in (0, csrf.BOUND - 1, csrf.BOUND, csrf.WHOLE - 1)]
    assert csrf.surely_whose(token, settings) == csrf.surely_whose(altered[0], settings) != b""
    for text in (forged, *altered[2:], "A" * len(token), ""):
        await anna.post(draft, {"csrf": text, "datore_lavoro": "Gamma", "azione": "salva"}, **OURS)
        assert LOST in said(anna.page.tree)
    assert await kept(database) == 0
    await anna.post(draft, {"csrf": token, "datore_lavoro": "Gamma", "azione": "salva"}, **OURS)
    assert await kept(database) == 1


def changed(token: str, at: int) -> str:
    """The same with another byte at *at* under its mask."""
    raw = bytearray(urlsafe_b64decode(token))
    raw[csrf.WHOLE + at] ^= 1
    return urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize("at", [0, csrf.BOUND - 1])
async def test_a_token_that_is_a_byte_off_is_of_no_session(at: int, anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    token = (await anna.get(draft)).token
    sid = anna.client.cookies["sid"]
    assert csrf.accepts(sid, token)
    assert not csrf.accepts(sid, changed(token, at))
    await anna.post(draft, {"csrf": changed(token, at), "azione": "salva"}, expect=403, **OURS)


async def test_a_file_is_not_kept_and_the_page_says_so(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    await anna.get(draft)
    await session_ends(database)
    files: Any = {"csrf": (None, anna.page.token), "datore_lavoro": ("a.pdf", b"%PDF-1.7", "application/pdf")}
    answer = await anna.client.post(draft, files=files)
    await anna.get(answer.headers["location"])
    assert "Un file va caricato di nuovo" in said(anna.page.tree)
    assert await kept(database) == 0


# A page whose session has been followed by another one.


async def test_a_page_older_than_the_session_offers_what_was_typed_to_its_own_person(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    old = await anna.get(draft)
    await anna.sign_in("P01")
    anna.page = old
    await anna.fill(datore_lavoro="Gamma").press("Salva", expect=403)
    await anna.press("Manda di nuovo")
    assert await stored(database, draft) == "Gamma"


async def test_and_never_to_another(anna: Visitor) -> None:
    old = await anna.get("/contatti")
    await anna.sign_in("P02")
    anna.page = old
    await anna.fill(email="nuova@example.org").press("Salva i contatti", expect=403)
    assert "Luca Esempio" in anna.page.text
    assert "nuova@example.org" not in anna.page.text
    assert "Manda di nuovo" not in anna.page.text
