"""Migration 0003 on a hash chain that was filled before: every entry is carried over, and a broken chain is not.

In a database of its own, migrated to the state before, filled through the old fence, and migrated on.
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from consent.audit import audit_ledger
from consent.ledger.canonical import canonical_bytes
from consent.ledger.entries import OLD_GENESIS, commitment, entry_bytes, old_chain_hash
from consent.ledger.tree import leaf_hash, root_of
from consent.selectors.ledger import ledger_root

OLD, NEW = ("consent", "0002_append_only"), ("consent", "0006_purposes")
HOUR = "2026-11-24T05Z"
ENTRIES = 600  # two whole tiles, and some more
SAYS_HEAD, OF_SIZE = 560, 300
CARD = "00000000-0000-4000-8000-00000000000a"


class ToOld:
    """Every query goes to the old database."""

    def db_for_read(self, *_: Any, **__: Any) -> str:
        return "old"

    db_for_write = db_for_read


@pytest.fixture
def old(django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    """An empty database with the tables of before."""
    name = f"old_{os.getpid()}"
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin, django_db_blocker.unblock():
        admin.execute(f"create database {name}")
        connections.databases["old"] = {**connections.databases["default"], "NAME": name}
        try:
            migrate(OLD)
            yield connections["old"]
        finally:
            connections["old"].close()
            del connections["old"], connections.databases["old"]
            admin.execute(f"drop database {name} with (force)")


def migrate(target: tuple[str, str]) -> None:
    executor = MigrationExecutor(connections["old"])
    executor.migrate([target])


def fill(old: BaseDatabaseWrapper) -> list[bytes]:
    """The chain as it was written: through its trigger; one card names a head of the chain. Its leaf hashes."""
    leaves: list[bytes] = []
    chain, heads = OLD_GENESIS, [OLD_GENESIS.hex()]
    with old.cursor() as cursor:
        for index in range(ENTRIES):
            kind, body = "round", canonical_bytes({"round": CARD, "event": "opened"})
            if index == SAYS_HEAD:
                card = {"ledger": {"size": OF_SIZE, "head": heads[OF_SIZE]}}
                kind, body = "version", canonical_bytes({"version": CARD, "card": card})
            salt = sha256(b"%d" % index).digest()
            committed = commitment(body, salt=salt)
            leaf = leaf_hash(entry_bytes(kind=kind, hour=HOUR, commitment=committed))
            chain = old_chain_hash(chain, leaf)
            heads.append(chain.hex())
            leaves.append(leaf)
            row = (index, kind, HOUR, committed, leaf, chain)
            cursor.execute("INSERT INTO consent_entry VALUES (%s, %s, %s, %s, %s, %s)", row)
            cursor.execute("INSERT INTO consent_entrybody VALUES (%s, %s, %s)", (index, salt, body))
    return leaves


def test_every_entry_is_carried_over(old: BaseDatabaseWrapper, settings: Any, monkeypatch: Any) -> None:
    leaves = fill(old)
    migrate(NEW)
    settings.DATABASE_ROUTERS = [ToOld()]
    monkeypatch.setattr("consent.selectors.ledger.connection", old)
    audit = audit_ledger()
    assert audit.found is None
    assert (audit.entries, audit.nodes, audit.openings, audit.heads) == (ENTRIES, 2, ENTRIES, 1)
    assert audit.root == ledger_root(ENTRIES) == root_of(leaves)
    with old.cursor() as cursor, pytest.raises(Exception, match="append-only"):
        cursor.execute("UPDATE consent_entry SET hour = hour")


def test_a_broken_chain_is_not(old: BaseDatabaseWrapper) -> None:
    """The old fence lowered, a body exchanged: the migration names the entry and changes nothing."""
    fill(old)
    with old.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE consent_entry SET leaf_hash = sha256('other') WHERE index = 7")
    with pytest.raises(ValueError, match="broken at entry 7"):
        migrate(NEW)
    with old.cursor() as cursor:
        cursor.execute("SELECT count(*), count(chain_hash) FROM consent_entry")
        assert cursor.fetchone() == (ENTRIES, ENTRIES)
        cursor.execute("SELECT to_regclass('consent_node')")
        assert cursor.fetchone() == (None,)
