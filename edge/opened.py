"""A receipt of the server's, opened: the statement, who signed it and where it stands, once the proof holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consent.errors import Refusal, refusal
from consent.ledger.canonical import JsonObject, parse_canonical
from consent.ledger.notes import Key
from consent.ledger.proof_file import parse_proof, unpack_extra
from consent.ledger.signing import verify
from consent.ledger.tree import leaf_hash
from consent.ledger.verify import Trust, check_receipt, from_b64url


@dataclass(frozen=True)
class Opened:
    """`index`: the statement's place in the ledger; `signer`: its key (`z6Mk…`), empty for a withdrawal without one;
    `note`: the signed head of the ledger under which it is proven; `leaf`: the hash of its entry."""

    statement: JsonObject
    index: int
    signer: str
    note: bytes
    leaf: bytes


def opened(receipt: Mapping[str, Any], log: Key) -> Opened:
    """`log` is the ledger's key, whatever the receipt says. Raises consent's Refusal for whatever does not hold."""
    report = check_receipt(receipt, Trust(logs=(log,)))
    if not report.holds:
        raise refusal("bad-proof-file", detail="; ".join(report.wrong)[:200])
    statement = parse_canonical(from_b64url(receipt["statement"]))
    signer = verify(statement) if "proof" in statement else ""
    proof = parse_proof(receipt["proof"].encode())
    entry, _ = unpack_extra(proof.extra)
    return Opened(statement, proof.index, signer, proof.checkpoint, leaf_hash(entry))


def signer_of(receipt: Mapping[str, Any]) -> str:
    """The key that a receipt's statement was signed with, to be shown to the artist; empty where none can be read."""
    try:
        return verify(parse_canonical(from_b64url(receipt["statement"])))
    except (Refusal, KeyError, TypeError, ValueError):
        return ""
