"""Data to take away: each person's own, and the office's."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from tests import ROOT
from tests.conftest import forced
from tests.helpers.browsing import Visitor
from tests.helpers.office import exported
from tests.helpers.people import AUTONOMO, SUBORDINATO
from tests.helpers.steps import posted_draft, send

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "esporta.schema.json").read_text())
FORMATS = FormatChecker()
FORMATS.checks("date-time", ValueError)(lambda text: bool(datetime.fromisoformat(text).tzinfo))
SCHEMA_OF_A_LINE = Draft202012Validator(SCHEMA, format_checker=FORMATS)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


async def test_a_person_takes_away_all_that_is_held_on_them(anna: Visitor, luca: Visitor) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO))
    await posted_draft(anna, {"tipologia_rioccupazione": "autonomo", "data_inizio": "30/02/2027"})
    await send(luca, await posted_draft(luca, AUTONOMO))
    await anna.get("/comunicazioni")
    await anna.follow("Scarica tutti i tuoi dati")
    held = json.loads(anna.page.response.content)
    assert "attachment" in anna.page.response.headers["content-disposition"]
    assert [len(held[part]) for part in ("identita", "bozze", "comunicazioni", "documenti", "sessioni")] == [1] * 5
    assert held["bozze"][0]["digitato"]["data_inizio"] == "30/02/2027"
    assert held["comunicazioni"][0]["risposte"]["datore_lavoro"] == "Alfa Esempio S.r.l."
    assert "SMPLCU79T31F205Z" not in anna.page.text, "nobody else's"
    assert anna.client.cookies["sid"] not in anna.page.text


async def test_the_office_exports_what_was_sent_and_goes_on_where_it_stopped(
    anna: Visitor, environment: dict[str, str]
) -> None:
    for answers in (SUBORDINATO, AUTONOMO, AUTONOMO):
        await send(anna, await posted_draft(anna, answers))
    day = ("--da", "2026-11-23", "--a", "2026-11-23")
    rows = exported(environment, *day)
    assert [row["protocollo"][-1] for row in rows] == ["1", "2", "3"]
    assert exported(environment, *day, "--dopo", rows[0]["protocollo"]) == rows[1:]
    assert exported(environment, "--da", "2026-11-24", "--a", "2026-12-31") == []
    for row in rows:
        SCHEMA_OF_A_LINE.validate(row)


async def test_each_person_reads_what_the_office_took_out(
    anna: Visitor, luca: Visitor, environment: dict[str, str]
) -> None:
    await send(anna, await posted_draft(anna, AUTONOMO))
    exported(environment, "--da", "2026-11-23", "--a", "2026-11-23")
    assert "consegnata all’ufficio <a" in (await anna.get("/accessi")).text
    assert "consegnata" not in (await luca.get("/accessi")).text


async def test_what_is_amended_annulled_or_foreign_is_as_documented_too(
    anna: Visitor, environment: dict[str, str]
) -> None:
    abroad = {"sede_stato": "Z133", "sede_citta": "Lugano", "tipo_contratto": "indeterminato", "data_fine": ""}
    await send(anna, await posted_draft(anna, SUBORDINATO | abroad))
    await anna.press("Rettifica")
    await send(anna, anna.page.path)
    await anna.follow("Annulla comunicazione")
    await anna.fill(motivo="non_iniziato").press("Annulla la comunicazione")
    rows = exported(environment, "--da", "2026-11-23", "--a", "2026-11-23")
    assert [row["genere"] for row in rows] == ["comunicazione", "comunicazione", "annullamento"]
    assert [row["sostituisce"] for row in rows] == [None, rows[0]["protocollo"], rows[1]["protocollo"]]
    for row in rows:
        SCHEMA_OF_A_LINE.validate(row)
        for name in SCHEMA["required"]:
            with pytest.raises(ValidationError):
                SCHEMA_OF_A_LINE.validate({k: v for k, v in row.items() if k != name})
    with pytest.raises(ValidationError):
        SCHEMA_OF_A_LINE.validate(rows[0] | {"inviata_il": "ieri"})


def test_the_schema_is_one_and_describes_every_name() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["required"] == list(SCHEMA["properties"])


async def test_an_export_takes_no_more_memory_for_a_hundred_times_as_much(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str], tmp_path: Path
) -> None:
    await send(anna, await posted_draft(anna, SUBORDINATO | {"annotazioni": "a" * 2000}))
    await multiplied(database, 2001, 200)
    await multiplied(database, 2002, 20_000)
    few = peak(environment, "2001-06-01", 200, tmp_path / "few")
    many = peak(environment, "2002-06-01", 20_000, tmp_path / "many")
    assert many < few + 16 * MB, f"{few // MB} MB for 200, {many // MB} MB for 20,000"


MB = 1024 * 1024


async def multiplied(database: asyncpg.Connection, year: int, times: int) -> None:
    """Copies of what was sent, of another year."""
    copied = (
        "dichiarante, tipologia, data_inizio, data_fine, reddito_centesimi, partita_iva, risposte, righe, persona, "
        "dichiarazioni_versione, sha256, genere, motivo, allegati, lingua, ente, avviso"
    )
    query = f"""
        INSERT INTO comunicazione (id, protocollo, inviata_il, {copied})
        SELECT gen_random_uuid(), 'OMNIACOM.{year}.' || lpad(n::text, 7, '0'), '{year}-06-01 12:00Z', {copied}
        FROM (SELECT * FROM comunicazione WHERE protocollo LIKE 'OMNIACOM.2026.%') c, generate_series(1, {times}) n
    """
    await forced(database, query)


MEASURED = """
import resource, subprocess, sys
with open(sys.argv[1], "wb") as out:
    subprocess.run(sys.argv[2:], stdout=out, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(environment: dict[str, str], day: str, lines: int, out: Path) -> int:
    """Bytes that the process of the command had at most.

    A small process starts it: the system counts what the parent had among what a child has had.
    """
    export = [sys.executable, "-m", "omnia_com", "esporta", "--da", day, "--a", day]
    command = [sys.executable, "-c", MEASURED, str(out), *export]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=True)
    with out.open("rb") as written:
        assert sum(1 for _ in written) == lines
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)
