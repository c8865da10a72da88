"""What is left of a person after an erasure, counted from the tables and not from what was meant to happen."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection

from consent.holdings.kinds import UNLINK
from consent.holdings.registry import fate_of, holdings
from consent.models import EntryBody
from consent.services.erased_rows import Plan

# Where the search itself keeps what it looks for, until it has counted.
NOT_SEARCHED = ("consent.Erasure", "consent.Entry", "consent.Node")


def rows_left(plan: Plan) -> list[dict[str, Any]]:
    """One line for each table that held something: rows before, and rows that still belong to or speak of her."""
    lines = []
    for holding in holdings():
        keys = plan.keys.get(holding.model)
        if not keys:
            continue
        left = apps.get_model(holding.model)._base_manager.filter(pk__in=keys)
        if holding.on_erasure == UNLINK:
            left = left.filter(**{f"{holding.person}__isnull": False})
        lines.append(_line(holding.title, holding.model, len(keys), left.count(), fate_of(holding)))
    bodies = EntryBody.objects.filter(pk__in=plan.entry_bodies).count()
    if plan.entry_bodies:
        title = "Bodies and salts of ledger entries"
        lines.append(
            _line(title, "consent.EntryBody", len(plan.entry_bodies), bodies, "deleted; the leaf stays")
        )
    return lines


def _line(title: str, model: str, before: int, after: int, fate: str) -> dict[str, Any]:
    return {"title": title, "model": model, "before": before, "after": after, "fate": fate}


def count_traces(names: Sequence[str]) -> list[dict[str, Any]]:
    """Search every column of every table for the identifiers, as text and as bytes: tables with hits, and how many.

    Reads whole tables: minutes on a large installation, once for each erasure.
    """
    found = []
    for holding in holdings():
        if holding.model in NOT_SEARCHED:
            continue
        rows = _rows_with(apps.get_model(holding.model)._meta.db_table, names)
        if rows:
            found.append({"model": holding.model, "title": holding.title, "rows": rows})
    return found


def _rows_with(table: str, names: Sequence[str]) -> int:
    """How many rows of the table hold one of the names, in any letter case, in text, JSON or bytes."""
    words = [word for name in names for word in (name.lower(), name.encode().hex())]
    if not words:
        return 0
    quoted = connection.ops.quote_name(table)
    condition = " OR ".join(["position(%s in lower(t::text)) > 0"] * len(words))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {quoted} AS t WHERE {condition}", words)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
