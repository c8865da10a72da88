"""One worker at a time for one piece of work, whoever else was sent the same task."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

LOCK_SPACE = 0x66617264  # of the desk's work; the gallery has its own


@contextmanager
def sole_worker(work_id: UUID) -> Iterator[bool]:
    """Hold the lock of this piece of work; yields False at once where another living worker has it.

    PostgreSQL frees the lock when the session that holds it dies, so a killed worker blocks nobody.
    """
    key = work_id.int % 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, key])
        row = cursor.fetchone()
    held = bool(row and row[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, key])
