"""axe-core on the page that a browser shows: what it finds, in a line each."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

RUN = """(rules) => {
  const wanted = rules ? {runOnly: {type: "rule", values: rules}} : {};
  const short = (one) => ({id: one.id, nodes: one.nodes.map((node) => node.html.slice(0, 160))});
  return axe.run(document, {resultTypes: ["violations"], ...wanted}).then((found) => found.violations.map(short));
}"""


@cache
def script() -> str:
    """axe-core as the package axe-playwright-python ships it."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: "Page", *rules: str) -> list[str]:
    """Every violation of every rule (or of those named) on the page as it stands; empty where there is none."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(script())
    found: list[dict[str, Any]] = page.evaluate(RUN, list(rules) or None)
    return [f"{one['id']}: {html}" for one in found for html in one["nodes"]]
