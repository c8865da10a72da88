"""Laptops fall asleep at every stage: the round goes on while enough are left, else it ends in order."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from federation.protocol.steps import Step
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")
STEPS = tuple(Step)


def later(round_: Any) -> Any:
    """Just after the deadline of the stage."""
    round_.refresh_from_db()
    return round_.deadline + timedelta(milliseconds=1)


def ready_round(count: int, **terms: Any) -> tuple[list[w.Agent], Any]:
    campaign = w.make_campaign(**terms)
    agents = w.cohort(count)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    return agents, w.advance(round_.id)


@pytest.mark.parametrize("asleep_at", STEPS)
def test_one_of_four_falls_asleep(asleep_at: Step) -> None:
    """After the cohort is drawn with one to spare, the round publishes whichever step is missed."""
    agents, round_ = ready_round(4)
    for step in STEPS:
        awake = agents[:3] if step >= asleep_at else agents
        state = round_.state
        round_ = w.run_step(awake, round_.id, step)
        if len(awake) < 4 and step == asleep_at:
            assert round_.state == state  # it waits
            round_ = w.advance(round_.id, later(round_))
    assert w.aggregate(round_.id).state == "published"
    asleep = agents[3].artist.participations.get()
    if asleep_at > Step.MASKED_INPUT:
        assert asleep.state == "counted"  # the update was sent; only later answers are missing
    else:
        assert (asleep.state, asleep.state_reason) == ("dropped", "no-answer")


@pytest.mark.parametrize("asleep_at", STEPS)
def test_most_fall_asleep(asleep_at: Step) -> None:
    """Too few are left at that step: the round ends with the reason, and nothing of it is left or handed out."""
    from federation.models import AdapterVersion, Message, Participation
    from federation.services.sweep import tick
    from federation.store import updates

    agents, round_ = ready_round(3)
    for step in STEPS[: STEPS.index(asleep_at)]:
        w.run_step(agents, round_.id, step)
    agents[0].take(round_.id, asleep_at, w.update_of(0) if asleep_at is Step.MASKED_INPUT else None)
    at = later(round_)
    round_ = w.advance(round_.id, at)
    assert (round_.state, round_.state_reason) == ("aborted", "too-few-left")
    assert round_.transcript["sections"][-1][0] == "outcome"
    tick(at=at)
    assert not updates().exists(str(round_.id))
    assert not AdapterVersion.objects.filter(number=1).exists()
    assert set(Participation.objects.values_list("state", flat=True)) == {"dropped"}
    assert Message.objects.exists()  # that something came stays on record, what it was does not
    for step in STEPS[1:]:
        assert agents[0].get(f"rounds/{round_.id}/inbox/{step.slug}").json()["code"] == "round-over"


def test_what_a_late_process_wrote_goes_too() -> None:
    """A worker that was still writing when the round ended leaves a file; a quarter of an hour later it is gone."""
    from federation.services.rounds import abort
    from federation.services.sweep import LATE_WRITES, tick
    from federation.store import put_bytes, update_name, updates

    _, round_ = ready_round(3)
    at = timezone.now()
    abort(round_=round_, reason="by-operator", at=at)
    tick(at=at)
    put_bytes(updates(), update_name(round_.id, "0" * 64), b"late")
    tick(at=at + timedelta(minutes=1))
    assert updates().exists(str(round_.id))
    tick(at=at + LATE_WRITES)
    assert not updates().exists(str(round_.id))


def test_the_stage_waits_until_its_deadline() -> None:
    agents, round_ = ready_round(4)
    assert w.run_step(agents[:3], round_.id, Step.ADVERTISE_KEYS).state == "advertising"
    assert w.advance(round_.id, later(round_)).state == "sharing"


def test_too_few_left_end_the_round_at_once() -> None:
    """Nobody waits for a deadline that cannot help, and nothing of the round can be used."""
    from federation.models import Message
    from federation.services.sweep import clear_uploads
    from federation.store import updates

    agents, round_ = ready_round(3)
    for step in STEPS[:2]:
        w.run_step(agents, round_.id, step)
    agents[0].take(round_.id, Step.MASKED_INPUT, w.update_of(0))
    for agent in agents[1:]:
        assert agent.post(f"rounds/{round_.id}/drop", {"reason": "interrupted"}).status_code == 200
    round_ = w.advance(round_.id)
    assert (round_.state, round_.state_reason) == ("aborted", "too-few-left")
    name = Message.objects.get(step="masked-input").storage_name
    assert updates().exists(name)
    clear_uploads(round_=round_, at=timezone.now())
    assert not updates().exists(name)
    assert agents[0].get(f"rounds/{round_.id}/inbox/unmask").json()["code"] == "round-over"


def test_not_enough_ready_at_the_deadline() -> None:
    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    agents[0].get_ready(round_.id)
    agents[1].post(f"rounds/{round_.id}/join")
    assert w.advance(round_.id).state == "training"
    round_ = w.advance(round_.id, later(round_))
    assert (round_.state, round_.state_reason) == ("aborted", "cohort-too-small")


def test_those_who_train_are_waited_for() -> None:
    """Enough are ready, but one is still at it: the window stays open until it is ready, or over."""
    campaign = w.make_campaign()
    agents = w.cohort(4)
    round_ = w.open_round(campaign)
    for agent in agents[:3]:
        agent.get_ready(round_.id)
    agents[3].post(f"rounds/{round_.id}/join")
    assert w.advance(round_.id).state == "training"
    agents[3].post(f"rounds/{round_.id}/drop", {"reason": "paused-by-artist"})
    assert w.advance(round_.id).state == "advertising"


def test_silent_devices_are_not_waited_for() -> None:
    """A machine that was not heard of for a while does not hold the others up."""
    from federation.models import Device

    campaign = w.make_campaign()
    agents = w.cohort(4)
    round_ = w.open_round(campaign)
    for agent in agents[:3]:
        agent.get_ready(round_.id)
    assert w.advance(round_.id).state == "training"
    Device.objects.filter(pk=agents[3].device.pk).update(last_seen_at=timezone.now() - timedelta(minutes=5))
    assert w.advance(round_.id).state == "advertising"


def test_more_ready_than_wanted() -> None:
    """Above the largest cohort it is drawn by lot; the others are told so."""
    agents, round_ = ready_round(4, max_cohort=3)
    round_.refresh_from_db()
    states = sorted(agent.artist.participations.get().state for agent in agents)
    assert states == ["not_drawn", "rostered", "rostered", "rostered"]
    assert round_.cohort_size == 3


def test_a_device_withdrawn_in_the_middle() -> None:
    agents, round_ = ready_round(4)
    w.run_step(agents, round_.id, Step.ADVERTISE_KEYS)
    from federation.services.withdraw import withdraw_device

    withdraw_device(device=agents[3].device, at=timezone.now())
    assert w.run_step(agents[:3], round_.id, Step.SHARE_KEYS).state == "collecting"


def test_an_erased_device_after_the_upload() -> None:
    """Its row is gone, its update is in the sum all the same, and the round does not trip over it."""
    agents, round_ = ready_round(4)
    for step in STEPS[:3]:
        w.run_step(agents, round_.id, step)
    agents[3].device.delete()
    assert w.run_step(agents[:3], round_.id, Step.CONSISTENCY).state == "confirming"
    assert w.advance(round_.id, later(round_)).state == "unmasking"
    assert w.run_step(agents[:3], round_.id, Step.UNMASK).state == "aggregating"
    round_ = w.aggregate(round_.id)
    assert (round_.state, round_.survivors) == ("published", 4)
