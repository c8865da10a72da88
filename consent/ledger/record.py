"""One body, its salt, its entry and its path: what is proven about it under one checkpoint."""

from dataclasses import dataclass

from consent.errors import Refusal, refusal
from consent.ledger.canonical import JsonObject, parse_canonical
from consent.ledger.checkpoints import Checkpoint
from consent.ledger.entries import commitment, entry_bytes
from consent.ledger.kinds import MAX_BODY_BYTES, check_body
from consent.ledger.signing import verify
from consent.ledger.statement import WITHDRAWN, check_fields
from consent.ledger.tree import check_inclusion, leaf_hash

BY_SESSION = "server-session"


@dataclass(frozen=True)
class Record:
    """An opened entry. `body` is exactly what was committed to; `path` leads from its leaf to the checkpoint's root."""

    kind: str
    hour: str
    index: int
    salt: bytes
    body: bytes
    path: tuple[bytes, ...]

    def entry(self) -> bytes:
        """The public bytes of the entry that this body and salt give."""
        return entry_bytes(kind=self.kind, hour=self.hour, commitment=commitment(self.body, salt=self.salt))


def check_record(record: Record, checkpoint: Checkpoint) -> tuple[str, JsonObject]:
    """(who attests it, the body): the entry is in the log at its index, and a statement is what it says it is.

    Who attests it is the key (`z6Mk...`) of a signed statement, `server-session` for a withdrawal made without a key,
    and the log's origin for all other kinds. Refuses `not-included`, `bad-signature` and what the parsers refuse.
    """
    leaf = leaf_hash(record.entry())
    if not check_inclusion(leaf, record.index, checkpoint.size, record.path, checkpoint.root):
        raise refusal("not-included", detail=f"index {record.index}")
    body = parse_canonical(record.body, limit=MAX_BODY_BYTES)
    if record.kind != "statement":
        check_body(record.kind, body)
        return checkpoint.origin, body
    check_fields(body)
    return signer_of(body), body


def signer_of(statement: JsonObject) -> str:
    """The key that signed a statement, or `server-session` for a withdrawal without a key. Refuses `bad-signature`."""
    if "proof" in statement:
        return verify(statement)
    if (statement.get("attestedBy"), statement.get("status")) != (BY_SESSION, WITHDRAWN):
        raise refusal("bad-signature", detail="the statement carries none")
    return BY_SESSION


def why_not(record: Record, checkpoint: Checkpoint) -> str | None:
    """The code of the first thing that does not hold, or None."""
    try:
        check_record(record, checkpoint)
    except Refusal as refused:
        return refused.code
    return None
