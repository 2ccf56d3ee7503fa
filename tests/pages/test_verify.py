"""The public check of a receipt: what it says, what it never says, and that nobody gets far by guessing."""

import logging
import re
from collections.abc import Callable

import asyncpg
import msgspec
import pytest
from structlog.testing import capture_logs

from omnia_com.communications import codes
from omnia_com.pages import verify
from omnia_com.pages.http.front import Front
from omnia_com.pages.http.limits import Limit
from tests.helpers.browsing import Visitor
from tests.helpers.people import ANNA, SUBORDINATO
from tests.helpers.steps import posted_draft, send, until_pdf, until_receipt

Somebody = Callable[[], Visitor]
NEVER = (ANNA.nome, ANNA.cognome, ANNA.codice_fiscale, SUBORDINATO["datore_lavoro"])


async def one_sent(anna: Visitor, database: asyncpg.Connection) -> tuple[str, str]:
    """Protocol and code of a communication of hers; its page is shown."""
    await send(anna, await posted_draft(anna, SUBORDINATO))
    row = await database.fetchrow("SELECT protocollo, codice FROM comunicazione ORDER BY protocollo DESC LIMIT 1")
    return row["protocollo"], row["codice"]


async def asked(visitor: Visitor, protocol: str, code: str) -> Visitor:
    await visitor.get("/verifica")
    await visitor.fill(protocollo=protocol, codice=code).press("Verifica")
    return visitor


def verdict(visitor: Visitor) -> tuple[str, str]:
    page = visitor.page
    assert page.url.path == "/verifica"
    assert not page.url.query
    assert [word for word in NEVER if word in page.text] == []
    hooks = [e.get("data-stato", "") for e in page.tree.iter() if "data-stato" in e.attrib]
    return page.hook("verifica"), "".join(hooks)


async def test_whoever_has_the_receipt_sees_that_it_is_genuine_and_how_it_stands(
    anna: Visitor, visitor: Somebody, database: asyncpg.Connection
) -> None:
    protocol, code = await one_sent(anna, database)
    somebody = visitor()
    assert verdict(await asked(somebody, protocol, code)) == ("autentica", "inviata")
    assert "23/11/2026 10:00" in somebody.page.text
    typed = f" {codes.shown(code).lower().replace('0', 'o').replace('1', 'l')} "
    assert verdict(await asked(somebody, protocol.lower(), typed)) == ("autentica", "inviata")
    await anna.follow("Annulla comunicazione")
    await anna.fill(motivo="per_errore").press("Annulla la comunicazione")
    assert verdict(await asked(somebody, protocol, code)) == ("autentica", "annullata")


async def test_an_amended_one_says_so(anna: Visitor, visitor: Somebody, database: asyncpg.Connection) -> None:
    protocol, code = await one_sent(anna, database)
    await anna.press("Rettifica")
    await send(anna, anna.page.path)
    assert verdict(await asked(visitor(), protocol, code)) == ("autentica", "sostituita")


async def test_a_wrong_code_and_an_unknown_protocol_are_one_answer(
    anna: Visitor, visitor: Somebody, database: asyncpg.Connection
) -> None:
    protocol, code = await one_sent(anna, database)
    other = codes.SIGNS[codes.SIGNS.index(code[0]) - 1] + code[1:]
    somebody, answers = visitor(), list[bytes]()
    for typed in ((protocol, other), ("OMNIACOM.2026.9999999", code), ("scritto male", "🦊"), (protocol, "'; --")):
        assert verdict(await asked(somebody, *typed)) == ("non-autentica", "")
        answers.append(somebody.page.response.content)
    assert len(set(answers)) == 1


