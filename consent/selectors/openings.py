"""What entries commit to, for whoever may see it."""

from collections.abc import Sequence

from consent.errors import refusal
from consent.ledger.kinds import KINDS
from consent.ledger.prover import Prover
from consent.ledger.record import Record
from consent.models import Entry, EntryBody, Statement

PUBLIC_KINDS = tuple(name for name, kind in KINDS.items() if kind.public)


def public_opening(index: int) -> tuple[Entry, bytes, bytes]:
    """(entry, body, salt) of an entry that everybody may open. Refuses (`no-such-leaf`) all others alike."""
    found = (
        EntryBody.objects.select_related("entry")
        .filter(entry=index, entry__kind__in=PUBLIC_KINDS, body__isnull=False)
        .first()
    )
    if found is None or found.body is None:
        raise refusal("no-such-leaf")
    return found.entry, bytes(found.body), bytes(found.salt)


def opened_statements(page: Sequence[Statement], *, prover: Prover) -> list[Record]:
    """These statements as records of a bundle, in the order of the ledger: one query for entries and salts, few for
    the paths. Statements whose salt was erased cannot be opened and are left out."""
    documents = {statement.entry_id: bytes(statement.document) for statement in page}
    openings = EntryBody.objects.select_related("entry").filter(entry__in=list(documents)).order_by("entry")
    return [
        Record(
            one.entry.kind,
            one.entry.hour,
            one.entry_id,
            bytes(one.salt),
            documents[one.entry_id],
            tuple(prover.path(one.entry_id)),
        )
        for one in openings
    ]
