"""Consent's tables, one file per question."""

from consent.models.access import AccessLog, ConsentExport
from consent.models.ledger import Checkpoint, Cosignature, Entry, EntryBody, Node
from consent.models.people import BrowserKey, Subject
from consent.models.statements import Draft, Notice, Statement

__all__ = [
    "AccessLog",
    "BrowserKey",
    "Checkpoint",
    "ConsentExport",
    "Cosignature",
    "Draft",
    "Entry",
    "EntryBody",
    "Node",
    "Notice",
    "Statement",
    "Subject",
]
