"""Who allows what at a given time: the questions that the gates ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists

from consent.ledger.canonical import parse_canonical
from consent.models import Notice, Statement
from consent.policy import Decision, Standing, standing
from consent.purposes import purpose_of
from consent.selectors.in_force import is_paused, paused_at
from consent.selectors.restrictions import restricted_at


@dataclass(frozen=True)
class Grant:
    """A permission in force. `terms` are those the artist signed (base, smallest cohort, ...)."""

    statement_id: UUID
    artist_id: int
    purpose: str
    granted_at: datetime
    expires_at: datetime
    terms: Mapping[str, Any]
    entry_index: int


@dataclass(frozen=True)
class Summary:
    """Where an artist stands on one purpose, for pages: `state` as in `consent.policy.Standing`."""

    purpose: str
    state: str
    since: datetime | None
    expires_at: datetime | None
    statement_id: UUID | None
    paused: bool = False

    @property
    def granted(self) -> bool:
        """Whether it stands granted; whether it is used, too, says `in_force`."""
        return self.state == "granted"

    @property
    def in_force(self) -> bool:
        return self.granted and not self.paused


def live_grant(
    *, artist_id: int, purpose: str, at: datetime, terms: Mapping[str, Any] | None = None
) -> Grant | None:
    """The grant of this artist for this purpose in force at `at`, or None; `terms` as in `live_grants`."""
    return live_grants(purpose=purpose, at=at, artist_ids=[artist_id], terms=terms).get(artist_id)


def live_grants(
    *,
    purpose: str,
    at: datetime,
    artist_ids: Iterable[int] | None = None,
    terms: Mapping[str, Any] | None = None,
) -> dict[int, Grant]:
    """All grants in force at `at` by artist id; of `artist_ids` only, where given. Two queries, however many artists.
    Who paused everything, or whose processing is restricted at `at` (Art. 18), is left out, whatever she granted.

    With `terms`, only grants that were signed under exactly these terms: a yes to one base and one smallest cohort
    is no yes to others.
    """
    major = _major_at(purpose=purpose, at=at)
    found = {}
    for statement in _latest_statements(purpose=purpose, at=at, artist_ids=artist_ids):
        if not standing([as_decision(statement)], at=at, current_major=major).in_force:
            continue
        grant = as_grant(statement)
        if terms is None or grant.terms == terms:
            found[statement.artist_id] = grant
    return found


def consent_summary(*, artist_id: int, at: datetime, purpose: str) -> Summary:
    """Where this artist stands on this purpose at `at`."""
    statement = last_statement(artist_id=artist_id, purpose=purpose, at=at)
    stands = standing_of(statement, purpose=purpose, at=at)
    return Summary(
        paused=is_paused(artist_id=artist_id, at=at) is not None,
        purpose=purpose,
        state=stands.state,
        since=statement.recorded_at if statement else None,
        expires_at=stands.expires_at,
        statement_id=statement.pk if statement else None,
    )


def standing_of(statement: Statement | None, *, purpose: str, at: datetime) -> Standing:
    """The standing that follows from the statement that stands last at `at`."""
    decisions = [as_decision(statement)] if statement else []
    return standing(decisions, at=at, current_major=_major_at(purpose=purpose, at=at))


def last_statement(*, artist_id: int, purpose: str, at: datetime | None = None) -> Statement | None:
    """The statement that stands last in the ledger for this artist and purpose (recorded by `at`, where
    given)."""
    mine = Statement.objects.filter(artist_id=artist_id, purpose=purpose).select_related("notice")
    if at is not None:
        mine = mine.filter(recorded_at__lte=at)
    return mine.order_by("-entry").first()


def current_notice(*, name: str, at: datetime, language: str = "en") -> Notice | None:
    """The text in force at `at`."""
    texts = Notice.objects.filter(name=name, language=language, valid_from__lte=at)
    return texts.order_by("-valid_from", "-entry").first()


def as_decision(statement: Statement) -> Decision:
    """What the policy needs to know of a statement."""
    return Decision(
        entry_index=statement.entry_id,
        status=statement.status,
        recorded_at=statement.recorded_at,
        notice_major=statement.notice.major,
    )


def as_grant(statement: Statement) -> Grant:
    """A statement known to be in force, as other apps see it."""
    assert statement.expires_at is not None
    return Grant(
        statement_id=statement.pk,
        artist_id=statement.artist_id,
        purpose=statement.purpose,
        granted_at=statement.recorded_at,
        expires_at=statement.expires_at,
        terms=parse_canonical(bytes(statement.document))["terms"],
        entry_index=statement.entry_id,
    )


def _latest_statements(
    *, purpose: str, at: datetime, artist_ids: Iterable[int] | None
) -> Iterable[Statement]:
    said = Statement.objects.filter(purpose=purpose, recorded_at__lte=at).select_related("notice")
    said = said.filter(~Exists(paused_at(at)), ~restricted_at(at))
    if artist_ids is not None:
        said = said.filter(artist_id__in=list(artist_ids))
    return said.order_by("artist_id", "-entry").distinct("artist_id")


def _major_at(*, purpose: str, at: datetime) -> int:
    notice = current_notice(name=purpose_of(purpose).notice, at=at)
    return notice.major if notice else 0
