"""The tables of codes, the page made of them, and the code that uses them."""

import pickle
import re
from pathlib import Path

import pytest

from consent.codes import CODES as CONSENT
from federation.protocol.codes import AGENT, CODES, COMPUTER, ROUNDS, SERVER, VAULT
from federation.protocol.codes.page import codes_page
from federation.protocol.errors import Refusal, refusal

ROOT = Path(__file__).parents[3]
USES = re.compile(r"""refusal\(\s*["']([a-z0-9-]+)["']""")


def test_no_code_is_in_two_tables() -> None:
    assert len(CODES) == len(ROUNDS) + len(SERVER) + len(AGENT) + len(COMPUTER) + len(VAULT)


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_says_what_and_what_to_do(code: str) -> None:
    entry = CODES[code]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
    for sentence in (entry.why, entry.fix):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert 400 <= entry.status < 600


def test_every_code_that_is_raised_is_in_the_table() -> None:
    for folder in ("federation", "edge"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            judges_receipts = "from consent.errors import Refusal, refusal" in text
            table = CONSENT if judges_receipts else CODES
            unknown = set(USES.findall(text)) - set(table)
            assert not unknown, f"{path}: {unknown}"


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs/codes.md").read_text("utf-8")
    assert page == codes_page(), "run: python -m federation.protocol.codes > docs/codes.md"


def test_a_refusal_is_worded_by_the_table_and_survives_a_process_boundary() -> None:
    refused = refusal("message-too-long", "12 bytes.")
    assert (refused.code, refused.status) == ("message-too-long", 413)
    assert refused.why.endswith("allows. 12 bytes.")
    again = pickle.loads(pickle.dumps(refused))
    assert isinstance(again, Refusal)
    assert (again.code, again.why, again.fix, again.status) == (
        refused.code,
        refused.why,
        refused.fix,
        refused.status,
    )
