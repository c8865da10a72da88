"""What beat asks for every two seconds: cheap looks, and work put into queues."""

from datetime import datetime, timedelta

from django.db.models import F, Max, Q, QuerySet

from federation import queue, states
from federation.models import AdapterVersion, Campaign, Round
from federation.protocol.errors import Refusal
from federation.services.rounds import open_round
from federation.services.uploads import forget_abandoned
from federation.store import delete_folder, updates

ASK_AGAIN = timedelta(minutes=2)
GIVE_UP = timedelta(hours=1)
LATE_WRITES = timedelta(minutes=15)
"""Longer than any task or request lives."""


def tick(*, at: datetime) -> int:
    """Looks at every open round, opens due automatic ones, tidies ended ones. Returns how many rounds are open."""
    open_rounds = list(Round.objects.filter(state__in=states.OPEN).values_list("pk", flat=True))
    for pk in open_rounds:
        queue.advance(pk)
    for campaign in Campaign.objects.filter(state="running", automatic=True):
        _open_if_due(campaign, at)
    for round_ in _to_clear(at):
        clear_uploads(round_=round_, at=at)
    forget_abandoned(at=at)
    _ask_for_evaluations(at)
    return len(open_rounds)


def _to_clear(at: datetime) -> QuerySet[Round]:
    """Ended rounds whose files are there, and once more those during whose end a process may have been writing."""
    late = Q(finished_at__lte=at - LATE_WRITES, cleared_at__lt=F("finished_at") + LATE_WRITES)
    return Round.objects.filter(Q(cleared_at=None) | late, state__in=("published", "aborted"))


def _open_if_due(campaign: Campaign, at: datetime) -> None:
    rounds = Round.objects.filter(campaign=campaign)
    if rounds.filter(state__in=states.OPEN).exists():
        return
    if campaign.rounds_wanted and rounds.filter(state="published").count() >= campaign.rounds_wanted:
        return
    ended = rounds.aggregate(last=Max("finished_at"))["last"]
    if ended is not None and at < ended + timedelta(seconds=campaign.pause_between_s):
        return
    try:
        open_round(campaign=campaign, at=at)
    except Refusal:  # another process was faster, or the campaign was just paused
        return


def clear_uploads(*, round_: Round, at: datetime) -> Round:
    """Throws away every message, part, inbox and partial sum, and the mean; their hashes stay as the record.

    The whole folder goes, also what a killed process wrote and no row knows.
    """
    delete_folder(updates(), str(round_.pk))
    Round.objects.filter(pk=round_.pk).update(cleared_at=at)
    return round_


def _ask_for_evaluations(at: datetime) -> None:
    """A version whose evaluation was asked for and never came is asked for again, for an hour."""
    for version in AdapterVersion.objects.filter(evaluation={}, created_at__gt=at - GIVE_UP):
        asked = version.evaluation_asked_at or version.created_at
        if at < asked + ASK_AGAIN:
            continue
        AdapterVersion.objects.filter(pk=version.pk).update(evaluation_asked_at=at)
        queue.evaluate(version.pk)
