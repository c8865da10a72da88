"""The tables of docs/protocol.md: each refusal has a code with a sentence and a fix, and a test that names the code."""

import re
from pathlib import Path

import pytest

from federation.protocol.codes import CODES

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs/protocol.md").read_text("utf-8")
TABLES = TEXT.partition("### What is refused, and by which test")[2].partition("\n### ")[0]
ROWS = [line.strip("| ").split(" | ") for line in TABLES.splitlines() if "::" in line]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_a_row_names_is_there(row: list[str]) -> None:
    _, code, tests = row
    (name,) = re.findall(r"`([a-z-]+)`", code)
    assert CODES[name].why
    assert CODES[name].fix
    for test in re.findall(r"`([^`]+)`", tests):
        path, _, function = test.partition("::")
        source = (ROOT / "tests" / path).read_text("utf-8")
        assert f"def {function}(" in source, test
        assert name in source, test


def test_no_refusal_of_the_protocols_promise_is_missing() -> None:
    named = {code for row in ROWS for code in re.findall(r"`([a-z-]+)`", row[1])}
    assert named >= {
        "lists-overlap", "roster-under-floor", "list-under-threshold", "params-threshold", "params-sum-could-wrap",
        "unmask-twice", "own-key-missing", "own-key-changed", "roster-equal-keys", "round-keys-equal", "roster-invalid",
        "signature-invalid", "share-from-stranger", "base-not-accepted", "epsilon-over-cap", "server-key-changed",
        "round-seen-before", "version-does-not-follow", "no-live-grant", "message-too-long", "message-version",
        "stage-over", "message-twice", "device-withdrawn", "vector-wrong-length",
    }  # fmt: skip
