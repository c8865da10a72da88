"""A round goes on: when everybody has answered, or the deadline has passed, and enough are left.

`advance` may be called at any time, any number of times, by any process: it locks the round's row, looks, and does
what is due in one transaction. A process killed in the middle leaves the row as it was.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from federation import queue, states
from federation.gate import consenting
from federation.models import Fold, Message, Participation, Round
from federation.protocol.errors import Refusal
from federation.services import aggregate
from federation.services.deliver import delivered
from federation.services.intake import STAGES, Stage
from federation.services.rounds import abort, draw_cohort
from federation.services.safety import allowed
from federation.terms import server_of

NUDGE_S = 10
STALLED = timedelta(minutes=30)
"""How long the server may try its own work in a round without finishing a piece of it."""
LATE = ("confirmed", "unmasked")  # who misses these answers is in the sum all the same
SILENT_AFTER_S = 90  # idle agents are asked to call at least once a minute


@transaction.atomic
def advance(*, round_id: UUID, at: datetime) -> Round:
    """Moves the round by at most one stage, when that stage is over; else leaves it alone."""
    rows = Round.objects.select_for_update(of=("self",), no_key=True).select_related("campaign__base")
    round_ = rows.get(pk=round_id)
    if round_.state in states.OPEN and not allowed(str(round_.manifest["scheme"])):
        return abort(round_=round_, reason="scheme-unsafe", at=at)  # opened before this became production
    if round_.state == "training":
        return _end_training(round_, at)
    if round_.state in STAGES:
        return _end_stage(round_, STAGES[round_.state], at)
    if round_.state in ("aggregating", "publishing"):
        return _nudge(round_, at)
    return round_


def _past(round_: Round, at: datetime) -> bool:
    return round_.deadline is not None and at >= round_.deadline


def _end_training(round_: Round, at: datetime) -> Round:
    """Over at the deadline, or as soon as enough are ready and nobody who is awake is still at it."""
    ready = round_.participations.filter(state="ready").count()
    if not _past(round_, at) and (ready < round_.campaign.min_cohort or waiting_for(round_, at)):
        return round_
    return draw_cohort(round_=round_, at=at)


def waiting_for(round_: Round, at: datetime) -> int:
    """How many may still become ready: who trains, and who is invited, not paused and was seen a moment ago."""
    training = round_.participations.filter(state="training")
    invited = round_.participations.filter(
        state="invited", device__last_seen_at__gt=at - timedelta(seconds=SILENT_AFTER_S)
    ).exclude(device__reported_state__in=("paused", "error"))
    return training.count() + invited.count()


def _end_stage(round_: Round, stage: Stage, at: datetime) -> Round:
    answered = round_.participations.filter(state=stage.after).count()
    pending = round_.participations.filter(state=stage.before).count()
    if answered + pending >= round_.campaign.threshold:
        if not delivered(round_):
            return _nudge(round_, at)  # nobody can answer yet, so nobody is late
        if pending and not _past(round_, at):
            return round_
    return _close(round_, stage, at)


def _close(round_: Round, stage: Stage, at: datetime) -> Round:
    """Closes the step in the protocol with those who answered; the others drop out, except after the last two."""
    if stage.after == "submitted":
        bar_revoked(round_=round_, at=at)
    if stage.after == "confirmed" and revoked_since_listed(round_=round_, at=at):
        return abort(round_=round_, reason="revoked-before-opening", at=at)
    answers = {
        message.sender: message.facts
        for message in Message.objects.filter(
            participation__round=round_, participation__state=stage.after, step=stage.step.slug
        )
    }
    try:
        session = server_of(round_).close(round_.session, stage.step, answers)
    except Refusal:
        return abort(round_=round_, reason="too-few-left", at=at)
    if stage.after not in LATE:
        late = round_.participations.select_for_update(of=("self",)).filter(state=stage.before)
        states.move_all(list(late), to="dropped", at=at, reason="no-answer", moved_at=at)
    order = tuple(states.ROUND)
    following = order[order.index(round_.state) + 1]
    interactive = following in STAGES
    changes: dict[str, Any] = {"survivors": len(answers)} if stage.after == "submitted" else {}
    states.move(
        round_,
        to=following,
        at=at,
        data={"left": len(answers)},
        session=session,
        stage_began_at=at,
        nudged_at=at,
        deadline=at + timedelta(seconds=round_.campaign.stage_s) if interactive else None,
        **changes,
    )
    if following == "aggregating":
        aggregate.wake(round_)
    else:
        queue.deliver(round_.pk)
    if following == "confirming":
        queue.fold(round_.pk)  # the last batch need not be a full one
    return round_


def revoked_since_listed(*, round_: Round, at: datetime) -> bool:
    """The gate before anything is opened. The list is signed, so nobody can be left out of it any more; where somebody
    on it took her consent back meanwhile, the sum must stay closed."""
    listed = round_.participations.filter(state__in=("submitted", "confirmed"))
    artist_ids = list(listed.values_list("artist_id", flat=True))
    granted = consenting(campaign=round_.campaign, artist_ids=artist_ids, at=at)
    return any(one not in granted for one in artist_ids)


def bar_revoked(*, round_: Round, at: datetime) -> int:
    """The gate before the list is signed, the last moment at which an update can be left out: who revoked is left out.

    A partial sum that already holds such an update is thrown away; the other messages in it are added up again.
    Runs inside the caller's transaction with the round locked. Returns how many were barred.
    """
    parts = list(Participation.objects.select_related("device").filter(round=round_, state="submitted"))
    granted = consenting(campaign=round_.campaign, artist_ids=[part.artist_id for part in parts], at=at)
    revoked = [part for part in parts if part.artist_id not in granted]
    for part in revoked:
        # Waits for a worker that is adding this very message, then sees its fold.
        message = (
            Message.objects.select_for_update(of=("self",))
            .select_related("fold")
            .get(participation=part, step=STAGES["collecting"].step.slug)
        )
        if message.fold is not None:
            message.fold.delete()  # the foreign key sets the messages of this partial sum free again
        Message.objects.filter(pk=message.pk).update(counts=False)
        states.move(part, to="dropped", at=at, reason="revoked-in-time", moved_at=at)
    return len(revoked)


def _nudge(round_: Round, at: datetime) -> Round:
    """Puts the server's own work into its queue again, where nobody seems to be at it; gives up after STALLED."""
    if at >= _last_progress(round_) + STALLED:
        return abort(round_=round_, reason="server-failed", at=at)
    if round_.nudged_at is not None and at < round_.nudged_at + timedelta(seconds=NUDGE_S):
        return round_
    round_.nudged_at = at
    round_.save(update_fields=["nudged_at"])
    if round_.state == "aggregating":
        aggregate.wake(round_)
    else:
        (queue.publish if round_.state == "publishing" else queue.deliver)(round_.pk)
    return round_


def _last_progress(round_: Round) -> datetime:
    """When the server last finished a piece of its own work in this round."""
    last = Fold.objects.filter(round=round_).aggregate(last=Max("made_at"))["last"]
    return max(round_.stage_began_at, last or round_.stage_began_at)
