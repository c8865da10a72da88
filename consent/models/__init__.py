"""Consent's tables, one file per question."""

from consent.models.access import AccessLog, ConsentExport
from consent.models.answers import Erasure, PersonalCopy, SealedStatements
from consent.models.duties import Breach, BreachEvent, LegalHold, RetentionRun
from consent.models.ledger import Checkpoint, Cosignature, Entry, EntryBody, Node
from consent.models.people import BrowserKey, Subject
from consent.models.requests import Restriction, SubjectRequest, SubjectRequestEvent
from consent.models.standing import Letter, Pause, SecondSignature, Works
from consent.models.statements import Draft, Notice, Statement

__all__ = [
    "AccessLog",
    "Breach",
    "BreachEvent",
    "BrowserKey",
    "Checkpoint",
    "ConsentExport",
    "Cosignature",
    "Draft",
    "Entry",
    "EntryBody",
    "Erasure",
    "LegalHold",
    "Letter",
    "Node",
    "Notice",
    "Pause",
    "PersonalCopy",
    "Restriction",
    "RetentionRun",
    "SealedStatements",
    "SecondSignature",
    "Statement",
    "Subject",
    "SubjectRequest",
    "SubjectRequestEvent",
    "Works",
]
