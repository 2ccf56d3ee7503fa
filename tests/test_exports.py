"""Data to take away: each person's own, and the office's."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import Visitor
from tests.people import AUTONOMO, SUBORDINATO
from tests.steps import posted_draft, send

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[1] / "docs" / "esporta.schema.json").read_text())


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnia_com.pages.ready.PATIENCE", 0.01)


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


def exported(environment: dict[str, str], *arguments: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "omnia_com", "esporta", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


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
        as_documented(row)


def as_documented(row: dict[str, Any]) -> None:
    """The schema in the words that it uses: names, patterns, lists."""
    assert list(row) == SCHEMA["required"]
    assert row.keys() == SCHEMA["properties"].keys()
    for name, rule in SCHEMA["properties"].items():
        if "pattern" in rule:
            assert re.search(rule["pattern"], row[name]), name
        if "enum" in rule:
            assert row[name] in rule["enum"], name
