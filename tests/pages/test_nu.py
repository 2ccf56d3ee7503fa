"""The main states of the pages are right HTML. All of them, in every language, are in the long suites."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.browser.pages import MAIN
from tests.helpers import nu
from tests.helpers.browsing import Visitor


async def test_the_main_pages_are_right_html(visitor: Callable[[], Visitor], tmp_path: Path) -> None:
    tester = visitor()
    for path in MAIN:
        nu.keep(tmp_path, path, (await tester.get(path)).response.content)
    assert await asyncio.to_thread(nu.faults, tmp_path) == []


def test_a_fault_is_found(tmp_path: Path) -> None:
    nu.keep(tmp_path, "/x", b"<!doctype html><html lang=it><title>X</title><p><div></p>")
    assert nu.faults(tmp_path)
