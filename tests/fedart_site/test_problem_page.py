"""/problems/: every code that the code can refuse with has its words there."""

import re
from collections import Counter

import pytest
from django.test import Client

from fedart_site.problem_page import parts
from fedart_site.processes.plan import ROOT
from gallery.codes import CODES as GALLERY


@pytest.mark.django_db
def test_a_problems_type_leads_to_its_words(client: Client) -> None:
    told = client.get("/api/v1/nothing-here", headers={"Accept": "application/json"}).json()
    address, _, anchor = told["type"].partition("#")
    assert f'id="{anchor}"' in client.get(address).content.decode()


def test_no_code_stands_twice_on_one_part_and_none_is_empty() -> None:
    for part in parts():
        assert max(Counter(entry.code for entry in part.entries).values()) == 1
        assert all(entry.why and entry.fix and 400 <= entry.status < 600 for entry in part.entries)


def test_the_gallery_refuses_with_listed_codes_only() -> None:
    text = "".join(
        path.read_text() for path in (ROOT / "gallery").rglob("*.py") if not path.name.startswith("codes")
    )
    said = set(re.findall(r'Refusal\(\s*(?:code=)?"([a-z-]+)"', text))
    said |= set(re.findall(r'listed\(\s*"([a-z-]+)"', text))
    said |= set(re.findall(r'_refuse\(\s*(?:"[a-z]+"|field),\s*"([a-z-]+)"', text))
    for field in re.findall(r'(?:whole|fraction|side)\(\s*"([a-z_]+)"', text):
        kind = "not-whole" if re.search(rf'(?:whole|side)\(\s*"{field}"', text) else "not-a-number"
        said |= {f"{field.replace('_', '-')}-{kind}", f"{field.replace('_', '-')}-out-of-range"}
    assert said == set(GALLERY)
