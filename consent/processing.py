"""The record of processing activities (GDPR Art. 30(1)), generated from the purposes and from the register of data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from consent.export_formats import csv_line, safe_cell
from consent.holdings.registry import holdings
from consent.purposes import PURPOSES

COLUMNS = (
    "activity",
    "purpose",
    "legal basis (6)",
    "categories of people (30(1)(c))",
    "categories of data (30(1)(c))",
    "recipients (30(1)(d))",
    "third countries (30(1)(e))",
    "erasure (30(1)(f))",
    "measures (30(1)(g))",
)
NO_RECIPIENTS = "nobody outside; the operator's own hosting"
NO_TRANSFER = "none by FedArt itself"
ARTISTS, STAFF = "artists", "artists and staff"
COMMON = "TLS, roles apart from administrators, every look of staff recorded and shown, append-only ledger"


@dataclass(frozen=True)
class Activity:
    """One line of the record. `tables` are the models that hold the data."""

    name: str
    purpose: str
    basis: str
    people: str
    data: str
    kept: str
    measures: str
    recipients: str = NO_RECIPIENTS
    transfer: str = NO_TRANSFER
    term: str = ""
    processing: tuple[str, ...] = ()

    @property
    def cells(self) -> list[str]:
        """The line in the order of COLUMNS."""
        return [
            self.name,
            self.purpose,
            self.basis,
            self.people,
            self.data,
            self.recipients,
            self.transfer,
            self.kept,
            self.measures,
        ]


def controller() -> dict[str, str]:
    """Name and contact of controller, data protection officer and authority (Art. 30(1)(a)); empty where not set."""
    return dict(settings.CONTROLLER)


def activities() -> list[Activity]:
    """First what artists are asked for, purpose by purpose; then every other reason for which data is held."""
    return [*_asked(), *_held()]


def _asked() -> Iterator[Activity]:
    for purpose in PURPOSES.values():
        yield Activity(
            name=purpose.title,
            purpose=purpose.title,
            basis=purpose.legal_basis,
            people=ARTISTS,
            data=f"what leaves the device: {purpose.leaves_device}",
            kept="statements: three years after they ended",
            measures=f"signed statement for this purpose; asked again at every gate; {COMMON}",
            term=purpose.code,
            processing=tuple(purpose.processing),
        )


def _held() -> Iterator[Activity]:
    """One activity for each legal reason in the register, with all tables that give it."""
    by_why: dict[str, list[Any]] = {}
    for holding in holdings():
        if holding.personal:
            by_why.setdefault(holding.why, []).append(holding)
    for why, group in by_why.items():
        basis, _, purpose = why.partition(": ")
        others = any(holding.others for holding in group)
        yield Activity(
            name=", ".join(holding.title for holding in group),
            purpose=purpose or "to fulfil the duty named as the basis",
            basis=basis,
            people=STAFF if others else ARTISTS,
            data="; ".join(f"{holding.title}: {_columns(holding)}" for holding in group),
            kept="; ".join(dict.fromkeys(f"{holding.title}: {holding.kept}" for holding in group)),
            measures=COMMON,
        )


def _columns(holding: Any) -> str:
    words = " ".join((holding.identifies, holding.about, holding.others)).split()
    return (
        ", ".join(word.replace("_", " ") for word in words)
        or "secrets that open doors, stored hashed or signed"
    )


def as_csv() -> bytes:
    """The record for a spreadsheet: UTF-8 with BOM, RFC 4180."""
    lines = [csv_line(COLUMNS)] + [csv_line([safe_cell(cell) for cell in row.cells]) for row in activities()]
    return "\ufeff".encode() + b"".join(lines)


def as_jsonld() -> dict[str, Any]:
    """The record in terms of W3C DPV 2 (its concepts for Art. 30: purposes, data, recipients, retention, measures)."""
    who = controller()
    return {
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "dct": "http://purl.org/dc/terms/",
            "fa": "urn:fedart:term:",
        },
        "@type": "dpv:RecordOfDataProcessing",
        "dpv:hasDataController": {
            "dpv:hasName": who["name"],
            "dpv:hasAddress": who["address"],
            "dpv:hasContact": who["contact"],
        },
        "dpv:hasDataProtectionOfficer": who["officer"],
        "dpv:hasAuthority": who["authority"],
        "dpv:hasProcess": [_process(row) for row in activities()],
    }


def _process(row: Activity) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "dpv:Process",
        "dct:title": row.name,
        "dpv:hasPurpose": row.term or row.purpose,
        "dpv:hasLegalBasis": row.basis,
        "dpv:hasDataSubject": row.people,
        "dpv:hasPersonalData": row.data,
        "dpv:hasRecipient": row.recipients,
        "dpv:hasStorageCondition": row.kept,
        "dpv:hasTechnicalOrganisationalMeasure": row.measures,
    }
    if row.processing:
        found["dpv:hasProcessing"] = list(row.processing)
    return found
