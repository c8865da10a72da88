"""The ledger in the database: appended in one order, never changed, recomputable, and nothing of a person in it."""

import json
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from consent import services
from consent.audit import audit_ledger
from consent.errors import Refusal
from consent.ledger.tree import EMPTY_ROOT, root_of
from consent.models import Entry, EntryBody, Statement
from consent.selectors import ledger_head
from tests.consent.pen import Pen
from tests.ledger_fence import FENCED, lowered_fence, triggers_of

AT = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)


def body(index: int = 0) -> dict[str, Any]:
    return {"round": str(UUID(int=index)), "event": "opened"}


def append(number: Any = 1, kind: str = "round") -> Any:
    return [services.append_entry(kind=kind, body=body(index), at=AT) for index in range(number)]


def append_and_fail() -> None:
    with transaction.atomic():
        append()
        raise ZeroDivisionError


def run(sql: str) -> None:
    """In a transaction of its own, so that a refusal leaves the test's own usable."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def attack(sql: Any) -> Any:
    """The owner of the table tries this; PostgreSQL refuses. Returns what it said."""
    with pytest.raises(DatabaseError) as caught:
        run(sql)
    return str(caught.value)


def spoil(sql: Any) -> None:
    """Somebody who owns the table lowers the fence and changes it all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with lowered_fence(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_empty_ledger_has_a_head(db: Any) -> None:
    assert ledger_head() == (0, EMPTY_ROOT.hex())
    assert audit_ledger().found is None


def test_it_works(db: Any) -> None:
    first, second = append(2)
    assert (first.index, second.index) == (0, 1)
    assert first.hour == "2026-11-24T05Z"
    assert ledger_head() == (2, root_of([first.leaf_hash, second.leaf_hash]).hex())
    assert json.loads(bytes(EntryBody.objects.get(entry=second).body)) == body(1)
    assert bytes(first.commitment) != bytes(second.commitment)


def test_two_equal_bodies_cannot_be_told_to_be_equal(db: Any) -> None:
    one, two = (services.append_entry(kind="round", body=body(), at=AT) for _ in range(2))
    assert bytes(one.commitment) != bytes(two.commitment)
    salts = {bytes(salt) for salt in EntryBody.objects.values_list("salt", flat=True)}
    assert len(salts) == 2


def test_refuses_an_unknown_kind(db: Any) -> None:
    with pytest.raises(Refusal, match="unknown-kind"):
        services.append_entry(kind="person", body={}, at=AT)
    assert Entry.objects.count() == 0


def test_a_rolled_back_change_leaves_no_entry(db: Any) -> None:
    append()
    with pytest.raises(ZeroDivisionError):
        append_and_fail()
    assert ledger_head()[0] == Entry.objects.count() == 1


def test_an_entry_knows_nobody() -> None:
    """No relation from a leaf to anything, and none of its columns could hold a person."""
    names = {field.name for field in Entry._meta.get_fields() if field.concrete}
    assert names == {"index", "kind", "hour", "commitment", "leaf_hash"}
    assert not [field for field in Entry._meta.get_fields() if field.concrete and field.is_relation]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE consent_entry SET kind = 'hold'",
        "UPDATE consent_entry SET commitment = commitment",
        "DELETE FROM consent_entry",
        "DELETE FROM consent_entry WHERE index = 0",
        "TRUNCATE consent_entry CASCADE",
        "SET LOCAL session_replication_role = replica; UPDATE consent_entry SET kind = 'hold'",
        "SET LOCAL session_replication_role = replica; DELETE FROM consent_entry",
        "SET LOCAL session_replication_role = replica; TRUNCATE consent_entry CASCADE",
        "INSERT INTO consent_entry SELECT index, 'hold', hour, commitment, leaf_hash FROM consent_entry "
        "ON CONFLICT (index) DO UPDATE SET kind = 'hold'",
    ],
)
def test_the_owner_of_the_table_cannot_change_it(db: Any, sql: Any) -> None:
    append(2)
    before = list(Entry.objects.values_list())
    assert "consent_entry" in attack(sql)
    assert list(Entry.objects.values_list()) == before


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("INSERT INTO consent_entry SELECT 7, kind, hour, commitment, leaf_hash FROM consent_entry", "gap"),
        ("INSERT INTO consent_entry SELECT 0, kind, hour, commitment, leaf_hash FROM consent_entry", "gap"),
        ("INSERT INTO consent_entry SELECT -1, kind, hour, commitment, leaf_hash FROM consent_entry", "gap"),
        (
            "INSERT INTO consent_entry SELECT 1, 'hold', hour, commitment, leaf_hash FROM consent_entry",
            "leaf hash",
        ),
        (
            "INSERT INTO consent_entry SELECT 1, E'a\\nb', hour, commitment, NULL FROM consent_entry",
            "not an entry",
        ),
        (
            "INSERT INTO consent_entry SELECT 1, kind, '2026-11-24 05Z', commitment FROM consent_entry",
            "not an entry",
        ),
        ("INSERT INTO consent_entry SELECT 1, kind, hour, '\\x00' FROM consent_entry", "not an entry"),
        (
            "SET LOCAL session_replication_role = replica; "
            "INSERT INTO consent_entry SELECT 2, kind, hour, commitment, leaf_hash FROM consent_entry",
            "gap",
        ),
        (
            "CREATE TEMP TABLE consent_entry (index bigint, leaf_hash bytea) ON COMMIT DROP; "
            "INSERT INTO consent_entry VALUES (6, NULL); "
            "INSERT INTO public.consent_entry SELECT 7, kind, hour, commitment, leaf_hash FROM public.consent_entry",
            "gap",
        ),
    ],
)
def test_an_entry_can_only_be_added_where_it_belongs(db: Any, sql: Any, said: Any) -> None:
    append(1)
    assert said in attack(sql)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("table", FENCED)
