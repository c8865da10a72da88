"""What a witness does with a checkpoint: C2SP tlog-witness, `add-checkpoint`, without the HTTP around it.

old 20852014
(consistency proof, a hash in base64 a line)
(empty line)
(the checkpoint)
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from consent.errors import Refusal
from consent.ledger.checkpoints import Checkpoint, parse_checkpoint, parse_decimal
from consent.ledger.notes import ED25519, MAX_NOTE_BYTES, Key, Note, parse_note, signed_by, unbase64
from consent.ledger.tree import EMPTY_ROOT, HASH_BYTES, MAX_PATH, check_consistency

MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 4096
BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE = 400, 403, 404, 409, 422


@dataclass(eq=False)
class Declined(Exception):
    """Not cosigned. `status` is the one tlog-witness names; for 409 `size` is what was cosigned last."""

    status: int
    why: str
    size: int = 0

    def __str__(self) -> str:
        return self.why


def add_checkpoint_body(old: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The request that a log, or whoever speaks for it, sends to a witness."""
    lines = [f"old {old}", *(b64encode(one).decode() for one in path), ""]
    return "".join(f"{line}\n" for line in lines).encode() + checkpoint


def judge(request: bytes, *, logs: Sequence[Key], last: Checkpoint | None) -> tuple[Checkpoint, Note]:
    """The checkpoint that may be cosigned, with its note. `last` is the one cosigned before for its origin.

    Raises Declined with the status that tlog-witness demands. The caller stores the checkpoint before it answers, under
    a lock that it held since it read `last`.
    """
    old, path, note = _parse(request)
    try:
        checkpoint = parse_checkpoint(note.text)
    except Refusal as refused:
        raise Declined(BAD_REQUEST, refused.why) from None
    known = [key for key in logs if key.name == checkpoint.origin and key.kind == ED25519]
    if not known:
        raise Declined(NOT_FOUND, f"{checkpoint.origin} is not a log this witness knows")
    try:
        signed = signed_by(note, known)
    except Refusal as refused:
        raise Declined(FORBIDDEN, refused.why) from None
    if not signed:
        raise Declined(FORBIDDEN, "no key of the log has signed this checkpoint")
    _compare(old, path, checkpoint, last)
    return checkpoint, note


def _compare(old: int, path: Sequence[bytes], checkpoint: Checkpoint, last: Checkpoint | None) -> None:
    if old > checkpoint.size:
        raise Declined(BAD_REQUEST, "the old size is larger than the checkpoint's")
    cosigned = last.size if last else 0
    if old != cosigned:
        raise Declined(CONFLICT, f"{cosigned} entries were cosigned last", cosigned)
    root = last.root if last else EMPTY_ROOT
    if not check_consistency(old, checkpoint.size, root, checkpoint.root, path):
        raise Declined(UNPROCESSABLE, f"it does not grow out of the {old} entries that were cosigned")


def _parse(request: bytes) -> tuple[int, tuple[bytes, ...], Note]:
    if len(request) > MAX_REQUEST_BYTES:
        raise Declined(BAD_REQUEST, "too long")
    head, gap, checkpoint = request.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        if not gap or not first.startswith("old "):
            raise ValueError
        old = parse_decimal(first.removeprefix("old "))
        path = tuple(unbase64(line) for line in lines)
        if len(path) > MAX_PATH or any(len(one) != HASH_BYTES for one in path):
            raise ValueError
        return old, path, parse_note(checkpoint)
    except (ValueError, Refusal):
        raise Declined(BAD_REQUEST, "not an add-checkpoint request") from None
