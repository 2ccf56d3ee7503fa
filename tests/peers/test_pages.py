"""Every page in every state, in every language, before judges from outside: axe-core, IBM's engine, Nu's checker."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from omnia_com.languages import catalogues
from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.test_axe import PATHS, REST
from tests.peers.venv import npm_package, tool

pytestmark = [pytest.mark.peers, pytest.mark.timeout(900)]
LANGUAGES = sorted(catalogues())
# A form without a name is no landmark (HTML-AAM 1.0, `form`) and needs no unique one: IBM's two rules are left out.
IBM = """async () => {
  const landmarks = ["aria_form_label_unique", "aria_landmark_name_unique"];
  const report = await new ace.Checker().check(document, ["WCAG_2_2", "IBM_Accessibility"]);
  return report.results.filter((r) => r.value.join() === "VIOLATION,FAIL" && !landmarks.includes(r.ruleId))
    .map((r) => `${r.value[1]} ${r.ruleId}: ${r.message} ${r.snippet}`);
}"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_axe_of_today(script: bool, language: str, window: Windows) -> None:
    engine = (npm_package("axe-core", "4.14.1") / "axe.min.js").read_text()
    shown, judge = await window(script=script), await window()
    broken = {}
    await shown.open(f"/lingua/{language}")
    for path in PATHS + REST:
        await shown.open(path)
        await judge.page.set_content(await shown.page.content())
        if found := await violations(judge.page, engine):
            broken[path] = found
    assert broken == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_ibm(language: str, window: Windows) -> None:
    engine = (npm_package("accessibility-checker-engine", "4.0.34") / "ace.js").read_text()
    shown, judge = await window(script=False), await window()
    broken = {}
    await shown.open(f"/lingua/{language}")
    for path in PATHS + REST:
        await shown.open(path)
        await judge.page.set_content(await shown.page.content())
        await judge.page.evaluate(engine)
        if found := await judge.page.evaluate(IBM):
            broken[path] = found
    assert broken == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nu(language: str, web: str, tmp_path: Path) -> None:
    """All the pages as files, in one run of the checker."""
    async with httpx.AsyncClient(base_url=web) as client:
        await client.get(f"/lingua/{language}")
        for path in PATHS + REST:
            page = await client.get(path)
            (tmp_path / f"{path.strip('/').replace('/', '-')}.html").write_bytes(page.content)
    said = await asyncio.to_thread(nu, tmp_path)
    assert [f"{Path(m['url']).name}: {m['message']}" for m in said["messages"]] == []


def nu(folder: Path) -> Any:
    jar = npm_package("vnu-jar", "26.9.27") / "build/dist/vnu.jar"
    command = [str(tool("java")), "-jar", str(jar), "--format", "json", "--exit-zero-always", str(folder)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stderr)
