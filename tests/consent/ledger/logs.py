"""A small log in memory: fixed keys, opened entries, receipts and bundles of them. Everything is deterministic."""

import io
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.bundle import BundleWriter
from consent.ledger.canonical import canonical_bytes, parse_canonical
from consent.ledger.checkpoints import Checkpoint, cosign, sign_checkpoint
from consent.ledger.multibase import key_multibase
from consent.ledger.notes import COSIGNATURE, Key, Note
from consent.ledger.proof_file import ProofFile, pack_extra
from consent.ledger.record import Record
from consent.ledger.signing import sign
from consent.ledger.statement import GIVEN, WITHDRAWN, Draft, NoticeRef, build, parse_time
from consent.ledger.tree import hashes_of, inclusion_ranges, leaf_hash, root_of
from consent.ledger.verify import pack_receipt

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
ORIGIN = "art.example/api/v1/ledger"
NOTICE = "# Training\nYou may take it back at any time.\n"
HOUR = "2026-11-24T05Z"
MADE = "2026-11-24T05:30:00Z"


def private(name: str) -> Ed25519PrivateKey:
    """A key that is the same in every run, from its name. For tests only."""
    return Ed25519PrivateKey.from_private_bytes(sha256(b"fedart test key " + name.encode()).digest())


def public(name: str) -> bytes:
    return private(name).public_key().public_bytes_raw()


LOG = Key(ORIGIN, public("log"))
WITNESS = Key("witness.example/w1", public("witness"), COSIGNATURE)


def statement(number: int, status: str = GIVEN, *, signed: bool = True) -> bytes:
    """A statement of the same artist, signed by her browser's key unless it is a bare withdrawal."""
    document = build(
        Draft(
            origin="https://art.example",
            statement_id=f"00000000-0000-4000-8000-{number:012}",
            subject="urn:fedart:artist:" + "a" * 26,
            status=status,
            purpose="fa:TrainSharedAdapter",
            legal_basis="eu-gdpr:A6-1-a-explicit-consent",
            processing=("ai:ModelFineTuning",),
            leaves_device="masked, clipped, noised update only",
            terms={"minCohort": 10, "epsilonCap": "8"},
            notice=NoticeRef("train-shared", "1.0", "en", sha256(NOTICE.encode()).hexdigest()),
            issued_at=parse_time("2026-11-24T05:00:00Z"),
            nonce=f"nonce{number}",
            supersedes=None,
            head=(0, sha256(b"").hexdigest()),
            attested_by="browser-key" if signed else "server-session",
        )
    )
    if signed:
        document = sign(document, private_key=private("artist"), created="2026-11-24T05:00:00Z")
    return canonical_bytes(document)


def bodies() -> list[tuple[str, bytes]]:
    """What the log holds: a notice, a key, statements of both sorts, a round."""
    notice = {
        "id": "train-shared",
        "version": "1.0",
        "language": "en",
        "sha256": sha256(NOTICE.encode()).hexdigest(),
    }
    key = {
        "subject": "urn:fedart:artist:" + "a" * 26,
        "key": key_multibase(public("artist")),
        "event": "registered",
    }
    round_ = {"round": "00000000-0000-4000-8000-00000000000a", "event": "opened", "manifest": "0" * 64}
    return [
        ("notice", canonical_bytes(notice)),
        ("key", canonical_bytes(key)),
        ("statement", statement(1)),
        ("statement", statement(2, WITHDRAWN, signed=False)),
        ("round", canonical_bytes(round_)),
        ("statement", statement(3)),
        ("statement", statement(4, WITHDRAWN)),
    ]


def records(found: Sequence[tuple[str, bytes]] | None = None) -> list[Record]:
    """All of them opened, with their paths."""
    opened = [
        Record(kind, HOUR, index, sha256(b"salt %d" % index).digest(), body, ())
        for index, (kind, body) in enumerate(bodies() if found is None else found)
    ]
    leaves = [leaf_hash(one.entry()) for one in opened]
    hash_of = hashes_of(leaves)
    return [
        Record(one.kind, one.hour, one.index, one.salt, one.body,
               tuple(hash_of(*part) for part in inclusion_ranges(one.index, len(leaves))))
        for one in opened
    ]  # fmt: skip


def note(found: Sequence[Record], *, cosigned: bool = True, key: str = "log", origin: str = ORIGIN) -> Note:
    """The signed checkpoint over these records."""
    root = root_of([leaf_hash(one.entry()) for one in found])
    signed = sign_checkpoint(Checkpoint(origin, len(found), root), Key(origin, public(key)), private(key))
    if not cosigned:
        return signed
    line = cosign(signed, WITNESS, private("witness"), timestamp=1_795_500_000)
    return Note(signed.text, (*signed.signatures, line))


def receipt(index: int = 2, **more: Any) -> dict[str, Any]:
    """The receipt of one statement of the log."""
    found = records()
    one = found[index]
    proof = ProofFile(index, one.path, note(found, **more).dump(), pack_extra(one.entry(), one.salt))
    return pack_receipt(statement=one.body, proof=proof.dump(), vkey=LOG.vkey(), notice_text=NOTICE)


def unsigned_receipt() -> dict[str, Any]:
    """A log that took a grant which nobody signed: everything fits but the signature."""
    document = parse_canonical(statement(9))
    del document["proof"]
    found = records([("statement", canonical_bytes(document))])
    proof = ProofFile(0, found[0].path, note(found).dump(), pack_extra(found[0].entry(), found[0].salt))
    return pack_receipt(statement=found[0].body, proof=proof.dump(), vkey=LOG.vkey(), notice_text=NOTICE)


def bundle(found: Sequence[Record] | None = None, files: dict[str, bytes] | None = None) -> bytes:
    """A bundle of the whole log."""
    chosen = records() if found is None else found
    target = io.BytesIO()
    with BundleWriter(
        target,
        checkpoint=note(records()).dump(),
        vkey=LOG.vkey(),
        made=MADE,
        sign=lambda document: sign(document, private_key=private("server"), created=MADE),
    ) as writer:
        for one in chosen:
            writer.add_record(one)
        extra = (
            {f"notices/{sha256(NOTICE.encode()).hexdigest()}.txt": NOTICE.encode()}
            if files is None
            else files
        )
        for name, data in extra.items():
            writer.add_file(name, [data])
    return target.getvalue()
