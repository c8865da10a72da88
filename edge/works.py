"""The works in the connected folder: which they are is known here only; the server hears a count and a commitment.

A statement may name commitments. This computer remembers which works stood behind each it ever told, so it can train on
exactly those and leave later ones out until the artist signs again.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from edge.state import State

LABEL = b"fedart/works/v1\x00"
SALT_BYTES = 32


@dataclass(frozen=True)
class Works:
    """The folder as it is: a commitment ("sha256:<hex>") to the sorted SHA-256 of all pictures, and those hashes."""

    commitment: str
    hashes: tuple[str, ...]


def committed(hashes: Iterable[str], salt: bytes) -> str:
    """SHA-256("fedart/works/v1" || 0x00 || salt || each hash in order): nobody without the salt can test a guess."""
    digest = hashlib.sha256(LABEL + salt)
    for one in sorted(set(hashes)):
        digest.update(bytes.fromhex(one))
    return "sha256:" + digest.hexdigest()


def survey(state: State, hashes: Iterable[str]) -> Works:
    """The commitment to works of these SHA-256 (hex), remembered here with what stands behind it."""
    found = tuple(sorted(set(hashes)))
    commitment = committed(found, _salt(state))
    state.note(f"works:{commitment}", found)
    return Works(commitment, found)


def behind(state: State, commitments: Iterable[str]) -> frozenset[str] | None:
    """The hashes behind those of the commitments that this computer knows; None where it knows none of them."""
    known = [found for one in commitments if (found := state.noted(f"works:{one}")) is not None]
    return frozenset(one for hashes in known for one in hashes) if known else None


def _salt(state: State) -> bytes:
    kept = state.noted("works-salt")
    if kept is None:
        kept = secrets.token_hex(SALT_BYTES)
        state.note("works-salt", kept)
    return bytes.fromhex(kept)
