"""`manage.py verify_ledger` recomputes everything and names the first break."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from consent.audit import audit_ledger
from consent.ledger.canonical import canonical_bytes, parse_canonical
from consent.ledger.entries import commitment, entry_bytes
from consent.ledger.signing import sign
from consent.ledger.tree import leaf_hash
from consent.models import BrowserKey, Entry, EntryBody, Statement
from consent.selectors import ledger_head
from consent.services.keys import withdraw_key
from consent.services.ledger import append_bytes
from gallery.models import Artist
from tests.consent.pen import Pen
from tests.ledger_fence import lowered_fence

AT = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)


def spoil(sql: Any) -> None:
    """Somebody who owns the table lowers the fence and changes it all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with lowered_fence(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_verify_ledger_says_what_it_recomputed(pen: Pen, capsys: Any) -> None:
    pen.decide()
    pen.revoke()
    call_command("verify_ledger")
    said = capsys.readouterr().out
    assert "The ledger holds: 4 entries, 4 bodies, 1 signatures" in said
    assert ledger_head()[1] in said


@pytest.mark.parametrize(
    ("sql", "index", "said"),
    [
        ("UPDATE consent_entry SET kind = 'hold' WHERE index = 2", 2, "leaf hash"),
        ("UPDATE consent_entry SET hour = '2020-01-01T00Z' WHERE index = 1", 1, "leaf hash"),
        (
            "DELETE FROM consent_entrybody WHERE entry_id = 0; DELETE FROM consent_entry WHERE index = 0",
            0,
            "missing",
        ),
        ("UPDATE consent_entrybody SET salt = sha256(salt) WHERE entry_id = 1", 1, "body"),
        ("DELETE FROM consent_entrybody WHERE entry_id = 2", 2, "salt"),
        ("UPDATE consent_statement SET status = 'ConsentRefused', expires_at = NULL", 2, "columns"),
        ("UPDATE consent_statement SET document = document || ' '::bytea", 2, "body"),
    ],
)
def test_verify_ledger_names_the_first_break(pen: Pen, sql: str, index: int, said: str) -> None:
    """The entries are: 0 the notice, 1 the key, 2 the statement."""
    pen.decide()
    if "index = 0" in sql and sql.startswith("DELETE"):
        sql = "SET LOCAL session_replication_role = replica; " + sql
    spoil(sql)
    with pytest.raises(CommandError, match=f"broken at entry {index}: .*{said}") as caught:
        call_command("verify_ledger")
    assert caught.value.returncode == 1


def test_a_key_that_was_registered_later_or_for_somebody_else_is_found(pen: Pen, bob: Artist) -> None:
    """A server that signs in an artist's name needs an entry of a key before it, which she sees on her page."""
    other = Pen(bob)
    statement = pen.decide()
    forged = parse_canonical(bytes(statement.document)) | {"id": f"urn:uuid:{UUID(int=5)}"}
    del forged["proof"]
    signed = sign(forged, private_key=other.private, created=forged["issuedAt"])
    entry = append_bytes(kind="statement", data=canonical_bytes(signed), at=AT, keep=None)
    row = Statement.objects.get()
    row.pk, row.entry, row.document = UUID(int=5), entry, canonical_bytes(signed)
    row.save(force_insert=True)
    found = audit_ledger().found
    assert found is not None
    assert (found.index, "was not registered" in found.reason) == (entry.index, True)
    other.register()
    assert audit_ledger().found == found


def test_a_withdrawn_key_signs_nothing_more(pen: Pen) -> None:
    pen.decide()
    withdraw_key(artist=pen.artist, key_id=BrowserKey.objects.get().pk, at=timezone.now())
    assert audit_ledger().found is None


def test_a_salt_that_was_used_twice_is_found(pen: Pen) -> None:
    pen.decide()
    body = canonical_bytes({"round": str(UUID(int=1)), "event": "opened"})
    first = EntryBody.objects.get(entry=1)
    committed = commitment(body, salt=bytes(first.salt))
    entry = Entry.objects.create(
        index=3, kind="round", hour="2026-11-24T05Z", commitment=committed,
        leaf_hash=leaf_hash(entry_bytes(kind="round", hour="2026-11-24T05Z", commitment=committed)),
    )  # fmt: skip
    EntryBody.objects.create(entry=entry, salt=first.salt, body=body)
    found = audit_ledger().found
    assert found is not None
    assert (found.index, found.reason) == (3, "its salt was used before")


def test_an_erased_body_leaves_a_ledger_that_holds(pen: Pen) -> None:
    pen.decide()
    Statement.objects.all().delete()
    EntryBody.objects.filter(entry__kind="statement").delete()
    audit = audit_ledger()
    assert audit.found is None
    assert (audit.entries, audit.openings) == (3, 2)


def test_a_statement_signed_by_nobody_is_found(pen: Pen) -> None:
    statement = pen.decide()
    bare = statement.document.split(b'"proof":')[0]
    assert bare
    document = parse_canonical(bytes(statement.document))
    del document["proof"]
    data = canonical_bytes(document)
    entry = append_bytes(kind="statement", data=data, at=AT, keep=None)
    Statement.objects.filter(pk=statement.pk).update(document=data, entry=entry)
    assert "carries none" in str(audit_ledger().found)
