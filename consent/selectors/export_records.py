"""From statements to the records a file holds, a page at a time."""

from collections.abc import Sequence

from consent.export_formats import Record
from consent.ledger.entries import GENESIS
from consent.ledger.statement import utc_text
from consent.models import Entry, EntryBody, Statement
from consent.selectors.history import entry_json


def records_of_page(page: Sequence[Statement]) -> list[Record]:
    """The records of these statements (from `selectors.records`), with salt and link: two queries a page."""
    indexes = [statement.entry_id for statement in page]
    salts = dict(EntryBody.objects.filter(entry__in=indexes).values_list("entry_id", "salt"))
    before = Entry.objects.filter(index__in=[index - 1 for index in indexes])
    chains = {entry.index + 1: bytes(entry.chain_hash) for entry in before}
    return [
        Record(
            statement_id=str(statement.pk),
            subject=statement.artist.consent_subject.urn,
            email=statement.artist.email,
            in_force=statement.holds,  # type: ignore[attr-defined]  # set by selectors.records
            recorded_at=utc_text(statement.recorded_at),
            expires_at=utc_text(statement.expires_at) if statement.expires_at else "",
            attested_by=statement.attested_by,
            key=statement.key.multibase if statement.key else "",
            document=bytes(statement.document),
            salt=bytes(salts[statement.entry_id]),
            entry={
                **entry_json(statement.entry),
                "previous_chain_hash": chains.get(statement.entry_id, GENESIS).hex(),
            },
            notice_text=statement.notice.text,
        )
        for statement in page
    ]
