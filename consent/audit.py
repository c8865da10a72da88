"""Recompute everything the ledger claims: leaves, tree, bodies that still exist, signatures, heads, checkpoints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef

from consent.errors import Refusal
from consent.ledger.canonical import parse_canonical
from consent.ledger.checkpoints import open_checkpoint
from consent.ledger.entries import OLD_GENESIS, commitment, entry_bytes, old_chain_hash
from consent.ledger.kinds import MAX_BODY_BYTES
from consent.ledger.record import BY_SESSION, signer_of
from consent.ledger.statement import check_fields
from consent.ledger.tiles import HEIGHT, MAX_LEVEL, WIDTH
from consent.ledger.tree import Frontier, fold_perfect, leaf_hash
from consent.models import Checkpoint, Entry, EntryBody, Node, Statement
from consent.signing_keys import ledger_key

CHUNK = 1000


@dataclass(frozen=True)
class Break:
    """The first place where the ledger does not add up."""

    index: int
    reason: str

    def __str__(self) -> str:
        return f"entry {self.index}: {self.reason}"


@dataclass
class Audit:
    """What was recomputed, and the first break if there is one."""

    openings: int = 0
    signatures: int = 0
    checkpoints: int = 0
    heads: int = 0
    nodes: int = 0
    found: Break | None = None
    tree: Frontier = field(default_factory=Frontier)
    rows: list[list[bytes]] = field(default_factory=lambda: [[] for _ in range(MAX_LEVEL)])
    # What statements and cards said the head was: size -> (who says so, root or old chain head).
    said: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    # The keys that may sign at this place of the ledger, and the pseudonym they were registered for.
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> int:
        return self.tree.size

    @property
    def root(self) -> bytes:
        return self.tree.root()


def audit_ledger() -> Audit:
    """Walk the ledger from its first entry to its last and stop at the first thing that does not fit."""
    audit = Audit()
    signed = _Signed()
    audit.found = _check_size(audit, signed)
    for entry, statement in _entries():
        if audit.found:
            return audit
        audit.found = (
            _check_leaf(entry, audit)
            or _check_opening(entry, statement, audit)
            or _grow(entry, audit)
            or _check_size(audit, signed)
        )
    audit.found = (
        audit.found or _check_nodes(audit) or signed.left(audit) or _check_heads(audit) or _check_salts()
    )
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


def _check_leaf(entry: Entry, audit: Audit) -> Break | None:
    if entry.index != audit.entries:
        return Break(audit.entries, f"missing; the next one there is {entry.index}")
    try:
        data = entry_bytes(kind=entry.kind, hour=entry.hour, commitment=bytes(entry.commitment))
    except Refusal as refused:
        return Break(entry.index, refused.why)
    if leaf_hash(data) != bytes(entry.leaf_hash):
        return Break(entry.index, "its kind, hour or commitment is not what its leaf hash says")
    return None


def _grow(entry: Entry, audit: Audit) -> Break | None:
    """The tree with this leaf; every node it completes must be stored as what its 256 children say."""
    found = bytes(entry.leaf_hash)
    audit.tree.append(found)
    for level, row in enumerate(audit.rows):
        row.append(found)
        if len(row) < WIDTH:
            return None
        found = fold_perfect(row)
        row.clear()
        number = (audit.entries >> (HEIGHT * (level + 1))) - 1
        stored = Node.objects.filter(level=level + 1, index=number).values_list("hash", flat=True).first()
        if stored is None or bytes(stored) != found:
            return Break(entry.index, f"node {number} of level {level + 1} is not that of the tree")
        audit.nodes += 1
    return None


def _check_opening(entry: Entry, statement: Statement | None, audit: Audit) -> Break | None:
    """The body, where it was not erased, must be what the entry commits to; a statement must be signed."""
    opening: EntryBody | None = getattr(entry, "opening", None)
    if statement and entry.kind != "statement":
        return Break(entry.index, "a statement hangs on an entry of another kind")
    body = (
        bytes(statement.document) if statement else bytes(opening.body) if opening and opening.body else None
    )
    if opening is None or body is None:
        return Break(entry.index, "its statement is there, but not its salt") if statement else None
    if commitment(body, salt=bytes(opening.salt)) != bytes(entry.commitment):
        return Break(entry.index, "the body that is stored is not the one it commits to")
    audit.openings += 1
    if statement:
        return _check_statement(statement, audit)
    if entry.kind == "key":
        _note_key(parse_canonical(body), audit)
    if entry.kind == "version":
        card = parse_canonical(body, limit=MAX_BODY_BYTES).get("card")
        return _note_head(entry.index, card.get("ledger") if isinstance(card, dict) else None, audit)
    return None


def _note_key(body: Mapping[str, Any], audit: Audit) -> None:
    if body["event"] == "registered":
        audit.keys[body["key"]] = body["subject"]
    else:
        audit.keys.pop(body["key"], None)


def _check_statement(statement: Statement, audit: Audit) -> Break | None:
    try:
        document = parse_canonical(bytes(statement.document))
        check_fields(document)
        signer = signer_of(document)
    except Refusal as refused:
        return Break(statement.entry_id, f"its statement: {refused.why}")
    if signer != BY_SESSION:
        audit.signatures += 1
        if audit.keys.get(signer) != document["subject"]:
            return Break(
                statement.entry_id, "its key was not registered for this artist before it, or withdrawn"
            )
    row = (f"urn:uuid:{statement.pk}", statement.purpose, statement.status)
    if row != (document["id"], document["purpose"], document["status"]):
        return Break(
            statement.entry_id, "the columns of its statement say something else than the signed text"
        )
    return _note_head(statement.entry_id, document["sawCheckpoint"], audit)


def _note_head(index: int, told: Mapping[str, Any] | None, audit: Audit) -> Break | None:
    """A head that was written down: of the size that was just passed it is checked now, of others when it comes."""
    if not told:
        return None
    size, head = told.get("size"), told.get("root") or told.get("head")
    if type(size) is not int or not isinstance(head, str) or not 0 <= size <= index:
        return Break(index, "the head it names cannot have been there before it")
    audit.said.setdefault(size, []).append((index, head))
    return None


def _check_nodes(audit: Audit) -> Break | None:
    stored = Node.objects.count()
    return (
        None if stored == audit.nodes else Break(audit.entries, f"{stored} nodes, the tree has {audit.nodes}")
    )


def _check_salts() -> Break | None:
    """A salt that hides two bodies hides neither."""
    entry = EntryBody.objects.filter(
        Exists(EntryBody.objects.filter(salt=OuterRef("salt"), entry__lt=OuterRef("entry")))
    )
    twice = entry.order_by("entry").values_list("entry_id", flat=True).first()
    return None if twice is None else Break(twice, "its salt was used before")


class _Signed:
    """The checkpoints that were signed, in order of size, each met once."""

    def __init__(self) -> None:
        self._rows = Checkpoint.objects.order_by("size").iterator(chunk_size=CHUNK)
        self.next = next(self._rows, None)

    def take(self, size: int) -> Checkpoint | None:
        found = self.next
        if found is None or found.size != size:
            return None
        self.next = next(self._rows, None)
        return found

    def left(self, audit: Audit) -> Break | None:
        """One that speaks of more entries than there are: some were taken away."""
        if self.next is None:
            return None
        return Break(audit.entries, f"a checkpoint was signed over {self.next.size} entries, here are fewer")


def _check_size(audit: Audit, signed: _Signed) -> Break | None:
    """What was signed about the tree of this size."""
    row = signed.take(audit.entries)
    if row is None:
        return None
    audit.checkpoints += 1
    try:
        told, _ = open_checkpoint(row.note.encode(), [ledger_key()])
    except Refusal as refused:
        return Break(max(0, audit.entries - 1), f"the checkpoint after it: {refused.why}")
    if (told.size, told.root) != (audit.entries, audit.root) or bytes(row.root) != told.root:
        return Break(max(0, audit.entries - 1), "the checkpoint that was signed after it has another root")
    return None


def _check_heads(audit: Audit) -> Break | None:
    """The heads that statements and cards name, each recomputed at its size in one more walk over the leaf hashes."""
    wanted = sorted(audit.said)
    tree, chain = Frontier(), OLD_GENESIS
    leaves = Entry.objects.order_by("index").values_list("leaf_hash", flat=True).iterator(chunk_size=CHUNK)
    for size in wanted:
        while tree.size < size:
            leaf = bytes(next(leaves))
            tree.append(leaf)
            chain = old_chain_hash(chain, leaf)
        for index, head in audit.said[size]:
            if head not in (tree.root().hex(), chain.hex()):
                return Break(index, f"it names another head of {size} entries than there was")
            audit.heads += 1
    return None
