"""SIGKILL at every point of a piece of work, without a process: before each write, and right after each commit.

A point is a statement that writes to the database, the end of a transaction, or a write to storage. `survives` kills
the work at each of them in turn, lets it be done again as the next process would, and holds what is there then against
what is there when nobody was killed.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection, transaction

WRITES = ("INSERT", "UPDATE", "DELETE", "RELEASE")


class Killed(BaseException):
    """What stands for SIGKILL: nothing catches it."""


class Crash:
    """Counts the points that pass; dies at number `at`."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def point(self) -> None:
        if self.passed == self.at:
            raise Killed
        self.passed += 1

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(WRITES):
            self.point()
        return execute(sql, params, many, context)

    @contextmanager
    def lurking(self) -> Iterator[None]:
        """Inside, the process dies at the chosen point."""
        save, delete = FileSystemStorage._save, FileSystemStorage.delete

        def saving(storage: Any, name: str, content: Any) -> Any:
            self.point()
            return save(storage, name, content)

        def deleting(storage: Any, name: str) -> None:
            self.point()
            delete(storage, name)

        with ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setattr(FileSystemStorage, "_save", saving)
            patch.setattr(FileSystemStorage, "delete", deleting)
            stack.enter_context(connection.execute_wrapper(self.statement))
            yield


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the database inside never happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def survives(work: Callable[[], Any], seen: Callable[[], Any]) -> int:
    """Does `work` once for good, after it survived death at each of its points. How many points it has."""
    with undone():
        work()
        expected = seen()
    at, died = 0, True
    while died:
        with undone():
            died = _dies(work, at)
            if died:
                work()
            assert seen() == expected, f"killed at point {at}"
        at += died
    work()
    return at


def _dies(work: Callable[[], Any], at: int) -> bool:
    try:
        with Crash(at).lurking():
            work()
    except Killed:
        return True
    return False
