"""What is allowed at a given time, folded from what was said. Pure: decisions and a time in, a grant or None
out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from consent.ledger.statement import GIVEN, REFUSED, WITHDRAWN

VALIDITY_MONTHS = 12


@dataclass(frozen=True)
class Decision:
    """One statement on one purpose, as the ledger took it: `entry_index` is its place in the one true
    order."""

    entry_index: int
    status: str
    recorded_at: datetime
    notice_major: int


@dataclass(frozen=True)
class Standing:
    """Where a person stands on one purpose: `state` is not-asked, granted, refused, revoked, expired or
    ask-again."""

    state: str
    last: Decision | None = None
    expires_at: datetime | None = None

    @property
    def in_force(self) -> bool:
        return self.state == "granted"


def last_decision(decisions: Iterable[Decision], *, at: datetime) -> Decision | None:
    """The decision that counts at `at`: of those already recorded, the one that stands last in the ledger."""
    known = [decision for decision in decisions if decision.recorded_at <= at]
    return max(known, key=lambda decision: decision.entry_index, default=None)


def standing(decisions: Iterable[Decision], *, at: datetime, current_major: int) -> Standing:
    """Fold all decisions on one purpose. A later refusal or withdrawal always wins; a grant ends after twelve
    months (`expired`) or when the notice has a newer major version (`ask-again`)."""
    last = last_decision(decisions, at=at)
    if last is None:
        return Standing("not-asked")
    if last.status in (REFUSED, WITHDRAWN):
        return Standing("refused" if last.status == REFUSED else "revoked", last)
    if last.status != GIVEN:
        raise ValueError(f"unknown status {last.status}")
    expires_at = expiry(last.recorded_at)
    if at >= expires_at:
        return Standing("expired", last, expires_at)
    if last.notice_major < current_major:
        return Standing("ask-again", last, expires_at)
    return Standing("granted", last, expires_at)


def expiry(granted_at: datetime) -> datetime:
    """Twelve calendar months later at the same time of day; 29 February becomes 28 February."""
    year, month = divmod(granted_at.month - 1 + VALIDITY_MONTHS, 12)
    year += granted_at.year
    day = granted_at.day
    while True:
        try:
            return granted_at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            day -= 1


def major(version: str) -> int:
    """The major number of a notice version such as `3.1`."""
    return int(version.split(".", 1)[0])
