"""Does it add up? Recompute a chain, check a receipt, and name the first thing that does not fit."""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from consent.errors import Refusal
from consent.ledger.canonical import parse_canonical
from consent.ledger.entries import GENESIS, chain_hash, commitment, entry_bytes, leaf_hash
from consent.ledger.signing import verify


@dataclass(frozen=True)
class Link:
    """One entry as it was stored or served."""

    index: int
    kind: str
    hour: str
    commitment: bytes
    leaf: bytes
    chain: bytes


@dataclass(frozen=True)
class Break:
    """The first place where the ledger does not add up."""

    index: int
    reason: str

    def __str__(self) -> str:
        return f"entry {self.index}: {self.reason}"


def check_link(link: Link, *, index: int, previous: bytes) -> Break | None:
    """Is this the entry that must stand at `index` after the chain hash `previous`?"""
    if link.index != index:
        return Break(index, f"missing; the next one there is {link.index}")
    try:
        entry = entry_bytes(kind=link.kind, hour=link.hour, commitment=link.commitment)
    except Refusal as refused:
        return Break(index, refused.why)
    if leaf_hash(entry) != link.leaf:
        return Break(index, "its kind, hour or commitment is not what its leaf hash says")
    if chain_hash(previous, link.leaf) != link.chain:
        return Break(index, "its chain hash does not follow from the entry before")
    return None


def check_chain(
    links: Iterable[Link], *, start: int = 0, previous: bytes = GENESIS
) -> tuple[int, bytes, Break | None]:
    """Walk the chain: (entries that fit, chain hash after the last one that fits, first break or None)."""
    index = start
    for link in links:
        found = check_link(link, index=index, previous=previous)
        if found is not None:
            return index - start, previous, found
        index, previous = index + 1, link.chain
    return index - start, previous, None


@dataclass(frozen=True)
class ReceiptReport:
    """What a receipt proves, as sentences, and what is wrong with it, if anything."""

    proven: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.wrong


def check_receipt(receipt: Mapping[str, Any]) -> ReceiptReport:
    """Check a receipt file by itself, with no help from the server that gave it."""
    try:
        return _check_receipt(receipt)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return ReceiptReport((), (f"this is not a receipt ({type(error).__name__})",))
    except Refusal as refused:
        return ReceiptReport((), (refused.why,))


def _check_receipt(receipt: Mapping[str, Any]) -> ReceiptReport:
    proven: list[str] = []
    wrong: list[str] = []
    statement_bytes = _decode(receipt["statement"])
    statement = parse_canonical(statement_bytes)
    if "proof" in statement:
        proven.append(f"the statement was signed by the key {verify(statement)}")
    elif statement.get("attestedBy") == "server-session" and statement.get("status") == "ConsentWithdrawn":
        proven.append("the withdrawal was made in a signed-in session; revoking needs no key")
    else:
        wrong.append("the statement carries no signature")
    entry = receipt["entry"]
    committed = commitment(statement_bytes, salt=_decode(receipt["salt"]))
    if committed.hex() != entry["commitment"]:
        wrong.append("the ledger entry commits to another statement")
    link = Link(
        entry["index"],
        entry["kind"],
        entry["hour"],
        bytes.fromhex(entry["commitment"]),
        bytes.fromhex(entry["leaf_hash"]),
        bytes.fromhex(entry["chain_hash"]),
    )
    found = check_link(link, index=entry["index"], previous=bytes.fromhex(entry["previous_chain_hash"]))
    if found:
        wrong.append(str(found))
    else:
        proven.append(f"entry {link.index} of the ledger ({link.hour}) commits to exactly this statement")
    text = receipt.get("notice_text")
    if text is not None and sha256(text.encode()).hexdigest() != statement["notice"]["sha256"]:
        wrong.append("the notice text is not the one that was agreed to")
    elif text is not None:
        proven.append("the enclosed notice is the text that was on the screen")
    return ReceiptReport(tuple(proven), tuple(wrong))


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
