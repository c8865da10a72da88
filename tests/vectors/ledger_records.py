"""The cases of ledger.json about a bundle's lines: the shape of each kind of entry and of a statement."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from consent.ledger.bundle import line_of
from consent.ledger.canonical import canonical_bytes, parse_canonical
from consent.ledger.multibase import key_multibase
from consent.ledger.signing import sign
from consent.ledger.verify import to_b64url
from tests.consent.ledger import logs
from tests.vectors.ledger_signed import case, refused

UUID = "00000000-0000-4000-8000-00000000000a"
SHA = "0" * 64
SUBJECT = "urn:fedart:artist:" + "a" * 26
UTC = "2026-11-24T05:00:00Z"
BODIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "key": ({"subject": SUBJECT, "key": key_multibase(logs.public("artist")), "event": "withdrawn"}, {}),
    "device": (
        {"device": UUID, "subject": SUBJECT, "key": "aaaa", "event": "enrolled"},
        {"public_key": key_multibase(logs.public("device"))},
    ),
    "vault": (
        {"subject": SUBJECT, "vault": UUID, "event": "listed", "version": 3},
        {"sha256": SHA, "files": 2},
    ),
    "notice": ({"id": "train-shared", "version": "1.0", "language": "en", "sha256": SHA}, {}),
    "campaign": ({"campaign": UUID, "name": "Öl", "state": "running"}, {"terms": SHA}),
    "round": (
        {"round": UUID, "event": "aborted"},
        {"manifest": SHA, "campaign": UUID, "reason": "too few are left"},
    ),
    "version": ({"version": UUID, "card": {"cohort": 5, "rounds": ["a"]}}, {}),
    "worker": ({"worker": "generate@1", "key": "age1", "until": UTC}, {}),
    "export": (
        {
            "export": UUID,
            "format": "csv",
            "rows": 9,
            "sha256": SHA,
            "filtered_by": ["purpose"],
            "role": "officer",
        },
        {"request": UUID},
    ),
    "erasure": (
        {"erasure": UUID, "event": "erased", "rows": {"gallery_artist": 1}},
        {"request": UUID, "report": SHA, "files": 0, "basis": "Art. 17"},
    ),
    "hold": ({"hold": UUID, "event": "placed", "role": "officer"}, {"basis": "a claim", "sealed": SHA}),
    "pause": ({"subject": SUBJECT, "event": "paused"}, {}),
    "breach": ({"breach": UUID, "event": "noted", "sealed": SHA}, {"noticed": UTC}),
}


def record_cases() -> list[dict[str, Any]]:
    """A line of a bundle of each kind, whole and with each field missing, unknown or of another sort."""
    rows: list[dict[str, Any]] = []
    for kind, (needed, optional) in BODIES.items():
        rows.append(_record(f"{kind}", kind, needed, logs.ORIGIN))
        if optional:
            rows.append(_record(f"{kind}, with all that may be", kind, needed | optional, logs.ORIGIN))
        for name, value in (needed | optional).items():
            wrong = {"a": "text"} if isinstance(value, int) else 7
            rows.append(
                _record(
                    f"{kind}, {name} is {wrong}", kind, needed | optional | {name: wrong}, refused("bad-body")
                )
            )
        for name in needed:
            less = {part: value for part, value in needed.items() if part != name}
            rows.append(_record(f"{kind}, no {name}", kind, less, refused("bad-body")))
        rows.append(_record(f"{kind}, one more", kind, needed | {"who": "Alice"}, refused("bad-body")))
    return [*rows, *_statement_records(), *_odd_records()]


def _statement_records() -> list[dict[str, Any]]:
    """Statements: every field missing, and every field of another sort, signed all the same."""
    good = parse_canonical(logs.statement(1))
    bare = {name: value for name, value in good.items() if name != "proof"}
    key = key_multibase(logs.public("artist"))
    changes: list[tuple[str, Mapping[str, Any]]] = [
        (f"no {name}", _without(bare, name)) for name in bare if name != "@context"
    ]
    changes += [(f"{name} is a number", bare | {name: 5}) for name in bare if name != "@context"]
    changes += [
        ("a field more", bare | {"name": "Alice"}),
        ("another type", bare | {"type": "ConsentReceipt"}),
        ("another status", bare | {"status": "toString"}),
        ("an hour of its own", bare | {"issuedAt": "2026-11-24T25:00:00Z"}),
        ("a day that is none", bare | {"issuedAt": "2026-02-30T05:00:00Z"}),
        ("a notice with more", bare | {"notice": {**bare["notice"], "x": "y"}}),
        ("a notice with less", bare | {"notice": {"id": "a"}}),
        ("terms in terms", bare | {"terms": {"a": {}}}),
        ("too many terms", bare | {"terms": {f"t{number}": 1 for number in range(25)}}),
        ("a long term", bare | {"terms": {"a": "x" * 301}}),
        ("a term of truth", bare | {"terms": {"a": True}}),
    ]
    rows = [
        _record("statement", "statement", good, key),
        _record("statement, superseding", "statement", _signed(bare | {"supersedes": "urn:uuid:x"}), key),
    ]
    rows += [
        _record(f"statement, {name}", "statement", _signed(body), refused("wrong-shape"))
        for name, body in changes
    ]
    unsigned = _record("statement, unsigned", "statement", bare, refused("bad-signature"))
    session = parse_canonical(logs.statement(2, "ConsentWithdrawn", signed=False))
    return [*rows, unsigned, _record("withdrawal, unsigned", "statement", session, "server-session")]


def _odd_records() -> list[dict[str, Any]]:
    good = _record("", "pause", BODIES["pause"][0], logs.ORIGIN)
    line = json.loads(good["line"])
    rows = [
        ("another kind", {"kind": "person"}, "unknown-kind"),
        ("kind of an object", {"kind": "toString"}, "unknown-kind"),
        ("another hour", {"hour": "2026-11-24T06Z"}, "not-included"),
        ("no hour", {"hour": "now"}, "bad-entry"),
        ("a short salt", {"salt": to_b64url(bytes(31))}, "bad-entry"),
        ("another salt", {"salt": to_b64url(bytes(32))}, "not-included"),
        ("another index", {"index": 1}, "not-included"),
        ("an index in a text", {"index": "0"}, "bad-bundle"),
        ("a broken index", {"index": 0.5}, "bad-bundle"),
        ("a long path", {"path": b64encode(bytes(64 * 32)).decode()}, "bad-bundle"),
        ("half a hash", {"path": b64encode(bytes(16)).decode()}, "not-included"),
        ("no body", {"body": None}, "bad-bundle"),
        ("a body with a space", {"body": "e30 "}, "bad-bundle"),
        ("another body", {"body": "e30"}, "not-included"),
    ]
    return [
        good | {"name": f"record, {name}", "line": json.dumps(line | change), "expect": refused(code)}
        for name, change, code in rows
    ]


def _signed(body: Mapping[str, Any]) -> dict[str, Any]:
    return sign(body, private_key=logs.private("artist"), created=UTC)


def _without(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {part: value for part, value in body.items() if part != name}


def _record(name: str, kind: str, body: Mapping[str, Any], expect: Any) -> dict[str, Any]:
    """The only entry of a log, as a line of a bundle."""
    (found,) = logs.records([(kind, canonical_bytes(body))])
    note = logs.note([found], cosigned=False).dump().decode()
    return case(
        f"record: {name}", "record", expect, line=line_of(found).decode(), note=note, keys=[logs.LOG.vkey()]
    )
