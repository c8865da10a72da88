"""The statement: one person, one purpose, one decision. Its exact fields, built by the server, checked by
everybody."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from consent.errors import refusal
from consent.ledger.canonical import JsonObject

GIVEN, REFUSED, WITHDRAWN = "ConsentGiven", "ConsentRefused", "ConsentWithdrawn"
STATUSES = (GIVEN, REFUSED, WITHDRAWN)
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
CONTROLLER = "urn:fedart:party:controller"
MAX_SKEW = timedelta(minutes=5)
MAX_TERMS = 24
NOTICE_FIELDS = frozenset(("id", "version", "language", "sha256"))
NO_CAP = "no cap, because no noise is added"  # the term epsilonCap of rounds without a privacy claim
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

# field -> kind of value. `None` in a tuple allows null. A document has exactly these fields (and `proof`, if
# signed).
FIELDS: dict[str, tuple[type | None, ...]] = {
    "@context": (list,),
    "id": (str,),
    "type": (str,),
    "conformsTo": (str,),
    "subject": (str,),
    "controller": (str,),
    "status": (str,),
    "consentType": (str,),
    "purpose": (str,),
    "legalBasis": (str,),
    "processing": (list,),
    "data": (dict,),
    "terms": (dict,),
    "validity": (str,),
    "storage": (dict,),
    "recipients": (list,),
    "jurisdiction": (str,),
    "withdrawal": (str,),
    "rights": (str,),
    "notice": (dict,),
    "issuedAt": (str,),
    "nonce": (str,),
    "supersedes": (str, None),
    "sawCheckpoint": (dict,),
    "attestedBy": (str,),
}


@dataclass(frozen=True)
class NoticeRef:
    """Which text was on the screen: name, version, language and SHA-256 of its exact bytes in hex."""

    name: str
    version: str
    language: str
    sha256: str

    def as_json(self) -> JsonObject:
        return {"id": self.name, "version": self.version, "language": self.language, "sha256": self.sha256}


@dataclass(frozen=True)
class Draft:
    """Everything that differs from one statement to the next."""

    origin: str
    statement_id: str
    subject: str
    status: str
    purpose: str
    legal_basis: str
    processing: tuple[str, ...]
    leaves_device: str
    terms: Mapping[str, str | int]
    notice: NoticeRef
    issued_at: datetime
    nonce: str
    supersedes: str | None
    head: tuple[int, str]
    attested_by: str = "browser-key"
    works: Sequence[Mapping[str, str | int]] | None = None


def build(draft: Draft) -> JsonObject:
    """The unsigned statement. Fields after W3C DPV's profile of ISO/IEC TS 27560; numbers that are not whole
    are strings."""
    return {
        "@context": [f"{draft.origin}/consent/ns/statement-v1.jsonld"],
        "id": f"urn:uuid:{draft.statement_id}",
        "type": "ConsentRecord",
        "conformsTo": PROFILE,
        "subject": draft.subject,
        "controller": CONTROLLER,
        "status": draft.status,
        "consentType": "ExplicitlyExpressedConsent",
        "purpose": draft.purpose,
        "legalBasis": draft.legal_basis,
        "processing": list(draft.processing),
        "data": _data(draft),
        "terms": dict(draft.terms),
        "validity": "P12M",
        "storage": {"location": ["loc:EU"], "deletion": "P3Y after expiry or revocation"},
        "recipients": [],
        "jurisdiction": "loc:EU",
        "withdrawal": f"{draft.origin}/consent/",
        "rights": f"{draft.origin}/consent/#rights",
        "notice": draft.notice.as_json(),
        "issuedAt": utc_text(draft.issued_at),
        "nonce": draft.nonce,
        "supersedes": draft.supersedes,
        "sawCheckpoint": {"size": draft.head[0], "root": draft.head[1]},
        "attestedBy": draft.attested_by,
    }


def _data(draft: Draft) -> JsonObject:
    """What leaves the device, and for training the works by count and salted commitment; an empty list stands for the
    folder as it is."""
    works = {} if draft.works is None else {"works": [dict(one) for one in draft.works]}
    return {"leavesDevice": draft.leaves_device, **works}


def check_fields(document: Mapping[str, Any]) -> None:
    """Refuses (`wrong-shape`) a document whose fields are not exactly those of a statement, `proof` aside."""
    names = set(document) - {"proof"}
    for name in sorted(names ^ set(FIELDS)):
        raise refusal("wrong-shape", detail=f"{'unknown' if name in names else 'missing'} field")
    for name, kinds in FIELDS.items():
        allowed = tuple(type(None) if kind is None else kind for kind in kinds)
        if not isinstance(document[name], allowed):
            raise refusal("wrong-shape", detail=f"field {name}")
    if document["status"] not in STATUSES or document["type"] != "ConsentRecord":
        raise refusal("wrong-shape", detail="field status or type")
    _check_notice(document["notice"])
    check_terms(document["terms"])
    parse_time(document["issuedAt"])


def _check_notice(notice: Mapping[str, Any]) -> None:
    if set(notice) != NOTICE_FIELDS or not all(isinstance(value, str) for value in notice.values()):
        raise refusal("wrong-shape", detail="field notice")


def check_terms(terms: Mapping[str, Any]) -> None:
    """Terms are a flat object of at most 24 short texts and whole numbers."""
    if len(terms) > MAX_TERMS:
        raise refusal("wrong-shape", detail="too many terms")
    for value in terms.values():
        text = isinstance(value, str) and len(value) <= 300
        if not text and (isinstance(value, bool) or not isinstance(value, int)):
            raise refusal("wrong-shape", detail="field terms")


def utc_text(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: `2026-11-24T05:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: object) -> datetime:
    """The inverse, and nothing else is read as a time (`wrong-shape`)."""
    if not isinstance(text, str) or not TIME.fullmatch(text):
        raise refusal("wrong-shape", detail="a time")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise refusal("wrong-shape", detail="a time") from error
