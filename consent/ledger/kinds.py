"""What is recorded: every kind of entry and the exact fields of its body. docs/ledger.md shows the same table.

A body is a flat JSON object (a card aside) in RFC 8785 form. No body needs a person: where one is meant it is the
pseudonym of her statements (`subject`), and bodies of those kinds are erasable and never public.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from consent.errors import refusal

MAX_TEXT = 300
MAX_LIST = 64
MAX_BODY_BYTES = 65_536
Check = Callable[[Any], bool]


def _matches(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and bool(compiled.fullmatch(value))


def _one_of(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT and "\x00" not in value


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LIST and all(map(_text, value))


def _counts(value: Any) -> bool:
    """An object of names and whole numbers, such as rows removed by table."""
    return (
        isinstance(value, dict)
        and len(value) <= MAX_LIST
        and all(_text(name) and _count(number) for name, number in value.items())
    )


def _card(value: Any) -> bool:
    return isinstance(value, dict)


UUID = _matches(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHA256 = _matches(r"[0-9a-f]{64}")
SUBJECT = _matches(r"urn:fedart:artist:[a-z2-7]{26}")
MULTIBASE = _matches(r"z6Mk[1-9A-HJ-NP-Za-km-z]{44}")
UTC = _matches(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
VKEY = _matches(r"[^\s+]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")


@dataclass(frozen=True)
class Kind:
    """One kind: the fields that must be there, those that may, and whether everybody may see the body."""

    meaning: str
    fields: Mapping[str, Check]
    optional: Mapping[str, Check] = field(default_factory=dict)
    public: bool = False


KINDS: dict[str, Kind] = {
    "statement": Kind("an artist decided; the body is the signed statement itself, byte by byte", {}),
    "key": Kind(
        "a browser's key was registered or withdrawn",
        {"subject": SUBJECT, "key": MULTIBASE, "event": _one_of("registered", "withdrawn")},
    ),
    "device": Kind(
        "a computer of an artist was enrolled or withdrawn",
        {"device": UUID, "subject": SUBJECT, "key": _text, "event": _one_of("enrolled", "withdrawn")},
        {"public_key": MULTIBASE},
    ),
    "vault": Kind(
        "an artist's vault has a new signed list, or was erased",
        {"subject": SUBJECT, "vault": UUID, "event": _one_of("listed", "erased"), "version": _count},
        {"sha256": SHA256, "files": _count},
    ),
    "notice": Kind(
        "a text came into force",
        {"id": _text, "version": _text, "language": _matches("[a-z]{2}"), "sha256": SHA256},
        public=True,
    ),
    "campaign": Kind(
        "a campaign began, paused, went on or ended",
        {"campaign": UUID, "name": _text, "state": _one_of("running", "paused", "ended")},
        {"terms": SHA256},
        public=True,
    ),
    "round": Kind(
        "a round was opened under a manifest, or aborted",
        {"round": UUID, "event": _one_of("opened", "aborted")},
        {"manifest": SHA256, "campaign": UUID, "reason": _text},
        public=True,
    ),
    "version": Kind("a version of the shared adapter was published", {"version": UUID, "card": _card}, public=True),
    "worker": Kind("a worker's key came into use", {"worker": _text, "key": _text, "until": UTC}),
    "export": Kind(
        "a file of records was made",
        {"export": UUID, "format": _text, "rows": _count, "sha256": SHA256, "filtered_by": _texts, "role": _text},
        {"request": UUID},
    ),
    "erasure": Kind(
        "rows and files of a person were erased, counted afterwards",
        {"erasure": UUID, "event": _one_of("erased", "sealed", "retention"), "rows": _counts},
        {"request": UUID, "report": SHA256, "files": _count, "basis": _text},
    ),
    "hold": Kind(
        "a legal hold was placed or lifted",
        {"hold": UUID, "event": _one_of("placed", "lifted"), "role": _text},
        {"basis": _text, "sealed": SHA256},
    ),
    "pause": Kind(
        "an artist paused everything, or resumed", {"subject": SUBJECT, "event": _one_of("paused", "resumed")}
    ),
    "breach": Kind(
        "a breach was noted, told or closed; what happened is sealed",
        {"breach": UUID, "event": _one_of("noted", "updated", "authority-told", "artists-told", "closed"),
         "sealed": SHA256},
        {"noticed": UTC},
    ),
}  # fmt: skip


def kind_of(name: str) -> Kind:
    """Refuses `unknown-kind`."""
    try:
        return KINDS[name]
    except KeyError:
        raise refusal("unknown-kind") from None


def check_body(name: str, body: Mapping[str, Any]) -> None:
    """Refuses (`bad-body`) a body that has not exactly the fields of its kind. A statement's fields are those of
    consent/ledger/statement.py."""
    kind = kind_of(name)
    if name == "statement":
        return
    allowed = {**kind.fields, **kind.optional}
    for part in sorted(set(kind.fields) - set(body) | set(body) - set(allowed)):
        raise refusal(
            "bad-body", detail=f"{name}: field {part} is {'unknown' if part in body else 'missing'}"
        )
    for part, value in body.items():
        if not allowed[part](value):
            raise refusal("bad-body", detail=f"{name}: field {part}")
