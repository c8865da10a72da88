"""Consent records as a compliance officer asks for them: by artist, purpose, status, period, or as of a
time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from consent.ledger.statement import GIVEN
from consent.models import Statement
from consent.purposes import PURPOSES
from consent.selectors.grants import current_notice
from consent.selectors.in_force import later_than, paused_at
from consent.selectors.restrictions import restricted_at

PAGE = 50
IN_FORCE = "in-force"
TIMES = ("since", "until", "as_of")


@dataclass(frozen=True)
class RecordFilter:
    """What is asked for. `status` is a statement's status or `in-force`; `notice` is `name version`; times are aware;
    empty means everything."""

    artist: str = ""
    purpose: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None
    notice: str = ""

    def as_json(self) -> dict[str, str]:
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items() if v}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "RecordFilter":
        times = {name: datetime.fromisoformat(values[name]) for name in TIMES if name in values}
        return cls(**dict(values) | times)


def records(chosen: RecordFilter, *, now: datetime) -> QuerySet[Statement]:
    """The statements that fit, newest first, each with `holds`: was it in force at `as_of` (or now)?"""
    at = chosen.as_of or now
    found = Statement.objects.filter(recorded_at__lte=at).select_related(
        "artist__consent_subject", "notice", "entry", "key"
    )
    if chosen.artist:
        found = found.filter(
            Q(artist__consent_subject__urn=chosen.artist) | Q(artist__email__icontains=chosen.artist)
        )
    if chosen.purpose:
        found = found.filter(purpose=chosen.purpose)
    if chosen.notice:
        name, _, version = chosen.notice.partition(" ")
        found = found.filter(notice__name=name, notice__version=version)
    if chosen.since:
        found = found.filter(recorded_at__gte=chosen.since)
    if chosen.until:
        found = found.filter(recorded_at__lt=chosen.until)
    found = found.annotate(holds=_holds(at))
    if chosen.status == IN_FORCE:
        found = found.filter(holds=True)
    elif chosen.status:
        found = found.filter(status=chosen.status)
    return found.order_by("-entry")


def page_of(
    found: QuerySet[Statement], *, before: int | None, size: int = PAGE, ascending: bool = False
) -> tuple[list[Statement], int | None]:
    """(one page, the `before` of the next page or None): keyset paging by ledger index, steady while rows are added.

    Newest first; with `ascending` in the order of the ledger, and `before` is the last index of the page before."""
    found = found.order_by("entry" if ascending else "-entry")
    if before is not None:
        found = found.filter(entry__gt=before) if ascending else found.filter(entry__lt=before)
    rows = list(found[: size + 1])
    more = len(rows) > size
    return rows[:size], rows[size - 1].entry_id if more else None


def _holds(at: datetime) -> Exists:
    """The policy of consent/policy.py in SQL: the last word, a grant, not expired, under a notice still
    current."""
    current = Q(pk__in=[])
    for purpose in PURPOSES.values():
        notice = current_notice(name=purpose.notice, at=at)
        current |= Q(purpose=purpose.code, notice__major__gte=notice.major if notice else 0)
    live = Statement.objects.filter(current, pk=OuterRef("pk"), status=GIVEN, expires_at__gt=at)
    return Exists(live.filter(~Exists(later_than(at)), ~Exists(paused_at(at)), ~restricted_at(at)))
