"""What ends by itself in the consent room, and when."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet

from consent.holdings.kinds import RetentionRule

CLAIMS = timedelta(days=3 * 365)


def _rows(model: str, **where: Any) -> QuerySet[Any]:
    return apps.get_model(model)._base_manager.filter(**where)


def _ended_statements(at: datetime) -> QuerySet[Any]:
    """Statements whose effect ended before `at`: expired, or followed by a later one on the same purpose."""
    later = _rows("consent.Statement", artist=OuterRef("artist"), purpose=OuterRef("purpose"))
    later = later.filter(entry__gt=OuterRef("entry"), recorded_at__lt=at)
    expired = _rows("consent.Statement", expires_at__lt=at)
    return expired | _rows("consent.Statement").filter(Exists(later))


RETENTION = [
    RetentionRule(
        "drafts",
        "Statements prepared and not signed",
        timedelta(days=1),
        "GDPR 5(1)(e): of no use after ten minutes",
        lambda at: _rows("consent.Draft", expires_at__lt=at),
        hold="artist",
    ),
    RetentionRule(
        "statements",
        "Statements that ended",
        CLAIMS,
        "limitation of civil claims",
        _ended_statements,
        hold="artist",
    ),
    RetentionRule(
        "sealed-statements",
        "Sealed statements of erased accounts",
        timedelta(0),
        "limitation of civil claims",
        lambda at: _rows("consent.SealedStatements", delete_after__lt=at),
        words="3 years after",
    ),
    RetentionRule(
        "access-log",
        "Looks of staff",
        CLAIMS,
        "GDPR 5(2)",
        lambda at: _rows("consent.AccessLog", at__lt=at),
        hold="artist",
    ),
    RetentionRule(
        "requests",
        "Answered requests",
        CLAIMS,
        "limitation of civil claims",
        lambda at: _rows("consent.SubjectRequest", closed_at__lt=at),
        hold="artist",
    ),
    RetentionRule(
        "exports",
        "Rows of exported files",
        CLAIMS,
        "GDPR 5(2)",
        lambda at: _rows("consent.ConsentExport", state__in=("expired", "failed"), asked_at__lt=at),
    ),
    RetentionRule(
        "retention-runs",
        "Reports of retention runs",
        CLAIMS,
        "GDPR 5(2)",
        lambda at: _rows("consent.RetentionRun", began_at__lt=at),
    ),
]
