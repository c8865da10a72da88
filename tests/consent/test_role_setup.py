"""`manage.py setup` on a server of PostgreSQL where it is no superuser: what it needs, what it says, what it mends."""

import os
import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from consent.services.roles import keep_roles
from fedart_site.database_account import SetupTrouble, may_make_tables


def test_a_stranger_to_the_schema_is_told_the_line(db: Any) -> None:
    name = f"visitor_{secrets.token_hex(3)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name}")
        cursor.execute(f"SET LOCAL ROLE {name}")
        with pytest.raises(SetupTrouble) as caught:
            may_make_tables()
        cursor.execute("RESET ROLE")
        assert f"GRANT USAGE, CREATE ON SCHEMA public TO {name};" in caught.value.fix
        cursor.execute(f"GRANT CREATE ON SCHEMA public TO {name}")
        cursor.execute(f"SET LOCAL ROLE {name}")
        assert name in may_make_tables()
        cursor.execute("RESET ROLE")


def test_it_says_who_could_lower_the_fence(db: Any, settings: Any) -> None:
    settings.DATABASE_APP_ACCOUNT = "fedart_app"
    assert keep_roles() == keep_roles()
    assert keep_roles() == (
        "the ledger belongs to fedart_owner; fedart_app may read it and append to it, and nothing else"
    )
    settings.DATABASE_APP_ACCOUNT = connection.settings_dict["USER"]
    assert "could lower the fence" in keep_roles()


def test_rights_that_were_given_by_mistake_are_taken_back(db: Any, settings: Any) -> None:
    settings.DATABASE_APP_ACCOUNT = "fedart_app"
    with connection.cursor() as cursor:
        cursor.execute("GRANT ALL ON consent_entry TO fedart_app")
        keep_roles()
        cursor.execute(
            "SELECT has_table_privilege('fedart_app', 'consent_entry', 'UPDATE, DELETE, TRUNCATE')"
        )
        assert cursor.fetchone() == (False,)


@pytest.fixture
def managed() -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A connection as somebody who owns a database and may do nothing else; the ledger's tables, hers."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"tenant_{secrets.token_hex(3)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x' NOCREATEROLE")
        admin.execute(f"CREATE DATABASE {name} OWNER {name}")
        host = psycopg.conninfo.conninfo_to_dict(f"{server}/{name}") | {"user": name, "password": "x"}
        try:
            with psycopg.connect(**host, autocommit=True) as tenant:
                yield tenant, name
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            admin.execute(f"DROP ROLE {name}")


def test_an_account_that_may_not_give_the_ledger_away_keeps_it(managed: Any) -> None:
    """The same SQL, without the right to make roles or to hand tables on: notices, and no error."""
    from consent.services.roles import ROLES

    tenant, name = managed
    told: list[str] = []
    tenant.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    for table in ("entry", "node", "checkpoint", "cosignature"):
        tenant.execute(f"CREATE TABLE consent_{table} (index bigint)")
    for function in (
        "ledger_refuse()",
        "entry_append()",
        "node_compute()",
        "entry_grow()",
        "checkpoint_order()",
    ):
        tenant.execute(
            f"CREATE FUNCTION consent_{function} RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
    tenant.execute(
        "CREATE FUNCTION consent_ledger_fold(bytea[]) RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'"
    )
    tenant.execute(ROLES.read_text("utf-8").format(schema="public"))
    owner = tenant.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'consent_entry'").fetchone()
    assert owner == (name,)
    assert "this account may not give the ledger to fedart_owner; it stays the owner itself" in told
