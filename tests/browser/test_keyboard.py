"""The whole way with the keyboard alone: Tab, the space bar, the arrows, Enter, and letters."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Windows
from tests.browser.window import Window
from tests.helpers.browsing import Visitor
from tests.helpers.people import AUTONOMO, BOTH_TICKS, PERSONE, SUBORDINATO
from tests.helpers.steps import posted_draft

WHERE = """() => {
  const e = document.activeElement;
  return [e.name ?? "", e.type ?? e.tagName, e.value ?? "", (e.textContent ?? "").trim().replace(/\\s+/g, " ")];
}"""
MOST = 150  # times that Tab is pressed on one page


class Keys:
    """A person who never touches a mouse."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page

    async def press(self, button: str) -> None:
        """Tabs on as far as the button or link with these words, and presses Enter there."""
        await self._reach(lambda _name, _kind, _value, words: words == button)
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def fill(self, answers: dict[str, str]) -> None:
        """Tabs through the fields, in the order in which they stand, and answers those that *answers* has."""
        left = dict(answers)
        while left:
            name, kind, value = await self._reach(lambda name, _kind, _value, _words: name in left)
            await self._answer(kind, value, left.pop(name))

    async def _answer(self, kind: str, value: str, answer: str) -> None:
        keyboard = self.page.keyboard
        if kind == "checkbox":
            await keyboard.press("Space")
        elif kind == "radio":
            await keyboard.press("Space")
            while (now := (await self.page.evaluate(WHERE))[2]) != answer:
                await keyboard.press("ArrowDown")
                assert (await self.page.evaluate(WHERE))[2] != now, f"no choice {answer}"
        elif kind == "select-one":
            words = await self.page.evaluate(
                "a => [...document.activeElement.options].find(o => o.value == a).text.trim()", answer
            )
            await keyboard.type(words)
        else:
            await keyboard.type(answer)

    async def _reach(self, is_it: Callable[[str, str, str, str], bool]) -> tuple[str, str, str]:
        for _ in range(MOST):
            await self.page.keyboard.press("Tab")
            name, kind, value, words = await self.page.evaluate(WHERE)
            if is_it(name, kind, value, words):
                return name, kind, value
        raise AssertionError(f"Tab does not lead there on {self.page.url}")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("answers", [SUBORDINATO, AUTONOMO], ids=["subordinato", "autonomo"])
async def test_from_the_first_page_to_the_protocol(answers: dict[str, str], script: bool, window: Windows) -> None:
    w = await window(script)
    keys, p, tipologia = Keys(w), PERSONE["P01"], answers["tipologia_rioccupazione"]
    await w.open("/")
    await keys.press("Entra con SPID")
    await keys.press(f"{p['nome']} {p['cognome']} ({p['codice_fiscale']})")
    await keys.press("Nuova Comunicazione")
    await keys.fill({"tipologia_rioccupazione": tipologia})
    if script:
        await w.swapped(tipologia)
        assert await w.focused() == f"tipologia_rioccupazione-{tipologia}", "the swap leaves the focus where it was"
    else:
        await keys.press("Aggiorna i campi")
    rest = {name: text for name, text in answers.items() if name not in ("tipologia_rioccupazione", "sede_stato")}
    await keys.fill(rest)
    await keys.press("Continua")
    await keys.fill(BOTH_TICKS)
    await keys.press("Invia la comunicazione")
    assert await w.page.get_attribute("[data-protocollo]", "data-protocollo") == "OMNIACOM.2026.0000001"


async def test_enter_in_a_field_presses_the_main_button_not_that_of_a_language(window: Windows, anna: Visitor) -> None:
    draft = await posted_draft(anna, SUBORDINATO)
    w = await (await window(script=False)).be(anna)
    for page, field, led_to in (
        ("/contatti", "#email", "/comunicazioni"),
        (draft, "#datore_lavoro", f"{draft}/riepilogo"),
        (f"{draft}/riepilogo", "[type=checkbox]", f"{draft}/riepilogo?controlla"),
    ):
        await w.open(page)
        await w.page.locator(field).first.press("Enter")
        await w.page.wait_for_url(f"**{led_to}")
        assert await w.page.get_attribute("html", "lang") == "it"
    await w.page.get_by_role("button", name="English").click()
    assert await w.page.get_attribute("html", "lang") == "en"
