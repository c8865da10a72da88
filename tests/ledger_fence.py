"""Empty the ledger between transactional tests, openly; and a key for its checkpoints.

Django resets such tests with TRUNCATE, which the fence around the ledger refuses to everybody. So the reset, and
nothing else, lowers the fence as the owner of the tables and raises it again; no code of the product can. A session
that is left with a lowered fence would make the attack tests fail.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FENCED = {
    "consent_entry": ("consent_entry_append", "consent_entry_grow"),
    "consent_node": ("consent_node_compute",),
    "consent_checkpoint": ("consent_checkpoint_order",),
}


def triggers_of(table: str) -> list[str]:
    """The triggers that stand around a table of the ledger."""
    return [*FENCED[table], f"{table}_no_change", f"{table}_no_truncate"]


@contextmanager
def lowered_fence() -> Iterator[None]:
    """No triggers on the ledger inside this block; outside they hold ALWAYS."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in FENCED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in FENCED:
                for name in triggers_of(table):
                    cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


@pytest.fixture(scope="session", autouse=True)
def reset_through_the_gate() -> Iterator[None]:
    """Wrap the reset of Django's TransactionTestCase, which pytest-django uses for transactional tests."""
    from django.test import TransactionTestCase

    ordinary = TransactionTestCase._fixture_teardown

    def reset(case: Any) -> None:
        with lowered_fence():
            ordinary(case)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", reset)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def signing_keys() -> None:
    """What `manage.py setup` makes."""
    from django.conf import settings

    from fedart_site.server_key import make_server_key

    make_server_key(Path(settings.LEDGER_KEY_FILE))
    make_server_key(Path(settings.SERVER_KEY_FILE))
