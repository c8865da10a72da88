"""Our canonical JSON is RFC 8785 for everything that this protocol signs."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from federation.protocol.jcs import MAX_SAFE, canonical

texts = st.text(st.characters(exclude_categories=["Cs"]))
leaves = st.none() | st.booleans() | st.integers(-MAX_SAFE, MAX_SAFE) | texts
values = st.recursive(leaves, lambda one: st.lists(one) | st.dictionaries(texts, one), max_leaves=20)


@given(values)
def test_it_agrees_with_the_reference_and_reads_back(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert json.loads(canonical(value)) == value


def test_keys_are_ordered_by_utf16() -> None:
    assert canonical({"\U0001f600": 1, "\ufb33": 2}) == '{"\U0001f600":1,"\ufb33":2}'.encode()


@pytest.mark.parametrize(
    "value", [0.5, MAX_SAFE + 1, -MAX_SAFE - 1, b"x", {1: 2}, {"a": {1.5}}, "\ud800", object()]
)
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(value)
