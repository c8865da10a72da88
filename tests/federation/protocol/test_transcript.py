"""The transcript: one hash over sections in order; two that differ say where."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.protocol import jcs
from federation.protocol.transcript import LABEL, Section, first_difference, transcript

TWO = [Section("a", [1, "x"]), Section("b", [])]


def test_it_works() -> None:
    """As the docstring says, step by step."""
    running = hashlib.sha256(LABEL).digest()
    for name, rows in TWO:
        body = jcs.canonical({"name": name, "rows": rows})
        running = hashlib.sha256(running + hashlib.sha256(body).digest()).digest()
    made = transcript(TWO)
    assert made["hash"] == running.hex()
    assert [one[:2] for one in made["sections"]] == [["a", 2], ["b", 0]]
    assert first_difference(made, transcript(TWO)) == ""


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ([Section("a", [1, "y"]), TWO[1]], "a: the same number of rows with another content, now 2"),
        ([TWO[0], Section("b", [3])], "b: 0 rows, now 1"),
        ([TWO[0]], "b: gone"),
        ([*TWO, Section("c", [])], "c: was not there"),
        ([Section("z", [1, "x"]), TWO[1]], "a (now z)"),
    ],
)
def test_where_two_part(other: list[Section], said: str) -> None:
    assert said in first_difference(transcript(TWO), transcript(other))


@settings(max_examples=50)
@given(st.lists(st.lists(st.text(max_size=3), max_size=3), min_size=1, max_size=4))
def test_rows_cannot_move_between_sections(rows: list[list[str]]) -> None:
    sections = [Section(str(number), row) for number, row in enumerate(rows)]
    moved = [Section("0", [*rows[0], "more"]), *sections[1:]]
    assert transcript(sections)["hash"] != transcript(moved)["hash"]
