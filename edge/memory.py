"""This computer's memory of the ledger: each checkpoint must grow out of the last one seen, or the round is refused.

So every agent is a small witness: a server that rewrites what was recorded loses all who remember.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from consent.errors import Refusal as LedgerRefusal
from consent.ledger.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from consent.ledger.notes import Key, parse_note, unbase64
from consent.ledger.tree import MAX_PATH, check_consistency
from edge import ledger_key
from edge.api import Api
from edge.state import State
from federation.protocol.errors import refusal

NOTE = "ledger"


@dataclass(frozen=True)
class Ledger:
    """The server's ledger as this computer knows it; `server_key` is the pinned key, base64url."""

    api: Api
    state: State
    server_key: str

    @cached_property
    def key(self) -> Key:
        """Who signs its checkpoints: one key for good, vouched for by the server key."""
        return ledger_key.pinned(self.api, self.state, self.server_key)

    def follow(self) -> Checkpoint:
        """The present checkpoint, once it is signed by the ledger's key and follows from the last one; remembered.

        Raises Refusal `ledger-rewritten`, with both sizes, and keeps the last good one; `server-answer` for what is
        none; `ledger-key-unvouched` where the key is not the ledger's.
        """
        note = self.api.checkpoint()
        new, last = _opened(note, self.key), self.last()
        if last is not None and (new.size < last.size or not self._grew(last, new)):
            raise _rewritten(last, new)
        self.state.note(NOTE, {"note": note.decode("utf-8")})
        return new

    def last(self) -> Checkpoint | None:
        """The last one that was seen."""
        known = self.state.noted(NOTE)
        return parse_checkpoint(parse_note(known["note"].encode()).text) if known else None

    def must_hold(self, note: bytes) -> None:
        """A checkpoint shown elsewhere, such as under a receipt, is of this very history: no second one is kept for
        this computer alone. Raises Refusal `ledger-rewritten`."""
        other, last = _opened(note, self.key), self.last() or self.follow()
        older, newer = sorted((last, other), key=lambda one: one.size)
        if not self._grew(older, newer):
            raise _rewritten(last, other)
        if newer is other:
            self.state.note(NOTE, {"note": note.decode("utf-8")})

    def _grew(self, older: Checkpoint, newer: Checkpoint) -> bool:
        """Whether one became the other; the server is asked for the proof."""
        if newer.origin != older.origin:
            return False
        path: list[bytes] = []
        if 0 < older.size < newer.size:
            told = self.api.consistency(older.size, newer.size)
            path = _read(lambda: [unbase64(str(one)) for one in told["path"][: MAX_PATH + 1]])
        return check_consistency(older.size, newer.size, older.root, newer.root, path)


def _rewritten(last: Checkpoint, shown: Checkpoint) -> Exception:
    return refusal("ledger-rewritten", f"It had {last.size} entries when last seen, and shows {shown.size}.")


def _opened(note: bytes, key: Key) -> Checkpoint:
    """Another key than the pinned one is another ledger."""
    try:
        return open_checkpoint(note, [key])[0]
    except LedgerRefusal as refused:
        if refused.code in ("unsigned-checkpoint", "bad-note-signature"):
            raise refusal("ledger-rewritten", "It is signed by another key than before.") from None
        raise refusal("server-answer", refused.why) from None


def _read(reading: Callable[[], Any]) -> Any:
    """What the server told, or Refusal `server-answer`."""
    try:
        return reading()
    except (LedgerRefusal, ValueError, KeyError, TypeError):
        raise refusal("server-answer", "What it says of its ledger cannot be understood.") from None
