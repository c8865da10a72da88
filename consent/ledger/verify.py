"""Check a receipt without any help from the server that gave it, and say in words what is proven and what is not."""

from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from consent.errors import Refusal, refusal
from consent.ledger.canonical import JsonObject
from consent.ledger.checkpoints import Checkpoint, cosigned_by, open_checkpoint
from consent.ledger.entries import parse_entry
from consent.ledger.notes import Key, Note, parse_vkey
from consent.ledger.passkey import PARTS, check_second_signature
from consent.ledger.proof_file import parse_proof, unpack_extra
from consent.ledger.record import BY_SESSION, Record, check_record

RECEIPT_FORMAT = "fedart-receipt-2"
MAX_RECEIPT_BYTES = 262_144
MAX_NOTICE = 65_536
DECISIONS = {"ConsentGiven": "grants", "ConsentRefused": "refuses", "ConsentWithdrawn": "takes back"}


@dataclass(frozen=True)
class Trust:
    """Whom the reader trusts already: the log's keys and those of witnesses. Empty: the file's own word is taken for
    the log's key, and the report says so."""

    logs: tuple[Key, ...] = ()
    witnesses: tuple[Key, ...] = ()


@dataclass
class Report:
    """What is proven, what cannot be known from the file alone, and what is wrong, as sentences."""

    proven: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    code: str = ""  # of the first refusal

    @property
    def holds(self) -> bool:
        return not self.wrong

    def refuse(self, refused: Refusal) -> "Report":
        self.wrong.append(refused.why)
        self.code = self.code or refused.code
        return self


def pack_receipt(*, statement: bytes, proof: bytes, vkey: str, notice_text: str | None) -> JsonObject:
    """The receipt of a statement: its bytes, the tlog-proof with the salt, the log's key and the text that was read."""
    packed: JsonObject = {
        "format": RECEIPT_FORMAT,
        "statement": to_b64url(statement),
        "proof": proof.decode(),
        "log_key": vkey,
    }
    return packed if notice_text is None else packed | {"notice_text": notice_text}


def check_receipt(receipt: Mapping[str, Any], trust: Trust | None = None) -> Report:
    """Check a receipt (docs/ledger.md). Never raises: what is not a receipt is reported as wrong."""
    report = Report()
    try:
        _check(receipt, trust or Trust(), report)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        report.refuse(refusal("bad-proof-file", detail=f"not a receipt: {type(error).__name__}"))
    except Refusal as refused:
        report.refuse(refused)
    return report


def _check(receipt: Mapping[str, Any], trust: Trust, report: Report) -> None:
    if receipt["format"] != RECEIPT_FORMAT:
        raise refusal("bad-proof-file", detail="its format is not " + RECEIPT_FORMAT)
    proof = parse_proof(receipt["proof"].encode())
    entry, salt = unpack_extra(proof.extra)
    if salt is None:
        raise refusal("bad-proof-file", detail="it carries no salt, so it opens nothing")
    kind, hour, _ = parse_entry(entry)
    checkpoint = check_note(proof.checkpoint, receipt["log_key"], trust, report)
    record = Record(kind, hour, proof.index, salt, from_b64url(receipt["statement"]), proof.path)
    if record.entry() != entry:
        raise refusal("not-included", detail="the entry commits to something else")
    signer, body = check_record(record, checkpoint)
    if kind != "statement":
        raise refusal("wrong-shape", detail="it is not about a statement")
    report.proven += sentences(record, signer, body)
    _check_passkey(receipt.get("passkey"), body, report)
    _check_notice(receipt.get("notice_text"), body, report)
    report.unproven.append(
        "whether a later statement says something else: ask the log for one of the same pseudonym"
    )


def check_note(data: bytes, vkey: str, trust: Trust, report: Report) -> Checkpoint:
    """The checkpoint of a note, signed by a key the reader trusts, or else by the one the file names."""
    named = parse_vkey(vkey)
    checkpoint, note = open_checkpoint(data, trust.logs or (named,))
    root = b64encode(checkpoint.root).decode()
    report.proven.append(
        f"the log {checkpoint.origin} signed a checkpoint of {checkpoint.size} entries with root {root}"
    )
    if not trust.logs:
        report.unproven.append(
            f"that the key {vkey} is the log's own: compare it with the one the log publishes, or give --log-key"
        )
    _check_witnesses(note, trust.witnesses, report)
    return checkpoint


def _check_witnesses(note: Note, witnesses: Sequence[Key], report: Report) -> None:
    found = cosigned_by(note, witnesses)
    for one in found:
        at = datetime.fromtimestamp(one.timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S")
        report.proven.append(
            f"the witness {one.name} saw this checkpoint at {at} UTC, after all it saw before"
        )
    if not found:
        report.unproven.append(
            "that everybody is shown the same log: no witness you trust has cosigned this checkpoint"
        )


def sentences(record: Record, signer: str, body: JsonObject) -> list[str]:
    """What an opened statement proves."""
    decision = DECISIONS[body["status"]]
    notice = body["notice"]
    if signer == BY_SESSION:
        who = "made in a signed-in session; taking back needs no key, so nobody's signature stands under it"
    else:
        who = f"signed by the key {signer}"
    return [
        f"the statement {body['id']} of {body['subject']} {decision} {body['purpose']}, dated {body['issuedAt']}, "
        f"after the text {notice['id']} {notice['version']} ({notice['language']})",
        f"it was {who}",
        f"entry {record.index} of the log, recorded in the hour {record.hour}, commits to exactly these bytes",
    ]


def _check_passkey(second: Any, statement: JsonObject, report: Report) -> None:
    """The optional second signature; who holds the passkey is the site's word, what it was touched for is not."""
    if second is None:
        return
    check_second_signature(statement, second["rpId"], {name: from_b64url(second[name]) for name in PARTS})
    report.proven.append(f"a passkey for {second['rpId']} was touched for exactly this statement")


def _check_notice(text: Any, statement: JsonObject, report: Report) -> None:
    if text is None:
        report.unproven.append("what the text said: it is not enclosed")
    elif len(text) > MAX_NOTICE or sha256(text.encode()).hexdigest() != statement["notice"]["sha256"]:
        raise refusal("wrong-shape", detail="the notice text is not the one that was agreed to")
    else:
        report.proven.append("the enclosed text is the one that was on the screen, by its hash")


def to_b64url(data: bytes) -> str:
    """RFC 4648 section 5 without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def from_b64url(text: str) -> bytes:
    """The inverse, one way of writing only; ValueError."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_b64url(raw) != text:
        raise ValueError("not canonical base64url")
    return raw
