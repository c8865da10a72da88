"""Run the retention schedule: delete what has had its time, and report what was left, counted afterwards."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet

from consent.holdings.kinds import RetentionRule
from consent.holdings.registry import retention_rules
from consent.models import EntryBody, RetentionRun
from consent.selectors.holds import held_artists
from consent.services.ledger import append_entry

CHUNK = 500


def run_retention(*, at: datetime, dry: bool = False) -> RetentionRun:
    """Every rule once. Rows of people under a legal hold are passed over and counted. Idempotent: a second run finds
    nothing. With `dry` nothing is deleted and the report says what would be."""
    run = RetentionRun.objects.create(began_at=at, dry=dry)
    held = held_artists(at)
    run.report = [_apply(rule, held=held, at=at, dry=dry) for rule in retention_rules()]
    run.finished_at = at
    with transaction.atomic():
        if not dry and any(line["deleted"] for line in run.report):
            rows = {line["code"]: line["deleted"] for line in run.report if line["deleted"]}
            body = {"erasure": str(run.pk), "event": "retention", "rows": rows}
            run.entry = append_entry(kind="erasure", body=body, at=at)
        run.save()
    return run


def _apply(rule: RetentionRule, *, held: set[int], at: datetime, dry: bool) -> dict[str, Any]:
    found = rule.select(at - rule.period)
    free = found.exclude(**{f"{rule.hold}__in": held}) if rule.hold and held else found
    due, passed_over = free.count(), found.count() - free.count()
    if not dry:
        while keys := list(free.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            _delete(free.model._base_manager.filter(pk__in=keys), rule)
    left = free.count()
    return {
        "code": rule.code,
        "title": rule.title,
        "period": rule.period_text,
        "basis": rule.basis,
        "due": due,
        "held": passed_over,
        "deleted": 0 if dry else due - left,
        "left": left,
    }


def _delete(rows: QuerySet[Any], rule: RetentionRule) -> None:
    """One chunk: files first, so that no file is left that no row names; salts of statements go with them."""
    for row in rows if rule.files else ():
        for column, storage in rule.files.items():
            if name := getattr(row, column):
                storages[storage].delete(name)
    with transaction.atomic():
        if rows.model is apps.get_model("consent.Statement"):
            entries = list(rows.values_list("entry_id", flat=True))
            rows.delete()
            EntryBody.objects.filter(pk__in=entries).delete()
            return
        rows.delete()
