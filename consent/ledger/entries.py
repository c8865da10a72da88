"""What stands in the ledger: a kind, an hour and a salted commitment. Nothing of a person."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from consent.errors import refusal
from consent.ledger.canonical import canonical_bytes
from consent.ledger.kinds import kind_of

COMMIT_LABEL = b"fedart/commit/v1\x00"
ENTRY_HEADER = "fedart/entry/v1"
SALT_BYTES = 32
HOUR = re.compile(r"\d{4}-\d\d-\d\dT\d\dZ")
OLD_GENESIS = sha256(b"fedart/chain/v1").digest()


def commitment(body: Mapping[str, Any] | bytes, *, salt: bytes) -> bytes:
    """SHA-256("fedart/commit/v1" || 0x00 || salt || JCS(body)); hides the body while the salt is secret.

    `salt` is 32 bytes, fresh from a CSPRNG for every entry. Bytes are taken as already canonical.
    """
    if len(salt) != SALT_BYTES:
        raise refusal("bad-entry", detail="a salt has 32 bytes")
    return sha256(COMMIT_LABEL + salt + (body if isinstance(body, bytes) else canonical_bytes(body))).digest()


def utc_hour(at: datetime) -> str:
    """The hour an entry shows, `2026-11-24T05Z`: finer times would tell who was at the page. `at` must be
    aware."""
    if at.tzinfo is None:
        raise refusal("bad-entry", detail="a time without its zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%HZ")


def entry_bytes(*, kind: str, hour: str, commitment: bytes) -> bytes:
    """The public bytes of an entry, four lines: header, kind, UTC hour, commitment in hex."""
    kind_of(kind)
    if not HOUR.fullmatch(hour) or len(commitment) != 32:
        raise refusal("bad-entry")
    return f"{ENTRY_HEADER}\n{kind}\n{hour}\n{commitment.hex()}\n".encode("ascii")


def parse_entry(data: bytes) -> tuple[str, str, bytes]:
    """(kind, hour, commitment) of an entry's bytes. Refuses `bad-entry`, `unknown-kind`."""
    try:
        header, kind, hour, committed, end = data.decode("ascii").split("\n")
        found = kind, hour, bytes.fromhex(committed)
    except ValueError:
        raise refusal("bad-entry") from None
    if header != ENTRY_HEADER or end or entry_bytes(kind=kind, hour=hour, commitment=found[2]) != data:
        raise refusal("bad-entry")
    return found


def old_chain_hash(previous: bytes, leaf: bytes) -> bytes:
    """The head that statements named before the tree: SHA-256(previous head || leaf hash), the first `previous` being
    OLD_GENESIS. Kept so that those heads can still be checked."""
    return sha256(previous + leaf).digest()
