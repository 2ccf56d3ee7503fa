"""What the log tells of a service at work, and that it tells nothing about a person."""

import json
import re
from collections.abc import Callable

import httpx
import pytest
from litestar.types import ASGIApp
from prometheus_client import REGISTRY

from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings, read
from tests.helpers.browsing import Visitor
from tests.helpers.files import pdf
from tests.helpers.people import AUTONOMO
from tests.helpers.steps import posted_draft, send
from tests.house.test_logs import as_in_service


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_a_sending_is_told_and_its_person_is_not(
    visitor: Callable[[], Visitor], worker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    before = counted("omnia_invii_total", genere="inviata"), counted("omnia_allegati_total", esito="preso")
    with as_in_service():
        anna = await visitor().sign_in("P01")
        draft = await posted_draft(anna, AUTONOMO)
        await anna.choose_file("busta-paga-rossi.pdf", pdf()).press("Carica il file")
        await send(anna, draft)
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    (sent,) = (line for line in lines if line["event"] == "invio")
    assert sent["protocollo"] == anna.page.hook("protocollo")
    assert [line["mezzo"] for line in lines if line["event"] == "accesso"] == ["spid"]
    assert all(line["numero"] for line in lines if line["event"] == "richiesta")
    assert counted("omnia_invii_total", genere="inviata") == before[0] + 1
    assert counted("omnia_allegati_total", esito="preso") == before[1] + 1
    typed = {value for value in AUTONOMO.values() if len(value) > 4 and not value.isdigit()}
    person = {"PRVNNA85E49H501L", "Anna", "Prova", "rossi"}
    told = {word for word in person | typed if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)}
    assert told - {AUTONOMO.get("tipologia", "")} == set()


async def test_a_refused_sign_in_says_why(anna: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    with as_in_service():
        await anna.client.get("/accesso/oidc/ritorno?state=x&code=y")
    refused = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (why,) = (line for line in refused if line["event"] == "accesso_rifiutato")
    assert why["motivo"]
    assert counted("omnia_accessi_total", porta="oidc", esito=why["motivo"]) >= 1


@pytest.mark.parametrize(
    ("port", "given", "kept"),
    [
        (0, "2f1c0e6a9b7d4c3e8a5f", True),
        (54321, "2f1c0e6a9b7d4c3e8a5f", False),  # no proxy that we trust said so
        (0, "x" * 65, False),
        (0, 'a"b\\c{}12', False),
    ],
)
async def test_the_number_of_a_request_is_the_trusted_proxys(
    app: Front, web: str, port: int, given: str, kept: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    asgi: ASGIApp = app
    transport = httpx.ASGITransport(asgi, client=("192.0.2.7", port))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=web) as client:
        with as_in_service():
            answer = await client.get("/posso", headers={"x-request-id": given})
    number = answer.headers["x-request-id"]
    assert (number == given) == kept
    (line,) = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert line["numero"] == number


def test_what_a_process_says_of_its_settings_has_no_secret() -> None:
    settings: Settings = read(
        {
            "OMNIA_DATABASE_URL": "postgresql://omnia_servizio:segretissimo@db,db2:5432/omnia?password=segretissimo",
            "OMNIA_REDIS_URL": "redis://:segretissimo@queue:6379/0",
            "OMNIA_PORT": "8001",
        }
    )[0]
    said = settings.in_force
    assert (said["port"], said["database_url"]) == ("8001", "postgresql://db,db2:5432/omnia")
    assert said["redis_url"] == "redis://queue:6379/0"
    assert "segretissimo" not in str(said)
