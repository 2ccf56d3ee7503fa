"""How a page looks, as far as a program can tell."""

from pathlib import Path

from tests.browser.window import Window

LOOKS = Path(__file__).with_name("looks.js").read_text()


async def sideways(w: Window, where: str) -> list[str]:
    across, width = await w.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"scrolls sideways, {where}: {across}"] * (across > width)
