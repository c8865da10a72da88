"""Consent records as CSV (for spreadsheets) and JSON (every record checkable by itself)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from consent.ledger.canonical import parse_canonical
from consent.ledger.statement import utc_text

COLUMNS = (
    "statement_id",
    "subject",
    "email",
    "purpose",
    "decision",
    "in_force",
    "recorded_at",
    "expires_at",
    "notice",
    "notice_sha256",
    "attested_by",
    "key",
    "legal_basis",
    "terms",
    "entry_index",
    "entry_commitment",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Record:
    """One statement with everything a file says about it."""

    statement_id: str
    subject: str
    email: str
    in_force: bool
    recorded_at: str
    expires_at: str
    attested_by: str
    key: str
    document: bytes
    entry: dict[str, Any]
    receipt: dict[str, Any]


def csv_chunks(records: Iterable[Record], header: dict[str, Any]) -> Iterator[bytes]:
    """UTF-8 with BOM, RFC 4180 lines. The header's facts are in the file name and the ledger, not in the
    table."""
    yield "\ufeff".encode() + csv_line(COLUMNS)
    for record in records:
        yield csv_line([safe_cell(cell) for cell in _cells(record)])


def json_chunks(records: Iterable[Record], header: dict[str, Any]) -> Iterator[bytes]:
    """One JSON object, written record by record, so that its size never has to fit into memory."""
    yield json.dumps(header, ensure_ascii=False)[:-1].encode() + b', "records": ['
    separator = b"\n"
    for record in records:
        yield separator + json.dumps(_record_json(record), ensure_ascii=False).encode()
        separator = b",\n"
    yield b"\n]}\n"


def _cells(record: Record) -> list[str]:
    document = parse_canonical(record.document)
    notice = document["notice"]
    return [
        record.statement_id,
        record.subject,
        record.email,
        document["purpose"],
        document["status"],
        "yes" if record.in_force else "no",
        record.recorded_at,
        record.expires_at,
        f"{notice['id']} {notice['version']} ({notice['language']})",
        notice["sha256"],
        record.attested_by,
        record.key,
        document["legalBasis"],
        "; ".join(f"{name}: {value}" for name, value in document["terms"].items()),
        str(record.entry["index"]),
        record.entry["commitment"],
    ]


def _record_json(record: Record) -> dict[str, Any]:
    """The facts for reading, and the receipt that proves them (consent/ledger/verify.py checks it)."""
    document = parse_canonical(record.document)
    return {
        "statement_id": record.statement_id,
        "subject": record.subject,
        "email": record.email,
        "purpose": document["purpose"],
        "decision": document["status"],
        "in_force": record.in_force,
        "recorded_at": record.recorded_at,
        "expires_at": record.expires_at or None,
        "receipt": record.receipt,
        "document": document,
    }


def csv_line(cells: Iterable[str]) -> bytes:
    """One line of RFC 4180, in UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def safe_cell(cell: str) -> str:
    """A spreadsheet must not run a cell: what looks like a formula gets a leading apostrophe (OWASP)."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def export_header(*, made_at: Any, filters: dict[str, str], ledger: tuple[int, str]) -> dict[str, Any]:
    """What stands at the top of a JSON export."""
    return {
        "format": "fedart-consent-export-1",
        "made_at": utc_text(made_at),
        "filters": filters,
        "ledger": {"size": ledger[0], "root": ledger[1]},
    }
