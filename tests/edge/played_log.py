"""The ledger of the played server: a log in memory that grows, and that can be made to forget or to fork."""

from base64 import b64encode

from consent.ledger.checkpoints import Checkpoint, sign_checkpoint
from consent.ledger.notes import Key
from consent.ledger.tree import consistency_ranges, hashes_of, leaf_hash, root_of
from tests.consent.ledger import logs


class PlayedLog:
    """`leaves` are leaf hashes; tests put others in their place. `signer` names the key it signs with."""

    def __init__(self) -> None:
        self.leaves = [leaf_hash(b"%d" % number) for number in range(5)]
        self.signer = "log"

    def grow(self, number: int = 1) -> None:
        self.leaves += [leaf_hash(b"more %d" % (len(self.leaves) + at)) for at in range(number)]

    def rewrite(self, index: int) -> None:
        """Another history from that entry on."""
        self.leaves[index] = leaf_hash(b"something else")

    def key(self) -> str:
        return Key(logs.ORIGIN, logs.public(self.signer)).vkey()

    def checkpoint(self) -> bytes:
        told = Checkpoint(logs.ORIGIN, len(self.leaves), root_of(self.leaves))
        return sign_checkpoint(
            told, Key(logs.ORIGIN, logs.public(self.signer)), logs.private(self.signer)
        ).dump()

    def consistency(self, old: int, new: int) -> list[str]:
        hash_of = hashes_of(self.leaves)
        return [b64encode(hash_of(*one)).decode() for one in consistency_ranges(old, new)]
