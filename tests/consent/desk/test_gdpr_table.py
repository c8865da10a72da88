"""The table of GDPR articles in docs/compliance.md: every page opens, every command exists, every test is there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import resolve

from consent import notice_docs
from consent.purposes import PURPOSES

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs/compliance.md").read_text("utf-8")
TABLE = TEXT.partition("## GDPR article")[2].partition("\n## ")[0]
ROWS = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if re.match(r"\| \d", line)]
NEEDED = {"7(1)", "7(3)", "13", "15", "16", "17", "18", "20", "21", "30", "33", "35"}


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_no_article_of_this_room_is_missing() -> None:
    named = {article for row in ROWS for article in row[0].split(", ")}
    assert named >= NEEDED


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_a_row_names_is_there(row: list[str]) -> None:
    _, what, doors, tests = row
    assert what
    assert quoted(doors)
    for door in quoted(doors):
        if door.startswith("manage.py "):
            assert door.split()[1] in get_commands()
        else:
            resolve(door)
    assert quoted(tests)
    for test in quoted(tests):
        path, _, name = test.partition("::")
        source = (ROOT / "tests" / path).read_text("utf-8")
        assert (f"def {name}(" if name else "def test_") in source, test


def test_the_page_of_notices_is_current() -> None:
    assert notice_docs.page() == (ROOT / "docs/notices.md").read_text("utf-8"), "make docs"


def test_every_text_belongs_to_a_purpose() -> None:
    shown = {path for purpose in PURPOSES.values() for path in notice_docs.versions(purpose.notice)}
    assert shown == set(notice_docs.FOLDER.glob("*.txt"))
