"""The register of authentication exchanges: what is kept, who can read it, and that no key is for ever."""

import asyncio
import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import msgspec
import pytest
import structlog

from omnia_com.identity import AccessRefused, exchange_keys, exchanges
from omnia_com.identity.exchanges import Exchange, keep
from omnia_com.pages.http.front import Front
from omnia_com.pages.http.limits import HOUR, Limit
from omnia_com.settings import Settings, SettingsError
from tests.helpers.browsing import Visitor
from tests.helpers.waiting import PATIENCE

ANNA = "PRVNNA85E49H501L"
RESPONSE = "<samlp:Response><saml:Attribute>anna.prova@example.org</saml:Attribute></samlp:Response>"
EXCHANGE = Exchange(
    "saml", "https://idp.example", "_r1", "entrato", ANNA, {"AuthnRequest": "<a/>", "Response": RESPONSE}
)


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """With a key file of its own."""
    return dataclasses.replace(settings, registro_chiavi=str(tmp_path / "chiavi"))


@pytest.fixture
async def pool(web: str, clean: None) -> None:
    """The web process of the run has the pool open."""


async def command(settings: Settings, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """`omnia-com registro …`, as an operator gives it: (exit code, output, errors)."""
    environment = {
        **os.environ,
        "OMNIA_DATABASE_URL": settings.database_url,
        "OMNIA_DATABASE_OWNER_URL": settings.database_owner_url,
        "OMNIA_REGISTRO_CHIAVI": settings.registro_chiavi,
    }
    line = [sys.executable, "-m", "omnia_com", "registro", *arguments]
    done = await asyncio.to_thread(
        subprocess.run, line, env=environment, input=stdin, capture_output=True, text=True, timeout=PATIENCE
    )
    return done.returncode, done.stdout, done.stderr


async def test_an_exchange_is_read_by_its_id_with_a_reason_that_stays(
    own: Settings, pool: None, database: asyncpg.Connection
) -> None:
    await keep(EXCHANGE, own)
    code, out, _ = await command(own, "_r1", "--motivo", "richiesta della Procura 12/2026")
    assert code == 0
    (kept,) = json.loads(out)
    assert kept["exchange"] == {
        "protocol": "saml",
        "issuer": "https://idp.example",
        "request_id": "_r1",
        "outcome": "entrato",
        "codice_fiscale": ANNA,
        "parts": {"AuthnRequest": "<a/>", "Response": RESPONSE},
    }
    note = await database.fetchrow("SELECT * FROM scambio_letto")
    assert (note["richiesta"], note["motivo"], note["trovati"]) == ("_r1", "richiesta della Procura 12/2026", 1)
    assert note["chi"]


@pytest.mark.parametrize("reason", [(), ("--motivo", "  ")])
async def test_nobody_reads_without_a_reason(
    reason: tuple[str, ...], own: Settings, pool: None, database: asyncpg.Connection
) -> None:
    await keep(EXCHANGE, own)
    code, out, said = await command(own, "_r1", *reason)
    assert (code, out) == (2, "")
    assert "--motivo" in said


async def test_looking_for_what_is_not_there_is_noted_too(
    own: Settings, pool: None, database: asyncpg.Connection
) -> None:
    assert (await command(own, "_altro", "--motivo", "prova"))[0:2] == (1, "[]\n")
    assert await database.fetchval("SELECT trovati FROM scambio_letto") == 0


async def test_the_database_alone_tells_nothing(own: Settings, pool: None, database: asyncpg.Connection) -> None:
    await keep(EXCHANGE, own)
    row = await database.fetchrow("SELECT scambio::text AS text, contenuto FROM scambio")
    for secret in (ANNA, "anna.prova", "Attribute"):
        assert secret not in row["text"]
        assert secret.encode() not in row["contenuto"]
        assert secret.encode().hex() not in row["text"]


async def test_a_persons_exchanges_are_found_and_nobody_elses(
    own: Settings, pool: None, database: asyncpg.Connection
) -> None:
    await keep(EXCHANGE, own)
    await keep(Exchange("oidc", "https://op.example", "s2", "annullato", "", {}), own)
    await keep(Exchange("oidc", "https://op.example", "s3", "entrato", "SMPLCU79T31F205Z", {}), own)
    code, out, _ = await command(own, "--persona", "--motivo", "accesso ai propri dati", stdin=ANNA.lower() + "\n")
    assert code == 0
    assert [(row["id"], row["esito"]) for row in json.loads(out)] == [("_r1", "entrato")]
    assert ANNA not in await database.fetchval("SELECT scambio_letto::text FROM scambio_letto")
    assert (await command(own, "--persona", "--motivo", "x", stdin="nessuno"))[0] == 2


async def test_keys_rotate_and_the_old_one_may_go(own: Settings, pool: None, database: asyncpg.Connection) -> None:
    await keep(EXCHANGE, own)
    before = await database.fetchval("SELECT contenuto FROM scambio")
    assert (await command(own, "--chiave"))[0] == 0
    file = Path(own.registro_chiavi)
    assert file.stat().st_mode & 0o077 == 0, "for its owner alone"
    assert len(file.read_text().split()) == 2
    await keep(msgspec.structs.replace(EXCHANGE, request_id="_r2"), own)
    assert len(await exchanges.find(ANNA, "prova", "prova", own)) == 2, "found under either key"
    code, out, _ = await command(own, "--ruota")
    assert (code, "Cifrati con la chiave nuova: 1." in out) == (0, True)
    file.write_text(file.read_text().split()[0])
    assert [k.exchange for k in await exchanges.read("_r1", "prova", "prova", own)] == [EXCHANGE]
    assert len(await exchanges.find(ANNA, "prova", "prova", own)) == 2
    assert before not in [row["contenuto"] for row in await database.fetch("SELECT contenuto FROM scambio")]
    assert await exchanges.rotate(own) == 0, "once more changes nothing"


async def test_a_key_that_is_gone_is_named(own: Settings, pool: None) -> None:
    await keep(EXCHANGE, own)
    gone = exchange_keys.load(own).newest.id
    Path(own.registro_chiavi).unlink()
    code, _, said = await command(own, "_r1", "--motivo", "prova")
    assert (code, f"manca la chiave {gone}" in said) == (2, True)
    assert (await command(own, "--ruota"))[0] == 2


async def test_what_cannot_be_kept_does_not_enter(own: Settings, pool: None) -> None:
    Path(own.registro_chiavi).write_text("non è una chiave")
    with pytest.raises(AccessRefused) as refused:
        await keep(EXCHANGE, own)
    assert refused.value.reason == "registro_assente"
    with pytest.raises(AccessRefused):
        await keep(EXCHANGE, dataclasses.replace(own, env="production", registro_chiavi="/non/esiste"))


async def test_an_id_may_be_anything_that_a_provider_sends(own: Settings, pool: None) -> None:
    await keep(Exchange("oidc", "x", "\0" + "è" * 5000, "fornitore_rifiuta", "", {"response": "\0"}), own)
    assert len(await exchanges.read("è" * 500, "prova", "prova", own)) == 1


async def test_after_two_years_it_is_forgotten(own: Settings, pool: None, database: asyncpg.Connection) -> None:
    await keep(EXCHANGE, own)
    await exchanges.read("_r1", "prova", "prova", own)
    for table in ("scambio", "scambio_letto"):
        await database.execute(f"UPDATE {table} SET quando = now() - interval '24 months' + interval '1 hour'")
    await exchanges.forget_old_exchanges(own)
    assert await database.fetchval("SELECT count(*) FROM scambio") == 1
    for table in ("scambio", "scambio_letto"):
        await database.execute(f"UPDATE {table} SET quando = now() - interval '24 months 1 hour'")
    await exchanges.forget_old_exchanges(own)
    assert await database.fetchval("SELECT (SELECT count(*) FROM scambio) + (SELECT count(*) FROM scambio_letto)") == 0


def test_in_production_no_key_is_made_by_itself(own: Settings) -> None:
    with pytest.raises(SettingsError, match="non si può leggere"):
        exchange_keys.load(dataclasses.replace(own, env="production"))
    assert exchange_keys.load(own).newest.id, "in the demonstration it is"


def test_a_file_that_cannot_be_read_gets_no_new_key(own: Settings) -> None:
    Path(own.registro_chiavi).write_text("rotto\n")
    with pytest.raises(SettingsError, match="una chiave per riga"):
        exchange_keys.add(own)
    assert Path(own.registro_chiavi).read_text() == "rotto\n"


# Whoever is refused fills nothing.


async def test_of_a_refused_answer_little_is_kept(own: Settings, pool: None, database: asyncpg.Connection) -> None:
    long, request = "<Response ID='_x'>" + os.urandom(60_000).hex(), "<AuthnRequest/>" + "r" * 1000
    parts = {"AuthnRequest": request, "Response": long, "token": "t" * 60_000, "short": "breve"}
    await keep(Exchange("saml", "https://idp.example", "_r1", "risposta_non_valida", "", parts), own)
    [kept] = await exchanges.read("_r1", "prova", "prova", own)
    found = kept.exchange.parts
    assert found["AuthnRequest"] == request, "what we wrote is whole"
    assert found["short"] == "breve"
    assert found["Response"].startswith("<Response ID='_x'>")
    assert found["Response"].endswith(f"{len(long)} byte, SHA-256 {hashlib.sha256(long.encode()).hexdigest()}")
    assert sum(len(part.encode()) for name, part in found.items() if name != "AuthnRequest") <= 3072
    assert await database.fetchval("SELECT pg_column_size(scambio) FROM scambio") <= 4096


async def test_of_an_answer_that_lets_somebody_in_everything_is_kept(own: Settings, pool: None) -> None:
    whole = msgspec.structs.replace(EXCHANGE, parts={"Response": "x" * 100_000})
    await keep(whole, own)
    assert [k.exchange for k in await exchanges.read("_r1", "prova", "prova", own)] == [whole]


async def refuse(person: Visitor, junk: str = "") -> None:
    """A sign-in that is cancelled at the provider, with *junk* beside what it answers."""
    start = await person.client.get("/accesso/oidc/entra")
    form = await person.client.get(start.headers["location"])
    choice = await person.client.post(str(form.url), data={"annulla": "si"})
    answer = await person.client.get(choice.headers["location"] + junk)
    assert answer.status_code == 403, answer.text


async def test_what_does_not_belong_to_an_answer_is_not_kept(
    visitor: Callable[[], Visitor], database: asyncpg.Connection
) -> None:
    await refuse(visitor(), "&x=" + "y" * 60_000)
    assert await database.fetchval("SELECT max(pg_column_size(scambio)) FROM scambio") <= 4096


async def test_refusals_past_the_limit_raise_one_alarm_and_keep_nobody_out(
    visitor: Callable[[], Visitor], app: Front, database: asyncpg.Connection
) -> None:
    state, person = app.litestar.state, visitor()
    before = state.services
    for limits, alarm in (((2, 9), "127.0.0.0/24"), ((9, 2), "tutti")):
        state.services = msgspec.structs.replace(before, refusals=tuple(Limit(most, HOUR) for most in limits))
        with structlog.testing.capture_logs() as lines:
            for _ in range(5):
                await refuse(person)
        state.services = before
        assert [line["di"] for line in lines if line["event"] == "troppi_accessi_rifiutati"] == [alarm]
        assert await database.fetchval("SELECT count(*) FROM scambio WHERE esito = 'annullato'") == 2
        await database.execute("DELETE FROM scambio")
    state.services = msgspec.structs.replace(before, refusals=(Limit(0, HOUR), Limit(0, HOUR)))
    await person.sign_in("P01")
    state.services = before
    assert await database.fetchval("SELECT count(*) FROM scambio WHERE esito = 'entrato'") == 1
