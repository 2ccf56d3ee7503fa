"""More than anybody needs: long texts and addresses, many requests at once. What is refused is refused in words."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import brotli
import pytest

from omnia_com.communications import amendments, drafts
from omnia_com.communications.attachments import uploads
from omnia_com.communications.drafts import MOST_CHARACTERS, TooMany
from omnia_com.identity import LONGEST_PATH, local
from omnia_com.italy.clock import Clock
from omnia_com.pages.http.compression import LARGE, SMALL, compressed
from tests.communications.test_kept_forms import comes_back, session_ends
from tests.communications.test_sending import HEADING, some_drafts
from tests.helpers.browsing import Visitor, said
from tests.helpers.files import pdf
from tests.helpers.people import ANNA, AUTONOMO, BOTH_TICKS, SUBORDINATO
from tests.helpers.steps import new_draft, posted_draft

LONG = "x" * 60_000
TOO_LONG = "è" * (MOST_CHARACTERS - 300) + "\nfine del testo " * 60
REFUSED = "Non è salvato: hai scritto troppo"


# A page costs what a page costs.


@pytest.mark.parametrize(("size", "quality"), [(SMALL, 11), (SMALL + 1, 5), (LARGE, 5), (LARGE + 1, 1), (4_000_000, 1)])
def test_the_larger_the_cheaper(size: int, quality: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, pack = list[int](), brotli.compress

    def compress(body: bytes, quality: int) -> bytes:
        asked.append(quality)
        return bytes(pack(body, quality=1))

    monkeypatch.setattr("brotli.compress", compress)
    packed, encoding = compressed(b"a" * size, "br")
    assert (encoding, asked) == ("br", [quality])
    assert len(brotli.decompress(packed)) == size


PATHS = "/?x= /privacy?x= /entra?next=/ /entra?x= /nulla/ /comunicazioni?x= /contatti?torna=/ /lingua/de?torna=/"


@pytest.mark.parametrize("path", PATHS.split())
async def test_a_long_address_makes_no_long_page(path: str, anna: Visitor) -> None:
    answer = await anna.client.get(path + LONG)
    assert "xxx" not in answer.text + answer.headers.get("location", "")


@pytest.mark.parametrize("start", ["/accesso/oidc/entra?next=/", "/entra?next=/"])
async def test_a_long_way_back_is_not_kept(
    start: str, visitor: Callable[[], Visitor], database: asyncpg.Connection
) -> None:
    person = visitor()
    await person.client.get(start + LONG)
    assert await database.fetchval("SELECT coalesce(max(length(dati::text)), 0) FROM accesso_in_corso") < 4096


def test_a_way_back_is_short_and_ours() -> None:
    longest = "/" + "x" * (LONGEST_PATH - 1)
    assert local(longest) == longest
    for path in (longest + "x", "//male.example", "/\\male.example", "https://male.example", "/a\nb", "/è", ""):
        assert local(path, otherwise="/altrove") == "/altrove", path


# A draft holds what somebody types, and not more.


async def refused(anna: Visitor, database: asyncpg.Connection) -> None:
    """The page says that it is not saved and shows all that was typed; what was stored stands."""
    assert REFUSED in said(anna.page.tree)
    assert anna.page.title.startswith("Errore: ")
    assert anna.page.errors[0] == "annotazioni:troppo_lungo"
    assert anna.page.value("annotazioni") == TOO_LONG
    assert "fine del testo" not in await database.fetchval("SELECT string_agg(digitato::text, ' ') FROM bozza")


@pytest.mark.parametrize("button", ["Salva", "Continua", "Aggiorna i campi", "Esporta in PDF", "Deutsch"])
async def test_what_is_too_long_is_refused_and_shown_again_whole(
    button: str, anna: Visitor, database: asyncpg.Connection
) -> None:
    draft = await new_draft(anna, AUTONOMO)
    await anna.get(draft)
    await anna.fill(annotazioni=TOO_LONG, data_inizio="02/12/2026").press(button, expect=413)
    if button != "Deutsch":
        await refused(anna, database)
    assert anna.page.value("data_inizio") == "02/12/2026"
    await anna.fill(annotazioni="Poche parole.").press("Save" if anna.page.language == "en" else _save(anna))
    typed = json.loads(await database.fetchval("SELECT digitato FROM bozza"))
    assert (typed["annotazioni"], typed["data_inizio"]) == ("Poche parole.", "02/12/2026")


def _save(anna: Visitor) -> str:
    return {"it": "Salva", "de": "Speichern"}[anna.page.language]


async def test_with_a_file_too(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await new_draft(anna, AUTONOMO)
    await anna.get(draft)
    await anna.fill(annotazioni=TOO_LONG).choose_file("a.pdf", pdf()).press("Carica il file", expect=413)
    await refused(anna, database)
    assert await database.fetchval("SELECT count(*) FROM allegato") == 0


async def test_the_comune_too(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    await anna.post(f"{draft}/comune", {"sede_citta": TOO_LONG}, expect=413)
    assert anna.page.errors[0] == "sede_citta:troppo_lungo"
    assert "fine del testo" not in await database.fetchval("SELECT digitato::text FROM bozza")


async def test_a_draft_made_anew_of_too_much_is_there_to_be_shortened(
    anna: Visitor, database: asyncpg.Connection
) -> None:
    await anna.get("/comunicazioni")
    await anna.post("/bozze", {"id": str(uuid4()), **AUTONOMO, "annotazioni": TOO_LONG}, expect=413)
    await refused(anna, database)
    await anna.fill(annotazioni="").press("Salva")
    assert json.loads(await database.fetchval("SELECT digitato FROM bozza")).keys() == AUTONOMO.keys() - {"annotazioni"}


@pytest.mark.parametrize("action", ["autosalva", "aggiorna"])
async def test_the_script_is_told_in_words(action: str, anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await new_draft(anna, AUTONOMO)
    await anna.get(draft)
    data = {"csrf": anna.page.token, "azione": action, "gruppo_mostrato": "autonomo", **AUTONOMO}
    answer = await anna.client.post(draft, data={**data, "annotazioni": TOO_LONG}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-retarget"]) == (413, "#stato")
    assert "Non salvato: hai scritto troppo" in answer.text
    assert len(answer.content) < 400


async def test_of_two_windows_the_later_is_told_so_first(anna: Visitor, database: asyncpg.Connection) -> None:
    draft = await new_draft(anna, AUTONOMO)
    old = await anna.get(draft)
    await anna.fill(reddito_presunto_annuale="1").press("Salva")
    anna.page = old
    await anna.fill(annotazioni=TOO_LONG).press("Salva", expect=409)
    assert "fine del testo" in anna.page.text
    await anna.press("Tieni quello che ho scritto qui", expect=413)
    await refused(anna, database)


async def test_a_session_that_ended_meanwhile_loses_nothing_of_it(anna: Visitor, database: asyncpg.Connection) -> None:
    draft, long = await new_draft(anna, AUTONOMO), "è" * (MOST_CHARACTERS + 1)
    await anna.get(draft)
    await session_ends(database)
    await anna.fill(annotazioni=long).press("Salva")
    await comes_back(anna, expect=409)
    await anna.press("Tieni quello che ho scritto qui", expect=413)
    assert anna.page.value("annotazioni") == long


async def test_the_most_that_a_draft_holds_is_saved(anna: Visitor) -> None:
    rest = {name: text for name, text in AUTONOMO.items() if name != "annotazioni"}
    draft = await posted_draft(anna, rest)
    most = "\U0001f600" * (MOST_CHARACTERS - sum(map(len, rest.values())))
    await anna.post(draft, {"gruppo_mostrato": "autonomo", "azione": "salva", **rest, "annotazioni": most})
    assert anna.page.value("annotazioni") == most
    await anna.post(
        draft, {"gruppo_mostrato": "autonomo", "azione": "salva", **rest, "annotazioni": most + "x"}, expect=413
    )


# Limits hold for requests that are released together.


async def together(n: int, one: Callable[[int], Awaitable[Any]]) -> list[Any]:
    """What *n* at once give; `TooMany` where they are refused."""
    done = await asyncio.gather(*(one(i) for i in range(n)), return_exceptions=True)
    return [d for d in done if not isinstance(d, drafts.TooMany | uploads.TooManyUploads)]


async def test_drafts_at_once_are_no_more_than_may_be(anna: Visitor, database: asyncpg.Connection) -> None:
    begun = await together(30, lambda i: drafts.start(ANNA.codice_fiscale, UUID(int=i + 1), limit=5, typed={}))
    assert len(begun) == await database.fetchval("SELECT count(*) FROM bozza") == 5


async def test_sendings_at_once_are_no_more_than_may_be(anna: Visitor, database: asyncpg.Connection) -> None:
    ids, clock = await some_drafts(20), Clock(None)
    sent = await together(20, lambda i: drafts.send(ANNA, ids[i], None, BOTH_TICKS, clock, 5, HEADING))
    assert len(sent) == await database.fetchval("SELECT count(*) FROM comunicazione") == 5


async def test_annulments_count_among_them(anna: Visitor, database: asyncpg.Connection) -> None:
    ids, clock = await some_drafts(6), Clock(None)
    for id in ids:
        await drafts.send(ANNA, id, None, BOTH_TICKS, clock, 6, HEADING)
    with pytest.raises(TooMany):
        await amendments.annul(ANNA, ids[0], uuid4(), "per_errore", clock, 6, HEADING)
    annulled = await together(6, lambda i: amendments.annul(ANNA, ids[i], uuid4(), "per_errore", clock, 8, HEADING))
    assert len(annulled) == 2
    assert await database.fetchval("SELECT count(*) FROM comunicazione WHERE genere = 'annullamento'") == 2


async def test_files_at_once_are_no_more_than_may_be(anna: Visitor, database: asyncpg.Connection) -> None:
    begun = await together(30, lambda _: uploads.begin(ANNA.codice_fiscale, 5))
    assert len(begun) == await database.fetchval("SELECT count(*) FROM contenuto") == 5
