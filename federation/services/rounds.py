"""A round is opened, devices join it, and its cohort is drawn."""

import random
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from consent.services import append_entry
from federation import budgets, queue, states
from federation.eligibility import Facts, Verdict, judge
from federation.gate import consenting
from federation.models import AdapterVersion, Campaign, Device, Participation, Round
from federation.protocol import manifest as manifests
from federation.protocol import roster as rosters
from federation.protocol.errors import refusal
from federation.record import transcript_of
from federation.services import budget
from federation.services.safety import refuse_unsafe_scheme
from federation.signing import server_key
from federation.terms import manifest_of, server_of

# Reasons that a device may give for leaving a round by itself.
LEAVING = ("paused-by-artist", "training-failed", "refused-by-agent", "no-pictures", "interrupted", "other")
BEFORE_DRAW = ("invited", "training", "ready")


@transaction.atomic
def open_round(*, campaign: Campaign, at: datetime) -> Round:
    """Opens the next round of a running campaign and invites every eligible device, one per artist."""
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("base").get(pk=campaign.pk)
    if campaign.state != "running":
        raise refusal("campaign-state", f"It is {campaign.state}.")
    refuse_unsafe_scheme(campaign.scheme)
    previous = AdapterVersion.objects.filter(campaign=campaign).order_by("-number").first()
    if previous is None:
        raise refusal("campaign-state", "It has no version 0.")
    round_id = uuid.uuid4()
    privacy = budget.admitted_noise(campaign)
    manifest = manifest_of(campaign=campaign, round_id=round_id, previous=previous, at=at, privacy=privacy)
    signed = manifests.signed(manifest, server_key())
    last = Round.objects.filter(campaign=campaign).order_by("-number").first()
    try:
        with transaction.atomic():
            round_ = Round.objects.create(
                id=round_id,
                campaign=campaign,
                number=last.number + 1 if last else 1,
                previous=previous,
                opened_at=at,
                stage_began_at=at,
                deadline=manifest.deadlines["training"],
                manifest=signed["manifest"],
                manifest_signature=signed["signature"],
                manifest_hash=manifest.hash().hex(),
            )
    except IntegrityError:
        raise refusal("round-under-way") from None
    states.begin(round_, at=at)
    append_entry(
        kind="round",
        body={
            "round": str(round_id),
            "campaign": str(campaign.id),
            "manifest": round_.manifest_hash,
            "event": "opened",
        },
        at=at,
    )
    invite(round_=round_, at=at)
    return round_


def invite(*, round_: Round, at: datetime, device: Device | None = None) -> int:
    """Invites whoever is eligible and not yet there: all devices, or the one that just called. Counts them."""
    devices = Device.objects.exclude(state="withdrawn").order_by("artist_id", "-last_seen_at")
    if device is not None:
        devices = devices.filter(pk=device.pk)
    else:
        devices = devices.filter(state="active", last_seen_at__isnull=False)
    found = list(devices)
    granted = consenting(campaign=round_.campaign, artist_ids=[one.artist_id for one in found], at=at)
    spent = budgets.over_cap(campaign=round_.campaign, artist_ids=granted)
    taking_part: set[int | None] = set(round_.participations.values_list("artist_id", flat=True))
    invited = 0
    for one in found:
        verdict = judge(_facts(one, round_, granted, taking_part, at, spent))
        if not verdict.ok:
            continue
        taking_part.add(one.artist_id)
        part, made = Participation.objects.get_or_create(
            round=round_, artist_id=one.artist_id, defaults={"device": one, "invited_at": at}
        )
        if made:
            states.begin(part, at=at)
            invited += 1
    return invited


def _facts(
    device: Device, round_: Round, granted: Iterable[int], taking_part: set[int | None], at: datetime,
    spent: frozenset[int],
) -> Facts:  # fmt: skip
    return Facts(
        device_state=device.state,
        reported_state=device.reported_state,
        has_live_grant=device.artist_id in granted,
        artist_takes_part=device.artist_id in taking_part,
        window_open=round_.state == "training" and round_.deadline is not None and at < round_.deadline,
        over_cap=device.artist_id in spent,
    )


def judge_part(*, part: Participation, at: datetime) -> Verdict:
    """May this device begin to train now? Everything is read again, whatever the invitation said."""
    assert part.device is not None
    granted = consenting(campaign=part.round.campaign, artist_ids=[part.device.artist_id], at=at)
    spent = budgets.over_cap(campaign=part.round.campaign, artist_ids=granted)
    return judge(_facts(part.device, part.round, granted, set(), at, spent))


