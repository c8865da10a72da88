"""The documents keep up: every refusal code, every command, every setting, every link."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import tree

DOCS = tree.ROOT / "docs"
PAGES = [*DOCS.rglob("*.md"), *tree.ROOT.glob("*.md")]
READS = re.compile(
    r"env\.(?:text|choice|boolean|integer|words|origin|service_url|secret)\(\s*\"([A-Z0-9_]+)\""
)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
# Names that only this project's own processes and tests set for one another.
INTERNAL = {"FEDART_PROCESS", "FEDART_AS_OWNER"}


def _all_docs() -> str:
    return "\n".join(path.read_text() for path in PAGES)


def _codes() -> set[str]:
    from consent.codes import CODES as consent
    from fedart_site.problem_texts import TEXTS
    from federation.protocol.codes import CODES as rounds

    house = {code for code, _, _ in TEXTS.values()}
    source = "".join(path.read_text() for path in tree.files("fedart_site", suffixes=(".py",)))
    house |= set(re.findall(r"(?:problem\(\s*request|document\()\s*,?\s*\d{3},\s*\"([a-z-]+)\"", source))
    gallery = "".join(path.read_text() for path in tree.files("gallery", suffixes=(".py",)))
    return {*consent, *rounds, *house, *re.findall(r"Refusal\(\s*(?:code=)?\"([a-z_-]+)\"", gallery)}


def test_every_refusal_is_documented() -> None:
    text = _all_docs()
    codes = _codes()
    assert len(codes) > 50
    assert {code for code in codes if f"`{code}`" not in text and f"## {code}" not in text} == set()


def test_generated_codes_page_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "federation.protocol.codes"],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == (DOCS / "codes.md").read_text(), (
        "write it anew: see federation/protocol/codes/__main__.py"
    )


def test_make_targets_are_in_the_readme() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (tree.ROOT / "Makefile").read_text(), re.MULTILINE)
    text = (tree.ROOT / "README.md").read_text() + (tree.ROOT / "CONTRIBUTING.md").read_text()
    assert "demo" in targets
    assert [target for target in targets if f"make {target}" not in text and target != "help"] == []


def test_every_setting_is_documented() -> None:
    source = "".join(path.read_text() for path in tree.files("fedart_site", suffixes=(".py",)))
    names = set(READS.findall(source))
    assert "DATABASE_URL" in names
    text = (DOCS / "production.md").read_text()
    assert {name for name in names - INTERNAL if name not in text} == set()


@pytest.mark.parametrize("page", PAGES, ids=tree.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if "://" not in target and not target.startswith(("mailto:", "/")):
            assert (page.parent / target).exists(), f"{tree.name(page)} links to {target}"
