"""The application's own account against the ledger: it reads, it appends, and nothing else gets through."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from consent import services
from consent.audit import audit_ledger
from consent.models import Checkpoint, Entry
from consent.services.checkpoints import current_checkpoint
from fedart_site.checks import not_the_owner_of_the_ledger
from tests.ledger_fence import FENCED

AT = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
BODY = {"round": str(UUID(int=1)), "event": "opened"}


@pytest.fixture
def as_app(db: Any) -> Iterator[None]:
    """The rest of the test has the rights of fedart_app and no others."""
    services.append_entry(kind="round", body=BODY, at=AT)
    current_checkpoint(at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE fedart_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def attack(sql: str) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(caught.value)


def test_the_application_appends_and_signs(as_app: None) -> None:
    entry = services.append_entry(kind="round", body=BODY, at=AT)
    assert entry.index == 1
    assert current_checkpoint(at=AT, covering=1).size == 2
    assert audit_ledger().found is None


def test_the_application_fills_a_tile(as_app: None) -> None:
    """The node over 256 entries is written by the owner's trigger; the application has no right to."""
    items = [services.ledger.Item("round", b"{}", AT, None)] * 256
    assert len(services.ledger.append_many(items=items)) == 256
    assert audit_ledger().nodes == 1
    assert "permission denied" in attack("INSERT INTO consent_node (level, index) VALUES (1, 1)")


@pytest.mark.parametrize("table", FENCED)
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {0} SET {1} = {1}",
        "DELETE FROM {0}",
        "TRUNCATE {0} CASCADE",
        "DROP TABLE {0} CASCADE",
        "ALTER TABLE {0} DISABLE TRIGGER ALL",
        "ALTER TABLE {0} DISABLE TRIGGER {0}_no_change",
        "DROP TRIGGER {0}_no_change ON {0}",
        "ALTER TABLE {0} OWNER TO fedart_app",
        "ALTER TABLE {0} ADD COLUMN artist int",
        "GRANT UPDATE ON {0} TO fedart_app; UPDATE {0} SET {1} = {1}",
        "CREATE RULE no_insert AS ON INSERT TO {0} DO INSTEAD NOTHING",
        "CREATE TEMP VIEW through AS SELECT * FROM {0}; UPDATE through SET {1} = {1}",
        "CREATE TEMP VIEW through AS SELECT * FROM {0}; DELETE FROM through",
        "SELECT * FROM {0} FOR UPDATE",
        "LOCK TABLE {0} IN ACCESS EXCLUSIVE MODE",
    ],
)
def test_the_application_changes_nothing(as_app: None, table: str, sql: str) -> None:
    column = {"consent_entry": "kind", "consent_node": "hash", "consent_checkpoint": "root"}[table]
    said = attack(sql.format(table, column))
    assert "permission denied" in said or "must be" in said
    assert (Entry.objects.count(), Checkpoint.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "sql",
    [
        "SET LOCAL session_replication_role = replica",
        "ALTER ROLE fedart_app SUPERUSER",
        "GRANT fedart_owner TO fedart_app",
        "CREATE OR REPLACE FUNCTION consent_ledger_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "DROP FUNCTION consent_ledger_refuse() CASCADE",
        "CREATE TABLE mine (a int)",
        "COPY consent_entry TO PROGRAM 'cat'",
        "UPDATE consent_cosignature SET line = ''",
    ],
)
def test_the_application_cannot_climb(as_app: None, sql: str) -> None:
    """SET ROLE is judged by who logged in, which here is the test's own account: `test_a_login_of_its_own` tries it."""
    said = attack(sql)
    assert "permission denied" in said or "must be" in said or "Only roles" in said or "must have" in said


def test_inserts_that_do_not_follow_are_refused_through_every_door(as_app: None) -> None:
    rows = "SELECT {0}, kind, hour, commitment, {1} FROM consent_entry"
    for index, leaf in ((7, "leaf_hash"), (0, "leaf_hash"), (1, "sha256('x')")):
        assert "consent_entry" in attack(f"INSERT INTO consent_entry {rows.format(index, leaf)}")
    shadow = "CREATE TEMP TABLE consent_entry (index bigint); INSERT INTO pg_temp.consent_entry VALUES (6); "
    insert = "INSERT INTO public.consent_entry SELECT 7, kind, hour, commitment FROM public.consent_entry"
    assert "gap" in attack(shadow + "SET LOCAL search_path = pg_temp, public; " + insert)
    with pytest.raises(psycopg.errors.RestrictViolation, match="gap"), transaction.atomic():
        copy_entry(5)
    copy_entry(1)
    assert Entry.objects.count() == 2


def copy_entry(index: int) -> None:
    copying = "COPY consent_entry (index, kind, hour, commitment) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        copy.write_row((index, "round", "2026-11-24T05Z", bytes(32)))


@pytest.mark.parametrize(
    "values", ["1, sha256('x'), 'n', now()", "0, sha256('x'), 'n', now()", "5, sha256('x'), 'n', now()",
               "2, 'short', 'n', now()"]
)  # fmt: skip
def test_checkpoints_come_in_order_and_once(as_app: None, values: str) -> None:
    assert "out of order" in attack(
        f"INSERT INTO consent_checkpoint (size, root, note, made_at) VALUES ({values})"
    )


@pytest.mark.parametrize("table", FENCED)
def test_the_owner_cannot_either(db: Any, table: str) -> None:
    services.append_entry(kind="round", body=BODY, at=AT)
    current_checkpoint(at=AT)
    column = {"consent_entry": "kind", "consent_node": "hash", "consent_checkpoint": "root"}[table]
    replica = "SET LOCAL session_replication_role = replica; "
    if table != "consent_node":
        assert "append-only" in attack(f"UPDATE {table} SET {column} = {column}")
        assert "append-only" in attack(f"{replica}DELETE FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert "append-only" in attack(f"TRUNCATE {table} CASCADE")
    assert "append-only" in attack(f"{replica}TRUNCATE {table} CASCADE")


def test_nobody_can_write_a_wrong_node(db: Any) -> None:
    """What is inserted is what its children say, whatever was sent; without all of them nothing is."""
    assert "not all its children" in attack("INSERT INTO consent_node VALUES (1, 0, sha256('x'))")
    services.ledger.append_many(items=[services.ledger.Item("round", b"{}", AT, None)] * 256)
    assert "duplicate" in attack("INSERT INTO consent_node VALUES (1, 0, sha256('x'))")
    assert audit_ledger().found is None


def test_a_login_of_its_own() -> None:
    """The embedded engine's second account, by its password: who it is, and that it cannot become another."""
    with psycopg.connect(os.environ["FEDART_TEST_APP_URL"], autocommit=True) as app:
        assert app.execute(
            "SELECT current_user, usesuper FROM pg_user WHERE usename = current_user"
        ).fetchone() == (
            "fedart_app",
            False,
        )
        for sql in ("SET ROLE fedart_owner", "SET ROLE fedart", "SET session_replication_role = replica"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(sql)


def test_the_check_says_who_connects_as_the_owner(db: Any) -> None:
    (said,) = not_the_owner_of_the_ledger()
    assert said.id == "fedart.W013"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE fedart_app")
    assert not_the_owner_of_the_ledger() == []
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
