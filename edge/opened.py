"""A receipt of the server's, opened: the statement, who signed it and where it stands, once the proof holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consent.errors import Refusal, refusal
from consent.ledger.canonical import JsonObject, parse_canonical
from consent.ledger.notes import parse_vkey
from consent.ledger.proof_file import parse_proof
from consent.ledger.signing import verify
from consent.ledger.verify import Trust, check_receipt, from_b64url
from edge.state import State

LOG_KEY = "ledger-key"


@dataclass(frozen=True)
class Opened:
    """`index`: the statement's place in the ledger; `signer`: its key (`z6Mk…`), empty for a withdrawal without one."""

    statement: JsonObject
    index: int
    signer: str


def opened(receipt: Mapping[str, Any], state: State) -> Opened:
    """The log's key is taken at the first receipt and stays. Raises consent's Refusal for whatever does not hold."""
    named = receipt["log_key"]
    known = state.noted(LOG_KEY) or named
    report = check_receipt(receipt, Trust(logs=(parse_vkey(known),)))
    if not report.holds:
        raise refusal("bad-proof-file", detail="; ".join(report.wrong)[:200])
    state.note(LOG_KEY, known)
    statement = parse_canonical(from_b64url(receipt["statement"]))
    signer = verify(statement) if "proof" in statement else ""
    return Opened(statement, parse_proof(receipt["proof"].encode()).index, signer)


def signer_of(receipt: Mapping[str, Any]) -> str:
    """The key that a receipt's statement was signed with, to be shown to the artist; empty where none can be read."""
    try:
        return verify(parse_canonical(from_b64url(receipt["statement"])))
    except (Refusal, KeyError, TypeError, ValueError):
        return ""
