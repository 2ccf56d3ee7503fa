"""A file chosen in a real browser, on a telephone."""

import asyncpg
import pytest
from playwright.async_api import FilePayload

from tests.browser.conftest import Windows
from tests.browser.window import Window
from tests.helpers.browsing import Visitor
from tests.helpers.files import EXE, image, pdf
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import posted_draft


async def choose(w: Window, name: str, content: bytes) -> None:
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    await w.page.set_input_files("#allegato", file)


async def upload(w: Window, name: str, content: bytes) -> None:
    await choose(w, name, content)
    async with w.page.expect_navigation():
        await w.press("Carica il file")


async def names(w: Window) -> list[str]:
    return await w.page.locator("main li bdi:not(button *)").all_inner_texts()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_files_are_added_refused_and_taken_away_and_no_text_is_lost(
    script: bool, window: Windows, anna: Visitor
) -> None:
    w = await (await window(script)).be(anna)
    await w.open(await posted_draft(anna, SUBORDINATO))
    await w.page.fill("#annotazioni", "Prima riga\nseconda riga, mai salvata")
    await upload(w, "contratto.pdf", pdf())
    assert await w.page.locator("main form li").count() == 1
    assert await w.page.input_value("#annotazioni") == "Prima riga\nseconda riga, mai salvata"
    await w.page.fill("#datore_lavoro", "Beta Esempio S.p.A.")
    await upload(w, "gioco.pdf", EXE)
    await w.focus_comes_to("errori")
    await w.page.click("#errori a")
    assert await w.focused() == "allegato"
    await upload(w, "perché no.png", image("PNG"))
    assert await w.page.input_value("#datore_lavoro") == "Beta Esempio S.p.A."
    assert await names(w) == ["contratto.pdf", "perché no.png"]
    await w.page.fill("#datore_lavoro", "Gamma Esempio S.p.A.")
    async with w.page.expect_navigation():
        await w.press("Togli contratto.pdf")
    assert await names(w) == ["perché no.png"]
    assert await w.page.input_value("#datore_lavoro") == "Gamma Esempio S.p.A."


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_a_file_that_was_chosen_and_never_uploaded_is_not_left_behind_in_silence(
    script: bool, window: Windows, anna: Visitor
) -> None:
    w = await (await window(script)).be(anna)
    await w.open(await posted_draft(anna, SUBORDINATO))
    await choose(w, "contratto.pdf", pdf())
    await w.press("Continua")
    await w.focus_comes_to("errori")
    assert "non è ancora allegato" in await w.page.inner_text("#errori")
    async with w.page.expect_navigation(url="**/riepilogo"):
        await w.press("Continua")


async def test_a_hundred_megabytes_end_in_words(
    window: Windows, anna: Visitor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    w = await (await window()).be(anna)
    w.faults = True  # the browser notes the 413
    await w.open(await posted_draft(anna, SUBORDINATO))
    large = tmp_path_factory.mktemp("grande") / "video.pdf"
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    await w.page.set_input_files("#allegato", large)
    async with w.page.expect_navigation():
        await w.press("Carica il file")
    assert "al massimo 4 MB" in await w.page.inner_text("main")


async def test_the_file_is_saved_and_not_shown(window: Windows, anna: Visitor) -> None:
    w = await (await window()).be(anna)
    draft = await posted_draft(anna, SUBORDINATO)
    await w.open(draft)
    await upload(w, "perché “no”.pdf", pdf())
    await w.open(f"{draft}/allegati")
    async with w.page.expect_download() as saved:
        await w.follow("perché")
    assert (await saved.value).suggested_filename.startswith("perché")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_a_large_file_whose_session_is_gone_leads_to_the_sign_in_and_the_texts_are_kept(
    script: bool, window: Windows, anna: Visitor, database: asyncpg.Connection
) -> None:
    w = await (await window(script)).be(anna)
    await w.open(await posted_draft(anna, SUBORDINATO))
    w.faults = True  # the script asks whether all is saved: 401
    await database.execute("UPDATE sessione SET vista = now() - interval '31 minutes'")
    await upload(w, "contratto.pdf", pdf() + bytes(3_900_000))
    assert "tenuto=si" in w.page.url
    assert await database.fetchval("SELECT count(*) FROM modulo_tenuto") == 1
