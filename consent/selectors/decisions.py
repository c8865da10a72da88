"""Where an artist stands on each purpose, as her pages show it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from consent.ledger.canonical import parse_canonical
from consent.models import Statement
from consent.purposes import PURPOSES, Purpose
from consent.selectors.grants import Summary, consent_summary
from consent.selectors.works import works_of
from consent.terms import terms_or_none

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Decision:
    """One purpose and the artist's standing on it. `ends_soon`, `terms_changed` and `works_changed` are reasons to look
    again at a permission that stands; `works_open` says that it covers the folder as it is, and could be narrowed."""

    purpose: Purpose
    stands: Summary
    artist_id: int
    ends_soon: bool = False
    terms_changed: bool = False
    works_changed: bool = False
    works_open: bool = False

    @property
    def look_again(self) -> bool:
        """Whether the page offers to sign anew although a permission stands."""
        return self.ends_soon or self.terms_changed or self.works_changed or self.works_open

    @property
    def revocable(self) -> bool:
        """Whether there is something to take back."""
        return self.stands.state in ("granted", "ask-again", "expired")


def decisions_of(*, artist_id: int, at: datetime) -> list[Decision]:
    """All purposes in the order of the table."""
    return [decision_on(purpose, artist_id=artist_id, at=at) for purpose in PURPOSES.values()]


def decision_on(purpose: Purpose, *, artist_id: int, at: datetime) -> Decision:
    """One of them."""
    stands = consent_summary(artist_id=artist_id, purpose=purpose.code, at=at)
    if not stands.granted or stands.expires_at is None:
        return Decision(purpose, stands, artist_id)
    signed = parse_canonical(bytes(Statement.objects.get(pk=stands.statement_id).document))
    terms = terms_or_none(purpose)
    works = works_of(artist_id=artist_id) if purpose.from_campaign else []
    named = signed["data"].get("works", [])
    return Decision(
        purpose,
        stands,
        artist_id,
        ends_soon=stands.expires_at - at <= SOON,
        terms_changed=terms is not None and signed["terms"] != terms,
        works_changed=bool(works and named) and named != works,
        works_open=bool(works) and not named,
    )


def versions_made_before(decision: Decision) -> Sequence[Any]:
    """The versions in whose sum a device of this artist was counted, oldest first, once the permission is taken back.

    Who knows them is named by the setting CONSENT_VERSIONS_SOURCE: consent knows nothing of rounds.
    """
    if decision.stands.state not in ("revoked", "refused", "expired", "ask-again"):
        return ()
    source: Callable[[int], Sequence[Any]] = import_string(settings.CONSENT_VERSIONS_SOURCE)
    return source(decision.artist_id)
