"""The exact bytes: RFC 8785 as published, and everything that is not canonical refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import Refusal
from consent.ledger.canonical import MAX_STATEMENT_BYTES, canonical_bytes, parse_canonical, parse_object

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/rfc8785.json").read_text())["cases"]

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        parse_canonical(data)
    return caught.value.code


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_published_vectors(case: dict[str, Any]) -> None:
    assert canonical_bytes(json.loads(case["input"])).decode() == case["expect"]


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_canonical_is_read_back_as_it_was(value: Any) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_the_order_of_names_does_not_matter(value: Any) -> None:
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


@given(st.binary(max_size=60))
def test_any_bytes_are_either_canonical_or_refused(data: Any) -> None:
    try:
        value = parse_canonical(data)
    except Refusal:
        return
    assert canonical_bytes(value) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-json"),
        (b"[]", "not-json"),
        (b'"text"', "not-json"),
        (b"\xff\xfe{}", "not-json"),
        (b"{", "not-json"),
        (b"[" * 16_000, "not-json"),
        (b'{"a":' + b"1" * 5000 + b"}", "not-json"),
        (b'{"a":1,"a":1}', "duplicate-key"),
        (b'{"x":{"a":1,"a":2}}', "duplicate-key"),
        (b'{"b":1,"a":2}', "not-canonical"),
        (b'{"a": 1}', "not-canonical"),
        (b'{"a":1}\n', "not-canonical"),
        (b'{"a":"\\u0041"}', "not-canonical"),
        (b'{"a":-0}', "not-canonical"),
        (b'{"a":1.5}', "wrong-shape"),
        (b'{"a":1e2}', "wrong-shape"),
        (b'{"a":NaN}', "wrong-shape"),
        (b'{"a":Infinity}', "wrong-shape"),
        (b'{"a":9007199254740993}', "wrong-shape"),
        (b'{"a":"\\ud800"}', "wrong-shape"),
        (b'{"\\ud800":1}', "wrong-shape"),
        (b'{"a":"\\u0000"}', "wrong-shape"),
        (b'{"a":[[[[[[[[1]]]]]]]]}', "wrong-shape"),
    ],
)
def test_refuses(data: Any, code: str) -> None:
    assert refused(data) == code


def test_refuses_by_size_before_parsing() -> None:
    with pytest.raises(Refusal) as caught:
        parse_object(b"[" * (MAX_STATEMENT_BYTES + 1))
    assert (caught.value.code, caught.value.status) == ("too-large", 413)


@pytest.mark.parametrize(
    "value", [{"a": 2**53}, {"a": float("nan")}, {"a": object()}, {1: "a"}, {"a": "\ud800"}]
)
def test_does_not_write_what_json_cannot_hold(value: Any) -> None:
    with pytest.raises(Refusal, match="wrong-shape"):
        canonical_bytes(value)
