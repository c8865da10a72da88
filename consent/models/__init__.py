"""Consent's tables, one file per question."""

from consent.models.access import AccessLog, ConsentExport
from consent.models.ledger import Entry, EntryBody, LedgerHead
from consent.models.people import BrowserKey, Subject
from consent.models.statements import Draft, Notice, Statement

__all__ = [
    "AccessLog",
    "BrowserKey",
    "ConsentExport",
    "Draft",
    "Entry",
    "EntryBody",
    "LedgerHead",
    "Notice",
    "Statement",
    "Subject",
]
