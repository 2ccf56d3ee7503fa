"""axe-core (WCAG 2.2 A and AA, and its best practices) on what a window shows."""

from importlib.resources import files

from playwright.async_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary}`));
}"""


async def violations(page: Page, engine: str = AXE) -> list[str]:
    """One text for each place that breaks a rule. The page's policy does not hold what is evaluated by the driver."""
    await page.evaluate(engine)
    found: list[str] = await page.evaluate(RUN, RULES)
    return found
