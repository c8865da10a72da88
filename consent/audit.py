"""Recompute everything the ledger claims: the chain, every body that still exists, every signature."""

from collections.abc import Iterator
from dataclasses import dataclass

from consent.errors import Refusal
from consent.ledger.canonical import parse_canonical
from consent.ledger.entries import GENESIS, commitment
from consent.ledger.signing import verify
from consent.ledger.statement import WITHDRAWN, check_fields
from consent.ledger.verify import Break, Link, check_link
from consent.models import Entry, EntryBody, LedgerHead, Statement

CHUNK = 1000


@dataclass
class Audit:
    """What was recomputed, and the first break if there is one."""

    entries: int = 0
    openings: int = 0
    signatures: int = 0
    head: bytes = GENESIS
    found: Break | None = None


def audit_ledger() -> Audit:
    """Walk the ledger from its first entry to its head and stop at the first thing that does not fit."""
    audit = Audit()
    for entry, statement in _entries():
        audit.found = check_link(_link(entry), index=audit.entries, previous=audit.head) or _check_opening(
            entry, statement, audit
        )
        if audit.found:
            return audit
        audit.entries, audit.head = audit.entries + 1, bytes(entry.chain_hash)
    audit.found = _check_head(audit)
    return audit


def _entries() -> Iterator[tuple[Entry, Statement | None]]:
    """All entries in order, with what stands of them elsewhere: two queries for every thousand."""
    start = 0
    while True:
        page = list(
            Entry.objects.filter(index__gte=start).select_related("opening").order_by("index")[:CHUNK]
        )
        statements = {row.entry_id: row for row in Statement.objects.filter(entry__in=page)}
        yield from ((entry, statements.get(entry.index)) for entry in page)
        if len(page) < CHUNK:
            return
        start = page[-1].index + 1


def _link(entry: Entry) -> Link:
    return Link(
        index=entry.index,
        kind=entry.kind,
        hour=entry.hour,
        commitment=bytes(entry.commitment),
        leaf=bytes(entry.leaf_hash),
        chain=bytes(entry.chain_hash),
    )


def _check_opening(entry: Entry, statement: Statement | None, audit: Audit) -> Break | None:
    """The body, where it was not erased, must be what the entry commits to; a statement must be signed."""
    opening: EntryBody | None = getattr(entry, "opening", None)
    if statement and entry.kind != "statement":
        return Break(entry.index, "a statement hangs on an entry of another kind")
    body = bytes(statement.document) if statement else opening.body if opening else None
    if opening is None or body is None:
        return Break(entry.index, "its statement is there, but not its salt") if statement else None
    if commitment(bytes(body), salt=bytes(opening.salt)) != bytes(entry.commitment):
        return Break(entry.index, "the body that is stored is not the one it commits to")
    audit.openings += 1
    return _check_statement(statement, audit) if statement else None


def _check_statement(statement: Statement, audit: Audit) -> Break | None:
    try:
        document = parse_canonical(bytes(statement.document))
        check_fields(document)
        if "proof" in document:
            verify(document)
            audit.signatures += 1
        elif document["status"] != WITHDRAWN:
            return Break(statement.entry_id, "its statement is not signed")
    except Refusal as refused:
        return Break(statement.entry_id, f"its statement: {refused.why}")
    row = (f"urn:uuid:{statement.pk}", statement.purpose, statement.status)
    if row != (document["id"], document["purpose"], document["status"]):
        return Break(
            statement.entry_id, "the columns of its statement say something else than the signed text"
        )
    return None


def _check_head(audit: Audit) -> Break | None:
    head = LedgerHead.objects.filter(pk=1).first()
    size, chain = (head.size, bytes(head.head)) if head else (0, GENESIS)
    if (size, chain) != (audit.entries, audit.head):
        return Break(
            min(size, audit.entries), f"the head speaks of {size} entries, there are {audit.entries}"
        )
    return None
