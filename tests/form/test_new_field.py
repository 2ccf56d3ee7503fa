"""A new field is one line of `field_groups.py`: here it is, from the page to the office's JSON."""

import json
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest

from omnia_com.communications import drafts
from omnia_com.communications.sent import find_sent
from omnia_com.documents.printing import print_html
from omnia_com.documents.sheets import receipt_sheet
from omnia_com.form.field_groups import GROUPS, SUBORDINATO
from omnia_com.form.fields import Field, Text
from tests.helpers.browsing import Visitor, said
from tests.helpers.office import exported
from tests.helpers.people import SUBORDINATO as ANSWERS
from tests.helpers.steps import new_draft, send

THE_LINE = Field("matricola", "Matricola", Text(longest=20), required=False)


@pytest.fixture(autouse=True)
def with_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it stood in the group; what is worked out when the program starts is worked out again.

    In a checkout to which tests/house/test_promises.py has added it, it does.
    """
    if THE_LINE.name in drafts.FIELD_NAMES:
        return
    monkeypatch.setitem(GROUPS, SUBORDINATO.name, replace(SUBORDINATO, fields=(*SUBORDINATO.fields, THE_LINE)))
    monkeypatch.setattr(drafts, "FIELD_NAMES", drafts.FIELD_NAMES | {THE_LINE.name})
    monkeypatch.setattr("omnia_com.pages.http.ready.PATIENCE", 0.01)


def row(person: Visitor) -> str:
    """What the page shows beside the field's label."""
    return next(said(d[1]) for d in person.page.tree.iter("div") if len(d) > 1 and said(d[0]) == THE_LINE.label)


async def test_page_draft_check_pdf_receipt_and_json_have_it(
    anna: Visitor, database: asyncpg.Connection, environment: dict[str, str]
) -> None:
    draft = await new_draft(anna, ANSWERS | {"matricola": "a" * 21})
    assert anna.page.errors == ["matricola:troppo_lungo"], "the page, its rule and its words"
    await anna.fill(matricola="AB 12").press("Continua")
    assert row(anna) == "AB 12"
    await anna.get(draft)
    await anna.press("Esporta in PDF")
    sheet = json.loads(await database.fetchval("SELECT contenuto FROM documento WHERE tipo = 'esportazione'"))
    assert {"label": "Matricola", "value": "AB 12"} in sheet["sections"][1]["rows"]
    await send(anna, draft)
    assert row(anna) == "AB 12"
    sent = await find_sent("PRVNNA85E49H501L", UUID(draft.rpartition("/")[2]))
    assert "AB 12" in print_html(receipt_sheet(sent))
    assert json.loads(sent.canonical())["risposte"]["matricola"] == "AB 12"
    (line,) = exported(environment, "--da", "2026-11-23", "--a", "2026-11-23")
    assert line["risposte"]["matricola"] == "AB 12"
    held = json.loads((await anna.get("/dati")).response.content)
    assert held["comunicazioni"][0]["risposte"]["matricola"] == "AB 12"


async def test_a_draft_from_before_the_line_and_one_sent_without_it_stay_right(anna: Visitor) -> None:
    await send(anna, await new_draft(anna, ANSWERS))
    assert row(anna) == "Non indicato"
