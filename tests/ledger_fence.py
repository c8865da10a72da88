"""Empty the ledger between transactional tests, openly.

Django resets such tests with TRUNCATE, which the fence around `consent_entry` refuses to everybody. So the reset,
and nothing else, lowers the fence as the owner of the table and raises it again; no code of the product can.
A session that is left with a lowered fence would make the attack tests fail.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

TRIGGERS = ("consent_entry_link", "consent_entry_no_change", "consent_entry_no_truncate")


@contextmanager
def lowered_fence() -> Iterator[None]:
    """No triggers on the ledger inside this block; outside they hold ALWAYS."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_entry DISABLE TRIGGER USER")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name in TRIGGERS:
                cursor.execute(f"ALTER TABLE consent_entry ENABLE ALWAYS TRIGGER {name}")


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
