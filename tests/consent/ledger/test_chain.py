"""Commitments, entries and the chain: what is stored adds up, and the first break is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import Refusal
from consent.ledger.entries import (
    GENESIS,
    KINDS,
    chain_hash,
    commitment,
    entry_bytes,
    leaf_hash,
    utc_hour,
)
from consent.ledger.verify import Link, check_chain

BODIES = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.binary(min_size=32, max_size=32)), min_size=1, max_size=8
)


def chain_of(parts: Any) -> Any:
    links, previous = [], GENESIS
    for index, (kind, committed) in enumerate(parts):
        leaf = leaf_hash(entry_bytes(kind=kind, hour="2026-11-24T05Z", commitment=committed))
        previous = chain_hash(previous, leaf)
        links.append(Link(index, kind, "2026-11-24T05Z", committed, leaf, previous))
    return links


def test_commitment_is_the_written_formula() -> None:
    salt = bytes(range(32))
    expected = sha256(b"fedart/commit/v1" + b"\x00" + salt + b'{"a":"b"}').digest()
    assert commitment({"a": "b"}, salt=salt) == expected
    assert commitment(b'{"a":"b"}', salt=salt) == expected
    assert commitment({"a": "b"}, salt=bytes(32)) != expected


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_refuses_a_salt_of_another_length(salt: bytes) -> None:
    with pytest.raises(Refusal, match="bad-entry"):
        commitment({}, salt=salt)


def test_entry_bytes_are_the_written_lines() -> None:
    committed = sha256(b"x").digest()
    entry = entry_bytes(kind="statement", hour="2026-11-24T05Z", commitment=committed)
    assert entry == f"fedart/entry/v1\nstatement\n2026-11-24T05Z\n{committed.hex()}\n".encode()
    assert leaf_hash(entry) == sha256(b"\x00" + entry).digest()


def test_leaf_hash_is_that_of_rfc_6962() -> None:
    # the leaf of an empty entry, from the test data of RFC 6962's reference implementation
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize(
    ("kind", "hour", "committed", "code"),
    [
        ("person", "2026-11-24T05Z", bytes(32), "unknown-kind"),
        ("key\nstatement", "2026-11-24T05Z", bytes(32), "unknown-kind"),
        ("key", "2026-11-24T05:30Z", bytes(32), "bad-entry"),
        ("key", "2026-11-24T05Z\n", bytes(32), "bad-entry"),
        ("key", "2026-11-24T05Z", bytes(31), "bad-entry"),
    ],
)
def test_refuses_other_entries(kind: str, hour: str, committed: bytes, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        entry_bytes(kind=kind, hour=hour, commitment=committed)
    assert caught.value.code == code


def test_an_entry_shows_the_hour_only_and_in_utc() -> None:
    at = datetime(2026, 11, 24, 7, 59, 59, tzinfo=timezone(timedelta(hours=2)))
    assert utc_hour(at) == "2026-11-24T05Z"
    with pytest.raises(Refusal):
        utc_hour(at.replace(tzinfo=None))
    assert utc_hour(at.astimezone(UTC)) == "2026-11-24T05Z"


@given(BODIES)
def test_a_chain_that_was_not_touched_holds(parts: Any) -> None:
    links = chain_of(parts)
    assert check_chain(links) == (len(links), links[-1].chain, None)


@given(BODIES, st.data())
def test_any_change_is_found_where_it_was_made(parts: Any, data: Any) -> None:
    links = chain_of(parts)
    index = data.draw(st.integers(0, len(links) - 1))
    field = data.draw(st.sampled_from(["kind", "hour", "commitment", "leaf", "chain"]))
    link = links[index]
    other = {"kind": "breach" if link.kind != "breach" else "hold", "hour": "2026-11-24T06Z"}
    value = other.get(field) or bytes(32 - 1) + b"\x01"
    if getattr(link, field) == value:
        value = bytes(32)
    links[index] = replace(link, **{field: value})
    walked, _, found = check_chain(links)
    assert found is not None
    assert walked == found.index == index


@given(BODIES, st.data())
def test_a_gap_and_a_swap_are_found(parts: Any, data: Any) -> None:
    links = chain_of([*parts, ("key", bytes(32))])
    index = data.draw(st.integers(0, len(links) - 2))
    without = links[:index] + links[index + 1 :]
    assert check_chain(without)[2].index == index
    links[index], links[index + 1] = links[index + 1], links[index]
    assert check_chain(links)[2].index == index


@given(BODIES)
def test_a_part_of_the_chain_can_be_checked_from_a_known_head(parts: Any) -> None:
    links = chain_of([("notice", bytes(32)), *parts])
    assert check_chain(links[1:], start=1, previous=links[0].chain)[2] is None
    assert check_chain(links[1:], start=1)[2].index == 1
