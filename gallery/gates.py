"""The consent gates of pictures as SQL that is composed once: the wall asks them in every query.

The condition is consent's own (consent.selectors.in_force); composing it takes Django longer than PostgreSQL takes to
answer. Its text depends on the purpose alone, so a process keeps it and only puts the moment in.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from consent.selectors import in_force
from gallery.models import Image

_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


@cache
def _composed(purpose: str) -> tuple[str, tuple[Any, ...]]:
    """The condition on rows of Image, and its values with _MOMENT where the moment belongs."""
    rows = Image.objects.filter(in_force(purpose=purpose, at=_MOMENT)).order_by().values("pk")
    sql, values = rows.query.sql_with_params()
    return sql.partition(" WHERE ")[2], values


def allows(purpose: str, *, at: datetime) -> RawSQL:
    """A condition over Image: has its artist a live grant for this purpose at `at`?"""
    sql, values = _composed(purpose)
    moments = [at if value == _MOMENT else value for value in values]
    return RawSQL(f"({sql})", moments, output_field=BooleanField())
