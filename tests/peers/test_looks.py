"""How every page looks in every language: where the screen is narrow, in forced colours, in the dark, on paper."""

import pytest

from omnia_com.languages import catalogues
from tests.browser.conftest import Windows
from tests.browser.looks import LOOKS, sideways
from tests.browser.pages import PATHS, REST

MEDIA: dict[str, dict[str, str]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "forced, dark": {"forced_colors": "active", "color_scheme": "dark"},
    "print": {"media": "print"},
    "print, dark": {"media": "print", "color_scheme": "dark"},
}
AS_USUAL = {"media": "screen", "color_scheme": "light", "forced_colors": "none"}


@pytest.mark.parametrize("language", sorted(catalogues()))
async def test_every_page_looks_right_in_every_medium(language: str, window: Windows) -> None:
    w, found = await window(), {}
    await w.open(f"/lingua/{language}")
    for path in PATHS + REST:
        await w.open(path)
        faults = []
        for width in (320, 768):
            await w.page.set_viewport_size({"width": width, "height": 800})
            for medium, media in MEDIA.items():
                await w.page.emulate_media(**(AS_USUAL | media))  # type: ignore[arg-type]
                faults += [f"{width}, {medium}: {text}" for text in await w.page.evaluate(LOOKS)]
            await w.page.emulate_media(**AS_USUAL)  # type: ignore[arg-type]
            faults += await sideways(w, f"{width} px")
        if faults:
            found[path] = faults
    assert found == {}
