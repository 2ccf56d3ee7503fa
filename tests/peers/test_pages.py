"""Every page in every state, in every language, before judges from outside: axe-core, IBM's engine, Nu's checker."""

import asyncio
from pathlib import Path

import httpx
import pytest

from omnia_com.languages import catalogues
from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.pages import PATHS, REST
from tests.helpers import nu
from tests.peers.conftest import Judged
from tests.peers.venv import npm_package

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
async def test_axe_of_today(script: bool, language: str, window: Windows, judged: Judged) -> None:
    engine = (npm_package("axe-core", "4.14.1") / "axe.min.js").read_text()
    shown, judge = await window(script=script), await window()
    broken = {}
    await shown.open(f"/lingua/{language}")
    for path in PATHS + REST:
        await judge.page.set_content(await shown.whole(path))
        if found := await violations(judge.page, engine):
            broken[path] = found
    judged(f"axe-core 4.14.1{'' if script else ', senza JavaScript'}", language, len(broken))
    assert broken == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_ibm(language: str, window: Windows, judged: Judged) -> None:
    engine = (npm_package("accessibility-checker-engine", "4.0.34") / "ace.js").read_text()
    shown, judge = await window(script=False), await window()
    broken = {}
    await shown.open(f"/lingua/{language}")
    for path in PATHS + REST:
        await judge.page.set_content(await shown.whole(path))
        await judge.page.evaluate(engine)
        if found := await judge.page.evaluate(IBM):
            broken[path] = found
    judged("IBM Equal Access 4.0.34", language, len(broken))
    assert broken == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nu(language: str, web: str, tmp_path: Path, judged: Judged) -> None:
    """All the pages as files, in one run of the checker."""
    async with httpx.AsyncClient(base_url=web) as client:
        await client.get(f"/lingua/{language}")
        for path in PATHS + REST:
            nu.keep(tmp_path, path, (await client.get(path)).content)
    faults = await asyncio.to_thread(nu.faults, tmp_path)
    judged("Nu HTML Checker 26.9.27", language, len(faults))
    assert faults == []
