"""Commitments and entries: the written formulas, and nothing else is read as one."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest

from consent.errors import Refusal
from consent.ledger.entries import commitment, entry_bytes, parse_entry, utc_hour
from consent.ledger.tree import leaf_hash


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


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1],
        lambda data: data + b"\n",
        lambda data: data.replace(b"v1", b"v2"),
        lambda data: data.replace(b"statement", b"person"),
        lambda data: data.replace(b"05Z", b"5Z"),
        lambda data: data.upper(),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xff" + data,
        lambda data: b"",
    ],
)
def test_entries_are_read_strictly(spoil: Any) -> None:
    data = entry_bytes(kind="statement", hour="2026-11-24T05Z", commitment=sha256(b"x").digest())
    assert parse_entry(data) == ("statement", "2026-11-24T05Z", sha256(b"x").digest())
    with pytest.raises(Refusal):
        parse_entry(spoil(data))
