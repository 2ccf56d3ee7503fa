"""Help stands in the same place of every page, and says what the deployer says."""

from collections.abc import Callable

import pytest

from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor, bare, said


@pytest.mark.parametrize("path", ["/", "/posso", "/accessibilita", "/privacy", "/modelli/riepilogo", "/nulla"])
async def test_every_page_says_who_answers_between_its_content_and_its_foot(
    path: str, visitor: Callable[[], Visitor], settings: Settings
) -> None:
    page = await visitor().get(path, expect=404 if path == "/nulla" else 200)
    tags = [e.tag for e in next(page.tree.iter("body"))]
    assert tags[-3:] == ["main", "aside", "footer"]
    told = said(page.by_id("aiuto"))
    assert told.startswith("Serve aiuto?")
    for words in (settings.aiuto_chi, settings.aiuto_telefono, settings.aiuto_orario, "patronato", "non costa niente"):
        assert words in told
    assert page.link("Aiuto") == ""


async def test_without_a_number_only_the_patronato_is_named(settings: Settings) -> None:
    async with bare(settings, aiuto_telefono="", aiuto_chi="", aiuto_orario="", assistenza="") as client:
        text = (await client.get("/privacy")).text
    assert "patronato" in text
    assert "tel:" not in text
    assert "posta elettronica" not in text.partition('id="aiuto"')[2]
