"""A ledger for the agent's tests: receipts whose proof holds, at whatever index a test wants."""

from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.checkpoints import Checkpoint, sign_checkpoint
from consent.ledger.entries import commitment, entry_bytes
from consent.ledger.notes import Key
from consent.ledger.proof_file import ProofFile, pack_extra
from consent.ledger.tree import hashes_of, inclusion_ranges, leaf_hash, root_of
from consent.ledger.verify import pack_receipt

HOUR = "2026-11-24T05Z"
ORIGIN = "fedart.example/ledger/1"
LOG = Ed25519PrivateKey.from_private_bytes(b"L" * 32)
FALSE_LOG = Ed25519PrivateKey.from_private_bytes(b"F" * 32)


@cache
def leaves(count: int) -> list[bytes]:
    """What other people have in the log."""
    return [leaf_hash(number.to_bytes(4)) for number in range(count)]


def receipt_of(statement: bytes, *, index: int, log: Ed25519PrivateKey = LOG) -> dict[str, Any]:
    """The receipt of these bytes at this index, the last one of the log."""
    salt = sha256(statement).digest()
    entry = entry_bytes(kind="statement", hour=HOUR, commitment=commitment(statement, salt=salt))
    all_leaves = [*leaves(index), leaf_hash(entry)]
    hashes = hashes_of(all_leaves)
    path = tuple(hashes(*span) for span in inclusion_ranges(index, index + 1))
    key = Key(ORIGIN, log.public_key().public_bytes_raw())
    note = sign_checkpoint(Checkpoint(ORIGIN, index + 1, root_of(all_leaves)), key, log)
    proof = ProofFile(index, path, note.dump(), pack_extra(entry, salt))
    return pack_receipt(statement=statement, proof=proof.dump(), vkey=key.vkey(), notice_text=None)
