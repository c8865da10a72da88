"""This computer's memory of the ledger: each checkpoint must grow out of the last one seen, or the round is refused.

So every agent is a small witness: a server that rewrites what was recorded loses all who remember.
"""

from collections.abc import Callable
from typing import Any

from consent.errors import Refusal as LedgerRefusal
from consent.ledger.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from consent.ledger.notes import Key, parse_note, parse_vkey, unbase64
from consent.ledger.tree import MAX_PATH, check_consistency
from edge.api import Api
from edge.state import State
from federation.protocol.errors import refusal

NOTE = "ledger"


def follow(api: Api, state: State) -> Checkpoint:
    """The ledger's checkpoint, once it is signed by the key first seen and follows from the last one; remembered.

    Raises Refusal `ledger-rewritten`, with both sizes, and keeps the last good one; `server-answer` for what is none.
    """
    known = state.noted(NOTE)
    key = parse_vkey(known["key"]) if known else _read(lambda: parse_vkey(str(api.ledger_key()["key"])))
    note = api.checkpoint()
    new = _opened(note, key, pinned=known is not None)
    if known:
        last = parse_checkpoint(parse_note(known["note"].encode()).text)
        if not _grew(api, last, new):
            raise refusal(
                "ledger-rewritten", f"It had {last.size} entries when last seen, and shows {new.size}."
            )
    state.note(NOTE, {"key": key.vkey(), "note": note.decode("utf-8")})
    return new


def _opened(note: bytes, key: Key, *, pinned: bool) -> Checkpoint:
    """Another key than the first one is another ledger."""
    try:
        return open_checkpoint(note, [key])[0]
    except LedgerRefusal as refused:
        if pinned and refused.code in ("unsigned-checkpoint", "bad-note-signature"):
            raise refusal("ledger-rewritten", "It is signed by another key than before.") from None
        raise refusal("server-answer", refused.why) from None


def _grew(api: Api, last: Checkpoint, new: Checkpoint) -> bool:
    if new.size < last.size or new.origin != last.origin:
        return False
    path: list[bytes] = []
    if 0 < last.size < new.size:
        told = api.consistency(last.size, new.size)
        path = _read(lambda: [unbase64(str(one)) for one in told["path"][: MAX_PATH + 1]])
    return check_consistency(last.size, new.size, last.root, new.root, path)


def _read(reading: Callable[[], Any]) -> Any:
    """What the server told, or Refusal `server-answer`."""
    try:
        return reading()
    except (LedgerRefusal, ValueError, KeyError, TypeError):
        raise refusal("server-answer", "What it says of its ledger cannot be understood.") from None
