"""The design system keeps its promises: short files, documented classes, nothing inline, vendored files unchanged."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "static/css").glob("*.css"))
GUIDE = (ROOT / "docs/design-system.md").read_text()
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A class in the markup: literal words only, not what a template tag computes.
USED = re.compile(r'class="([^"]*)"')
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def _classes(sheet: Path) -> set[str]:
    text = COMMENT.sub("", sheet.read_text())
    selectors = re.findall(r"([^{};]+)\{", text)
    return {name for selector in selectors for name in re.findall(r"\.([a-z][a-zA-Z0-9_-]*)", selector)}


DEFINED = set().union(*(_classes(sheet) for sheet in SHEETS))


def test_it_works() -> None:
    assert {"page", "button--primary", "picture__frame"} <= DEFINED


def test_files_are_short() -> None:
    files = [*SHEETS, *(ROOT / "static/js").rglob("*.mjs"), *(ROOT / "templates").rglob("*.html")]
    long = {
        str(file.relative_to(ROOT)): n for file in files if (n := len(file.read_text().splitlines())) > 300
    }
    assert not long


def test_every_class_is_in_the_guide() -> None:
    named = set(re.findall(r"[a-zA-Z][a-zA-Z0-9_-]*", GUIDE))
    assert not sorted(DEFINED - named)


def test_templates_use_only_classes_that_exist() -> None:
    unknown: set[str] = set()
    for template in (ROOT / "templates").rglob("*.html"):
        for attribute in USED.findall(template.read_text()):
            words = TAG.sub(" \0 ", attribute).replace("\0", "") if "{" in attribute else attribute
            whole = {word for word in words.split() if not word.endswith(("--", "__"))}
            unknown |= {f"{template.relative_to(ROOT)}: {word}" for word in whole - DEFINED}
    assert not sorted(unknown)


def test_nothing_is_inline() -> None:
    bad = re.compile(r'\sstyle="|\son[a-z]+="|<style\b|javascript:', re.IGNORECASE)
    script = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", re.IGNORECASE)
    found = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "templates").rglob("*.html")
        if bad.search(file.read_text()) or script.search(file.read_text())
    ]
    assert not found


def test_modules_make_no_html_from_strings() -> None:
    bad = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
    modules = [*(ROOT / "static/js").rglob("*.mjs"), *(ROOT / "static/js").rglob("*.js")]
    assert not [str(file.relative_to(ROOT)) for file in modules if bad.search(file.read_text())]


def test_vendored_files_are_unchanged() -> None:
    folder = ROOT / "static/vendor"
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    files = {
        f"./{file.relative_to(folder)}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.name not in ("SHA256SUMS", "README.md")
    }
    assert files == sums