def take_step(*, part: Participation, to: str, at: datetime, reason: str = "") -> Participation:
    """invited → training (join), training → ready (ready), or anything before the draw → dropped (drop).

    Repeating it is harmless. Raises Refusal `not-eligible`, `stage-over` or `round-over`.
    """
    if part.state == to:
        return part
    if part.round.state not in states.OPEN:
        raise refusal("round-over")
    if to == "training":
        if part.state in BEFORE_DRAW[1:]:
            return part
        verdict = judge_part(part=part, at=at)
        if not verdict.ok:
            raise refusal("not-eligible", " ".join(verdict.sentences))
    try:
        states.move(part, to=to, at=at, reason=reason, moved_at=at)
    except (states.IllegalMove, states.LostRace):
        raise refusal("stage-over", f"The device is {part.state}.") from None
    if to != "training":
        queue.advance(part.round_id)
    return part


def draw_cohort(*, round_: Round, at: datetime) -> Round:
    """The gate "cohort": reads consent again, draws among those who are ready, and signs the roster.

    Runs inside the caller's transaction, with the round locked. Aborts the round when too few are left.
    """
    ready = list(
        round_.participations.select_for_update(of=("self",)).select_related("device").filter(state="ready")
    )
    granted = consenting(campaign=round_.campaign, artist_ids=[part.artist_id for part in ready], at=at)
    spent = budgets.over_cap(campaign=round_.campaign, artist_ids=granted)
    gone = [part for part in ready if part.device is None or part.device.state == "withdrawn"]
    barred = [part for part in ready if part not in gone and part.artist_id not in granted]
    capped = [part for part in ready if part not in gone and part.artist_id in spent]
    able = [part for part in ready if part not in (*gone, *barred, *capped)]
    states.move_all(gone, to="dropped", at=at, reason="device-withdrawn", moved_at=at)
    states.move_all(barred, to="dropped", at=at, reason="no-live-grant", moved_at=at)
    states.move_all(capped, to="dropped", at=at, reason="over-cap", moved_at=at)
    if len(able) < round_.campaign.min_cohort:
        return abort(round_=round_, reason="cohort-too-small", at=at)
    random.SystemRandom().shuffle(able)
    drawn, rest = able[: round_.campaign.max_cohort], able[round_.campaign.max_cohort :]
    states.move_all(rest, to="not_drawn", at=at, moved_at=at)
    for state, why in (("invited", "never-joined"), ("training", "not-ready")):
        late = list(round_.participations.select_for_update(of=("self",)).filter(state=state))
        states.move_all(late, to="dropped", at=at, reason=why, moved_at=at)
    states.move_all(drawn, to="rostered", at=at, moved_at=at)
    return _begin_interactive(round_, drawn, at)


def _begin_interactive(round_: Round, drawn: list[Participation], at: datetime) -> Round:
    devices = [part.device for part in drawn if part.device is not None]
    roster = rosters.Roster(
        round_id=round_.id,
        manifest_hash=bytes.fromhex(round_.manifest_hash),
        keys={device.id: bytes(device.public_key) for device in devices},
    )
    signed = rosters.signed(roster, server_key())
    return states.move(
        round_,
        to="advertising",
        at=at,
        data={"cohort": len(devices)},
        cohort_size=len(devices),
        roster=signed["roster"],
        roster_signature=signed["signature"],
        session=server_of(round_).open(roster.keys),
        stage_began_at=at,
        deadline=at + timedelta(seconds=round_.campaign.stage_s),
    )


def abort(*, round_: Round, reason: str, at: datetime, data: Mapping[str, Any] | None = None) -> Round:
    """Ends the round without a version. Its uploads are thrown away (services.sweep), nothing of it is used."""
    left = round_.participations.select_for_update(of=("self",)).exclude(
        state__in=("counted", "not_drawn", "dropped")
    )
    states.move_all(list(left), to="dropped", at=at, reason="round-aborted", moved_at=at)
    append_entry(
        kind="round",
        body={"round": str(round_.id), "event": "aborted", "reason": reason},
        at=at,
    )
    kept = transcript_of(round_, outcome="aborted", reason=reason)
    changes = {"deadline": None, "finished_at": at, "transcript": kept}
    return states.move(round_, to="aborted", at=at, reason=reason, data=data, **changes)
