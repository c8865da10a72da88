"""Receipts as files: C2SP tlog-proof. A checkpoint, an index, a path, and extra data to make the leaf anew.

Ours carries as extra data the entry's public bytes and, for whoever may open it, the 32 bytes of salt behind them.
"""

from base64 import b64encode
from dataclasses import dataclass

from consent.errors import refusal
from consent.ledger.checkpoints import parse_decimal
from consent.ledger.entries import ENTRY_HEADER, SALT_BYTES
from consent.ledger.notes import MAX_NOTE_BYTES, unbase64
from consent.ledger.tree import HASH_BYTES, MAX_PATH

HEADER = "c2sp.org/tlog-proof@v1"
MAX_EXTRA = 4096
MAX_PROOF_BYTES = MAX_NOTE_BYTES + 16_384


@dataclass(frozen=True)
class ProofFile:
    """What a .tlog-proof file holds; nothing of it is checked yet. `checkpoint` is the signed note as it came."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def dump(self) -> bytes:
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {b64encode(self.extra).decode()}")
        lines += [f"index {self.index}", *(b64encode(one).decode() for one in self.path), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.checkpoint


def parse_proof(data: bytes) -> ProofFile:
    """Read a .tlog-proof strictly. Refuses `bad-proof-file`."""
    if len(data) > MAX_PROOF_BYTES:
        raise refusal("bad-proof-file", detail=f"more than {MAX_PROOF_BYTES} bytes")
    head, gap, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise refusal("bad-proof-file") from None
    if not gap or lines.pop(0) != HEADER:
        raise refusal("bad-proof-file", detail=f"it does not begin with {HEADER}")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _decoded(lines.pop(0).removeprefix("extra "))
        if not 0 < len(extra) <= MAX_EXTRA:
            raise refusal("bad-proof-file", detail="its extra data")
    if not lines or not lines[0].startswith("index "):
        raise refusal("bad-proof-file", detail="its index")
    index = parse_decimal(lines.pop(0).removeprefix("index "))
    path = tuple(_decoded(line) for line in lines)
    if len(path) > MAX_PATH or any(len(one) != HASH_BYTES for one in path):
        raise refusal("bad-proof-file", detail="its path")
    return ProofFile(index, path, checkpoint, extra)


def pack_extra(entry: bytes, salt: bytes | None) -> bytes:
    """The public bytes of the entry, then its salt, if it is to be opened."""
    return entry + (salt or b"")


def unpack_extra(extra: bytes) -> tuple[bytes, bytes | None]:
    """(entry bytes, salt or None). Refuses `bad-proof-file`."""
    parts = extra.split(b"\n", 4)
    if len(parts) != 5 or parts[0] != ENTRY_HEADER.encode() or len(parts[4]) not in (0, SALT_BYTES):
        raise refusal("bad-proof-file", detail="its extra data is not an entry of FedArt")
    return extra[: len(extra) - len(parts[4])], parts[4] or None


def _decoded(text: str) -> bytes:
    try:
        return unbase64(text)
    except ValueError:
        raise refusal("bad-proof-file", detail="a line that is not base64") from None
