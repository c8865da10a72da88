"""The parts of bench/ledger.py that need Django set up."""

import random
import secrets
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from consent.ledger.bundle_reader import check_bundle
from consent.ledger.canonical import canonical_bytes
from consent.ledger.signing import sign
from consent.ledger.statement import GIVEN, Draft, NoticeRef, build
from consent.ledger.tree import check_inclusion
from consent.ledger.verify import Trust
from consent.models import Entry, Notice, Statement
from consent.selectors.ledger import inclusion_path, ledger_root, ledger_size
from consent.selectors.openings import opened_statements
from consent.services.bundles import signed_bundle
from consent.services.ledger import Item, append_bytes, append_many
from consent.services.notices import install_notice
from consent.signing_keys import ledger_key

AT = timezone.now()
ARTISTS = 100
PAGE = 500
TERMS: dict[str, str | int] = {
    "base": "sha256:" + "0" * 64,
    "minCohort": 10,
    "epsilonCap": "8",
    "delta": "1e-5",
}


def some_artists() -> list[int]:
    """Accounts to hang statements on."""
    people = get_user_model().objects
    if people.count() < ARTISTS:
        people.bulk_create(
            [people.model(email=f"a{n}@bench.example", handle=f"a{n}", password="!") for n in range(ARTISTS)]
        )
    return list(people.values_list("pk", flat=True))


def statements(number: int) -> Iterator[Statement]:
    """Signed statements of real shape, without their entries."""
    notice, _ = install_notice(name="train-shared", version="1.0", language="en", text="# Text\n", at=AT)
    people, keys = some_artists(), [Ed25519PrivateKey.generate() for _ in range(8)]
    reference = NoticeRef(notice.name, notice.version, notice.language, notice.sha256)
    for count in range(number):
        pk = uuid.uuid4()
        draft = Draft(
            origin="https://art.example", statement_id=str(pk), subject="urn:fedart:artist:" + "a" * 26, status=GIVEN,
            purpose="fa:TrainSharedAdapter", legal_basis="eu-gdpr:A6-1-a-explicit-consent",
            processing=("ai:ModelFineTuning", "dpv:Aggregate"), leaves_device="masked, clipped, noised update only",
            terms=TERMS, notice=reference, issued_at=AT, nonce=secrets.token_hex(16), supersedes=None,
            head=(0, sha256(b"").hexdigest()),
        )  # fmt: skip
        document = build(draft)
        signed = sign(document, private_key=keys[count % len(keys)], created=document["issuedAt"])
        yield row(pk, people[count % len(people)], notice, canonical_bytes(signed))


def row(pk: uuid.UUID, artist: int, notice: Notice, document: bytes) -> Statement:
    """The row of a statement, its entry still missing."""
    return Statement(
        id=pk, artist_id=artist, purpose="fa:TrainSharedAdapter", status=GIVEN, attested_by="browser-key",
        notice=notice, document=document, recorded_at=AT, expires_at=AT + timedelta(days=365),
    )  # fmt: skip


def append_statements(number: int, batch: int) -> float:
    """Append them in batches, one transaction each; entries a second of the appending alone, commits included."""
    spent, found, rows = 0.0, 0, statements(number)
    while part := [one for _, one in zip(range(batch), rows, strict=False)]:
        items = [Item("statement", one.document, AT, None) for one in part]
        began = time.perf_counter()
        entries = append_many(items=items)
        spent += time.perf_counter() - began
        found += len(entries)
        for one, entry in zip(part, entries, strict=True):
            one.entry = entry
        Statement.objects.bulk_create(part, batch_size=batch)
    return found / spent


def single_appends(number: int) -> tuple[list[float], list[float]]:
    """Seconds of appending one statement, and of inserting the same row into a table without a fence, in turn."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_plain (LIKE consent_statement INCLUDING ALL)")
    append, insert = [], []
    for one in statements(number):
        began = time.perf_counter()
        with transaction.atomic():
            one.entry = append_bytes(kind="statement", data=one.document, at=AT, keep=None)
            one.save(force_insert=True)
        append.append(time.perf_counter() - began)
        began = time.perf_counter()
        _insert_plain(one)
        insert.append(time.perf_counter() - began)
    return append, insert


def _insert_plain(one: Statement) -> None:
    """The same row by the same mapper, but into the table without a fence."""
    table, Statement._meta.db_table = Statement._meta.db_table, "bench_plain"
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    finally:
        Statement._meta.db_table = table


def proofs(number: int) -> list[float]:
    """Seconds of one inclusion proof over the whole tree, each of a random entry; every one is checked."""
    size = ledger_size()
    root, found = ledger_root(size), []
    for index in random.Random(1).sample(range(size), number):
        began = time.perf_counter()
        path = inclusion_path(index=index, size=size)
        found.append(time.perf_counter() - began)
        assert check_inclusion(bytes(Entry.objects.get(pk=index).leaf_hash), index, size, path, root)
    return found


def export(target: Path) -> dict[str, float]:
    """Write a bundle of all statements, then verify it; how long and how much memory above an idle process."""
    idle = _peak_mib()
    began = time.perf_counter()
    with target.open("wb") as file, signed_bundle(file, at=AT) as bundle:
        last = -1
        while page := list(Statement.objects.filter(entry__gt=last).order_by("entry")[:PAGE]):
            for record in opened_statements(page, prover=bundle.prover):
                bundle.writer.add_record(record)
            last = page[-1].entry_id
    written = time.perf_counter()
    with target.open("rb") as file:
        report = check_bundle(file, Trust(logs=(ledger_key(),)))
    checked = time.perf_counter()
    assert report.holds, report.wrong
    count = bundle.writer.records
    return {
        "statements": count,
        "memory_mib": _peak_mib() - idle,
        "export_per_s": count / (written - began),
        "verify_per_s": count / (checked - written),
        "bundle_mib": target.stat().st_size / 2**20,
    }


def _peak_mib() -> float:
    """The most this process has held so far. Not ru_maxrss: that of a child begins with its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
