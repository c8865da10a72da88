"""A file answers one question: 300 lines at most, functions 50, and half of all files no longer than 80."""

import ast
from pathlib import Path
from statistics import median

from tests.architecture import tree

LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FILE = 300, 50, 80
TEXT = (".py", ".js", ".mjs", ".css", ".html")


def test_files_are_short() -> None:
    folders = (*tree.PYTHON, "static", "templates")
    lengths = {tree.name(path): _lines(path) for path in tree.files(*folders, suffixes=TEXT)}
    assert len(lengths) > 100
    assert {name: count for name, count in lengths.items() if count > LONGEST_FILE} == {}


def test_half_of_the_modules_are_shorter_than_a_screen() -> None:
    lengths = [_lines(path) for path in tree.files(*tree.PACKAGES, suffixes=(".py",))]
    assert median(length for length in lengths if length) <= MEDIAN_FILE


def test_functions_are_short() -> None:
    long = {}
    for path in tree.files(*tree.PYTHON, suffixes=(".py",)):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long[f"{tree.name(path)}:{node.name}"] = length
    assert long == {}


def test_nothing_is_left_for_later() -> None:
    # Written in halves so that this file does not name itself.
    words = ("TO" + "DO", "FIX" + "ME", "pytest.mark.sk" + "ip", "xf" + "ail", "pytest.sk" + "ip")
    found = {
        (tree.name(path), word)
        for path in tree.files(*tree.PYTHON, suffixes=(".py", ".mjs"))
        for word in words
        if word in path.read_text()
    }
    assert found == set()


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())
