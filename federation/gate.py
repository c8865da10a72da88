"""Whose consent holds for the terms of a campaign: the one question that every gate of a round asks."""

from collections.abc import Iterable
from datetime import datetime

from consent.purposes import TRAIN_SHARED
from consent.selectors import live_grants
from federation.models import Campaign
from federation.terms import terms_of


def consenting(*, campaign: Campaign, artist_ids: Iterable[int | None], at: datetime) -> frozenset[int]:
    """Those of `artist_ids` whose yes to exactly this campaign's terms is in force at `at`; a fixed number of queries.

    A yes to other terms (another base, a smaller cohort) is no yes to these. None, an erased artist, is nobody.
    """
    asked = [one for one in artist_ids if one is not None]
    return frozenset(live_grants(purpose=TRAIN_SHARED, at=at, artist_ids=asked, terms=terms_of(campaign)))
