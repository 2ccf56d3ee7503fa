"""Lynx, a browser of texts alone, driven by the keys that a person would press."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from tests.helpers.browsing import Page, said
from tests.helpers.waiting import PATIENCE
from tests.peers.venv import tool

NAMED = {" ": "<space>"}


class Lynx:
    """Notes the keys page by page, then presses them all in one go. Pages are known from another person's visit."""

    def __init__(self, start: str) -> None:
        self.start = start
        self.keys: list[str] = []

    def use(self, page: Page, answers: dict[str, str], button: str) -> None:
        """Goes through all that can be reached with Tab, filling in *answers*, as far as *button*."""
        for control in focusable(page.tree):
            if control.tag == "button" and said(control) == button and "hidden" not in control.attrib:
                self.keys.append("^J")
                return
            self._answer(control, answers)
            self.keys.append("<tab>")
        raise AssertionError(f"no button «{button}»")

    def _answer(self, control: Element, answers: dict[str, str]) -> None:
        answer = answers.get(control.get("name", ""))
        if answer is None:
            return
        if control.tag == "option" or control.get("type") in ("radio", "checkbox"):
            chosen = {"checked", "selected"} & set(control.keys())
            self.keys += ["^J"] * (control.get("value") == answer and not chosen)
        else:
            self.keys += list(answer)

    def go(self, folder: Path) -> str:
        """All that lynx showed, as a terminal would get it."""
        script = folder / "keys"
        lines = [f"key {NAMED.get(key, key)}" for key in [*self.keys, "q", "y"]]
        script.write_text("\n".join(lines) + "\n")
        command = [
            str(tool("lynx")),
            "-popup",
            "-accept_all_cookies",
            "-noreferer",
            f"-cmd_script={script}",
            self.start,
        ]
        environment = {"TERM": "vt100", "LINES": "60", "COLUMNS": "120", "LANG": "C.UTF-8", "HOME": str(folder)}
        shown = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=True)
        return shown.stdout.decode(errors="replace")


def focusable(tree: Element) -> Iterator[Element]:
    """Links and controls in the order of the page; a list is shown as a radio button for each option."""
    for element in tree.iter():
        if element.tag == "select":
            for option in element.iter("option"):
                option.set("name", element.get("name", ""))
                yield option
        elif element.tag in ("button", "textarea", "a") or (element.tag == "input" and element.get("type") != "hidden"):
            yield element
