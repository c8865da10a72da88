"""From statements to the records a file holds, a page at a time."""

from collections.abc import Sequence

from consent.export_formats import Record
from consent.ledger.entries import entry_bytes
from consent.ledger.proof_file import ProofFile, pack_extra
from consent.ledger.prover import Prover
from consent.ledger.statement import utc_text
from consent.ledger.verify import pack_receipt
from consent.models import EntryBody, Statement
from consent.selectors.history import entry_json
from consent.signing_keys import ledger_key


def records_of_page(page: Sequence[Statement], *, prover: Prover, note: bytes) -> list[Record]:
    """The records of these statements (from `selectors.records`) with their receipts; one query for the salts, few for
    the paths. `note` is the checkpoint of the prover's size, which covers all of them."""
    indexes = [statement.entry_id for statement in page]
    salts = dict(EntryBody.objects.filter(entry__in=indexes).values_list("entry_id", "salt"))
    vkey = ledger_key().vkey()
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
            entry=entry_json(statement.entry),
            receipt=pack_receipt(
                statement=bytes(statement.document),
                proof=_proof(statement, salt=bytes(salts[statement.entry_id]), prover=prover, note=note),
                vkey=vkey,
                notice_text=statement.notice.text,
            ),
        )
        for statement in page
    ]


def _proof(statement: Statement, *, salt: bytes, prover: Prover, note: bytes) -> bytes:
    entry = statement.entry
    data = entry_bytes(kind=entry.kind, hour=entry.hour, commitment=bytes(entry.commitment))
    return ProofFile(entry.index, tuple(prover.path(entry.index)), note, pack_extra(data, salt)).dump()
