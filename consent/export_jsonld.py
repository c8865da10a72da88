"""Consent records as JSON-LD: ISO/IEC TS 27560 consent records in the terms of W3C DPV 2, profile record-eu-gdpr.

What was signed stands unchanged under `fa:signedStatement`; around it is what the controller adds: where the record
is stored, the event, the state at the time of the export, and the parties.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from consent.export_formats import Record
from consent.ledger.canonical import JsonObject, parse_canonical

PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
CONTEXT = {
    "@version": 1.1,
    "dpv": "https://w3id.org/dpv#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "ai": "https://w3id.org/dpv/ai#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "fa": "urn:fedart:term:",
}
STATUS = {
    "ConsentGiven": "dpv:ConsentGiven",
    "ConsentRefused": "dpv:ConsentRefused",
    "ConsentWithdrawn": "dpv:ConsentWithdrawn",
}


def jsonld_chunks(
    records: Iterable[Record], header: dict[str, Any], *, controller: dict[str, str], origin: str
) -> Iterator[bytes]:
    """One JSON-LD document, written record by record, so that its size never has to fit into memory."""
    top = {
        "@context": CONTEXT,
        "@type": "dpv:RecordOfConsent",
        "dct:conformsTo": {"@id": PROFILE},
        "dct:created": {"@type": "xsd:dateTime", "@value": header["made_at"]},
        "fa:ledger": header["ledger"],
        "dpv:hasDataController": _party(controller, origin),
    }
    yield json.dumps(top, ensure_ascii=False)[:-1].encode() + b', "dpv:hasRecord": ['
    separator = b"\n"
    for record in records:
        yield separator + json.dumps(_node(record), ensure_ascii=False).encode()
        separator = b",\n"
    yield b"\n]}\n"


def _party(controller: dict[str, str], origin: str) -> JsonObject:
    """TS 27560 6.3.5: the party that controls, by name, address and contact."""
    return {
        "@id": f"{origin}/",
        "@type": "dpv:DataController",
        "dpv:hasName": controller["name"],
        "dpv:hasAddress": controller["address"],
        "dpv:hasContact": controller["contact"],
    }


def _node(record: Record) -> JsonObject:
    """One consent record. The signed statement names its own terms; they are lifted so that a query finds them."""
    signed = parse_canonical(record.document)
    notice = signed["notice"]
    node: JsonObject = {
        "@id": f"urn:uuid:{record.statement_id}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": {"@id": PROFILE},
        "dpv:hasDataSubject": {"@id": record.subject, "dpv:hasContact": f"mailto:{record.email}"},
        "dpv:hasConsentStatus": {"@id": STATUS[signed["status"]]},
        "dpv:hasPurpose": {"@id": signed["purpose"]},
        "dpv:hasLegalBasis": {"@id": signed["legalBasis"]},
        "dpv:hasProcessing": [{"@id": term} for term in signed["processing"]],
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice",
            "dct:identifier": notice["id"],
            "dct:hasVersion": notice["version"],
            "dct:language": notice["language"],
            "fa:sha256": notice["sha256"],
        },
        "dpv:isIndicatedAtTime": _time(signed["issuedAt"]),
        "dct:created": _time(record.recorded_at),
        "fa:inForce": record.in_force,
        "fa:attestedBy": record.attested_by,
        "dpv:hasRecipient": [],
        "fa:entry": {"index": record.entry["index"], "commitment": record.entry["commitment"]},
        "fa:signedStatement": {"@type": "@json", "@value": signed},
        "fa:receipt": {"@type": "@json", "@value": record.receipt},
    }
    if record.expires_at:
        node["dct:valid"] = _time(record.expires_at)
    return node


def _time(text: str) -> JsonObject:
    return {"@type": "xsd:dateTime", "@value": text}
