"""The ledger of the played server: a log in memory that grows, and that can be made to forget or to fork."""

from base64 import b64encode
from hashlib import sha256
from typing import Any
from uuid import UUID

from consent.ledger.canonical import canonical_bytes
from consent.ledger.checkpoints import Checkpoint, sign_checkpoint
from consent.ledger.entries import commitment, entry_bytes
from consent.ledger.notes import Key
from consent.ledger.proof_file import ProofFile, pack_extra
from consent.ledger.tree import consistency_ranges, hashes_of, inclusion_ranges, leaf_hash, root_of
from consent.ledger.verify import pack_receipt
from consent.ledger.vouching import vouch
from tests.consent.ledger import logs
from tests.edge.ledgers import by_server


class PlayedLog:
    """`leaves` are leaf hashes; tests put others in their place. `signer` names the key it signs with."""

    def __init__(self) -> None:
        self.leaves = [leaf_hash(b"%d" % number) for number in range(5)]
        self.signer = "log"
        self.openings: dict[int, dict[str, Any]] = {}

    def grow(self, number: int = 1) -> None:
        self.leaves += [leaf_hash(b"more %d" % (len(self.leaves) + at)) for at in range(number)]

    def rewrite(self, index: int) -> None:
        """Another history from that entry on."""
        self.leaves[index] = leaf_hash(b"something else")

    def record(self, statement: bytes) -> dict[str, Any]:
        """One entry more, and its receipt."""
        salt = sha256(statement).digest()
        entry = entry_bytes(kind="statement", hour=logs.HOUR, commitment=commitment(statement, salt=salt))
        index = len(self.leaves)
        self.leaves.append(leaf_hash(entry))
        proof = self.proof(index, extra=pack_extra(entry, salt))
        vkey = self._key().vkey()
        return pack_receipt(statement=statement, proof=proof, vkey=vkey, notice_text=None)

    def record_version(self, card: dict[str, Any]) -> int:
        """One entry more, which everybody may open; its index."""
        body = canonical_bytes({"version": str(UUID(int=len(self.leaves))), "card": card})
        salt = sha256(body).digest()
        committed = commitment(body, salt=salt)
        entry = entry_bytes(kind="version", hour=logs.HOUR, commitment=committed)
        index = len(self.leaves)
        self.leaves.append(leaf_hash(entry))
        told = {"index": index, "kind": "version", "hour": logs.HOUR, "commitment": committed.hex()}
        self.openings[index] = told | {"salt": salt.hex(), "body": body.decode()}
        return index

    def proof(self, index: int, extra: bytes = b"") -> bytes:
        """A tlog-proof of an entry under the present checkpoint."""
        hash_of = hashes_of(self.leaves)
        path = tuple(hash_of(*one) for one in inclusion_ranges(index, len(self.leaves)))
        return ProofFile(index, path, self.checkpoint(), extra).dump()

    def key(self) -> dict[str, Any]:
        """As the door tells it."""
        return {"key": self._key().vkey(), "vouched": vouch(self._key(), sign=by_server)}

    def _key(self) -> Key:
        return Key(logs.ORIGIN, logs.public(self.signer))

    def checkpoint(self) -> bytes:
        told = Checkpoint(logs.ORIGIN, len(self.leaves), root_of(self.leaves))
        return sign_checkpoint(told, self._key(), logs.private(self.signer)).dump()

    def consistency(self, old: int, new: int) -> list[str]:
        hash_of = hashes_of(self.leaves)
        return [b64encode(hash_of(*one)).decode() for one in consistency_ranges(old, new)]