def test_the_fence_stands(db: Any, table: str) -> None:
    """ENABLE ALWAYS ('A'), or a session with session_replication_role = replica walks through it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [table],
        )
        found = dict(cursor.fetchall())
    assert found == dict.fromkeys(triggers_of(table), "A")


def test_the_models_cannot_either(db: Any) -> None:
    (entry,) = append(1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(kind="hold")
    entry.kind = "hold"
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save()
    EntryBody.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.delete()


def test_several_entries_in_one_statement_are_placed_one_by_one(db: Any) -> None:
    rows = append(3)
    found = [(row.index, bytes(row.leaf_hash)) for row in rows]
    spoil("TRUNCATE consent_entry CASCADE")
    Entry.objects.bulk_create(rows)
    assert [(row.index, bytes(row.leaf_hash)) for row in Entry.objects.all()] == found


@pytest.mark.django_db(transaction=True)
def test_two_connections_append_in_one_order() -> None:
    """Eight threads, each with a connection of its own: no gap, no fork, no lost entry."""
    append()
    start = threading.Barrier(8)
    failures = []

    def work(number: Any) -> None:
        try:
            start.wait()
            for index in range(5):
                services.append_entry(kind="round", body=body(10 * number + index), at=AT)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    assert list(Entry.objects.values_list("index", flat=True)) == list(range(41))
    assert audit_ledger().found is None


@pytest.mark.django_db(transaction=True)
def test_one_draft_signed_twice_at_the_same_time_counts_once(terms: Any) -> None:
    from tests import people

    alice = people.make(people.ALICE)
    services.notices.install_shipped_notices(at=timezone.now())
    pen = Pen(alice).register()
    document = pen.sign(pen.draft())
    start = threading.Barrier(2)
    seen = []

    def work() -> None:
        start.wait()
        try:
            pen.send(document)
            seen.append("recorded")
        except Refusal as refused:
            seen.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(seen) == ["draft-used", "recorded"]
    assert Statement.objects.count() == 1
