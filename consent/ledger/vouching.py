"""The server key vouches for the ledger's key: whoever pinned the one can be shown no other ledger.

Two keys, because each signs one kind of thing (C2SP signed-note); agents pin the server key when they enrol.
"""

from collections.abc import Callable, Mapping
from typing import Any

from consent.errors import refusal
from consent.ledger.bundle import CONTEXT
from consent.ledger.canonical import JsonObject
from consent.ledger.notes import ED25519, Key, parse_vkey
from consent.ledger.signing import verify

TYPE = "LedgerKey"
FIELDS = frozenset(("@context", "type", "key", "proof"))


def vouch(key: Key, *, sign: Callable[[JsonObject], JsonObject]) -> JsonObject:
    """A document with an eddsa-jcs-2022 proof by the server key: this verifier key signs the ledger's checkpoints."""
    return sign({"@context": [CONTEXT], "type": TYPE, "key": key.vkey()})


def vouched_key(document: Mapping[str, Any], *, by: str) -> Key:
    """The ledger's key, once `by` (`z6Mk…`, the pinned server key) is who vouched for it.

    Refuses `unvouched-key`, and what proofs and verifier keys refuse.
    """
    if set(document) != FIELDS or document["type"] != TYPE or not isinstance(document["key"], str):
        raise refusal("unvouched-key", detail="it is no document about a ledger's key")
    if verify(document) != by:
        raise refusal("unvouched-key", detail="another key vouches for it")
    key = parse_vkey(document["key"])
    if key.kind != ED25519:
        raise refusal("unvouched-key", detail="it is the key of a witness")
    return key