async def test_every_answer_takes_the_same_time(
    anna: Visitor, visitor: Somebody, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pause runs beside the question, and it is longer than that: what is left to see is the pause."""
    protocol, code = await one_sent(anna, database)
    pauses: list[float] = []
    genuine = verify.asyncio.sleep  # type: ignore[attr-defined]

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await genuine(0)

    monkeypatch.setattr(verify.asyncio, "sleep", sleep)  # type: ignore[attr-defined]
    for typed in ((protocol, code), (protocol, "0" * 12), ("OMNIACOM.2026.9999999", code)):
        await asked(visitor(), *typed)
    assert pauses.count(verify.PAUSE) == 3


async def test_one_sent_before_there_were_codes_is_found_by_none(
    anna: Visitor, visitor: Somebody, database: asyncpg.Connection
) -> None:
    from tests.conftest import forced

    protocol, _ = await one_sent(anna, database)
    await forced(database, "UPDATE comunicazione SET codice = '', verifica = ''")
    assert verdict(await asked(visitor(), protocol, "x")) == ("non-autentica", "")
    page = await anna.get(f"{anna.page.path}/ricevuta/stampa")
    assert "Verifica della ricevuta" not in page.text


async def test_what_is_left_empty_is_asked_for(visitor: Somebody) -> None:
    somebody = await asked(visitor(), "", "")
    assert somebody.page.errors == ["protocollo:obbligatorio", "codice:obbligatorio"]
    await somebody.get("/verifica?manca=allegato&manca=<b>")
    assert somebody.page.errors == ["allegato:obbligatorio"]


@pytest.mark.usefixtures("one_minute")
async def test_guessing_comes_to_an_end(app: Front, anna: Visitor, visitor: Somebody) -> None:
    """By the form, and by the cookie that the form makes; who only opens the page is not held up."""
    state = app.litestar.state
    before = state.services
    state.services = msgspec.structs.replace(before, checks=Limit(5))
    try:
        somebody = visitor()
        for _ in range(5):
            await asked(somebody, "OMNIACOM.2026.0000001", "0" * 12)
        await somebody.get("/verifica")
        await somebody.fill(protocollo="OMNIACOM.2026.0000001", codice="0" * 12).press("Verifica", expect=429)
        by_hand = {"cookie": "verifica=c.OMNIACOM.2026.0000001/000000000000"}
        assert (await visitor().client.get("/verifica", headers=by_hand)).status_code == 429
        await somebody.get("/verifica")
    finally:
        state.services = before


async def test_neither_address_nor_log_has_what_was_asked(
    anna: Visitor, visitor: Somebody, database: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    protocol, code = await one_sent(anna, database)
    client = visitor().client
    with capture_logs() as logs, caplog.at_level(logging.DEBUG, "uvicorn"):
        response = await client.post("/verifica", data={"protocollo": protocol, "codice": code})
        await client.get(response.headers["location"])
    assert (response.status_code, response.headers["location"]) == (303, "/verifica")
    said = repr(logs) + caplog.text
    assert "/verifica" in said
    assert not re.search(f"{protocol}|{code}|{codes.shown(code)}", said)
    again = await client.get("/verifica")
    assert "data-verifica" not in again.text


def test_codes_are_long_and_never_twice_the_same() -> None:
    made = {codes.new_code() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(code) for code in made} == {12}
    assert all(codes.read_code(codes.shown(code)) == code for code in made)
    assert set("".join(made)) == set(codes.SIGNS)


@pytest.mark.usefixtures("worker")
async def test_the_file_itself_is_checked_and_not_a_byte_of_it_may_differ(
    anna: Visitor, visitor: Somebody, database: asyncpg.Connection
) -> None:
    await one_sent(anna, database)
    await until_receipt(anna)
    path = anna.page.path
    pdf = await until_pdf(anna, f"{path}/ricevuta")
    somebody = visitor()
    assert await file_asked(somebody, pdf) == ("autentica", "inviata")
    step = max(1, len(pdf) // 25)
    for at in (*range(0, len(pdf), step), len(pdf) - 1):
        changed = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
        assert await file_asked(somebody, changed) == ("non-autentica", "")
    for other in (pdf + b"\n", pdf[:-1], b"%PDF-1.7", b"\0" * 5_000_000):
        assert await file_asked(somebody, other) == ("non-autentica", "")


async def file_asked(visitor: Visitor, content: bytes) -> tuple[str, str]:
    files = {"allegato": ("ricevuta.pdf", content)}
    await visitor._show(await visitor.client.post("/verifica", files=files), 200)
    return verdict(visitor)


async def test_no_file_is_asked_for(visitor: Somebody) -> None:
    """As a browser sends a control in which none was chosen."""
    part = b'--x\r\nContent-Disposition: form-data; name="allegato"; filename=""\r\n'
    body = part + b"Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n"
    somebody = visitor()
    form = {"content-type": "multipart/form-data; boundary=x"}
    await somebody._show(await somebody.client.post("/verifica", content=body, headers=form), 200)
    assert somebody.page.errors == ["allegato:obbligatorio"]
