"""Consent is read at the gates: when the cohort is drawn, before the list is closed, before a version is published."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from federation.protocol.steps import Step
from tests.federation import world as w
from tests.federation.protocol.terms import small_spec

pytestmark = pytest.mark.usefixtures("world")
SHARED = "fa:TrainSharedAdapter"


def part_of(agent: w.Agent) -> tuple[str, str]:
    part = agent.artist.participations.get()
    return part.state, part.state_reason


def ready_round(agents_wanted: int, **terms: Any) -> tuple[list[w.Agent], Any]:
    """A round in which everybody is ready."""
    campaign = w.make_campaign(**terms)
    agents = w.cohort(agents_wanted)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    return agents, round_


def run_to(agents: list[w.Agent], round_: Any, *steps: Step) -> Any:
    """Draw the cohort, then take these steps."""
    w.advance(round_.id)
    for step in steps:
        round_ = w.run_step(agents, round_.id, step)
    return round_


def published_vector() -> Any:
    from federation import selectors
    from federation.services.publish import tensors_of

    version = selectors.current_version()
    assert version is not None
    tensors = tensors_of(version, small_spec())
    return np.concatenate([tensors[name].ravel() for name, _ in small_spec().tensors])


def test_nobody_is_invited_without_consent() -> None:
    campaign = w.make_campaign()
    for artist in w.make_artists(3, consenting=False):
        w.Agent(artist).enrol().heartbeat()
    assert not w.open_round(campaign).participations.exists()


def test_one_device_for_each_artist() -> None:
    """An artist's whole contribution is one update, however many machines she has."""
    campaign = w.make_campaign()
    artist = w.make_artists(1)[0]
    for name in ("desktop", "laptop"):
        w.Agent(artist, name).enrol().heartbeat()
    assert w.open_round(campaign).participations.count() == 1


def test_a_device_that_wakes_up_is_invited() -> None:
    """Its first call during the training window is early enough; paused ones are left in peace."""
    campaign = w.make_campaign()
    round_ = w.open_round(campaign)
    awake, paused = (w.Agent(artist).enrol() for artist in w.make_artists(2))
    assert awake.heartbeat("idle").json()["rounds"][0]["your_part"] == "invited"
    assert paused.heartbeat("paused").json()["rounds"] == []
    assert paused.post(f"rounds/{round_.id}/join").json()["code"] == "not-in-round"


def test_joining_reads_consent_again() -> None:
    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    w.revoke(agents[0].artist)
    answer = agents[0].post(f"rounds/{round_.id}/join")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-eligible")


def test_the_gate_cohort() -> None:
    """Whoever revoked while training is not drawn; the others go on."""
    agents, round_ = ready_round(4)
    w.revoke(agents[0].artist)
    round_ = w.advance(round_.id)
    assert (round_.state, round_.cohort_size) == ("advertising", 3)
    assert part_of(agents[0]) == ("dropped", "no-live-grant")
    assert str(agents[0].device.id) not in str(round_.roster)


def test_too_few_with_a_live_grant_end_the_round() -> None:
    from federation import selectors

    agents, round_ = ready_round(3)
    w.revoke(agents[0].artist)
    round_ = w.advance(round_.id)
    assert (round_.state, round_.state_reason) == ("aborted", "cohort-too-small")
    version = selectors.current_version()
    assert version is not None
    assert version.number == 0


def test_revoked_in_time_is_left_out_of_the_sum() -> None:
    """Before the list is closed an update can be left out, even when it is in a partial sum already."""
    from federation.services.folding import fold_batch

    agents, round_ = ready_round(3)
    run_to(agents, round_, Step.ADVERTISE_KEYS, Step.SHARE_KEYS)
    for number, agent in enumerate(agents):
        agent.take(round_.id, Step.MASKED_INPUT, w.update_of(number))
    assert fold_batch(round_id=round_.id, at=timezone.now()) == 3
    w.revoke(agents[2].artist)
    assert w.advance(round_.id).state == "confirming"
    assert part_of(agents[2]) == ("dropped", "revoked-in-time")
    for step in (Step.CONSISTENCY, Step.UNMASK):
        w.run_step(agents[:2], round_.id, step)
    assert w.aggregate(round_.id).state == "published"
    mean = np.mean([w.update_of(number) for number in range(2)], axis=0)
    np.testing.assert_allclose(published_vector(), mean, atol=1 / round_.manifest["scale"])


@pytest.mark.parametrize("answers_herself", [True, False])
def test_revoked_after_the_list_is_signed_nothing_is_opened(answers_herself: bool) -> None:
    """Nobody can be left out of a signed list, so the whole sum stays closed; the next round goes on without her."""
    from federation import selectors

    agents, round_ = ready_round(4)
    assert run_to(agents, round_, *list(Step)[:3]).state == "confirming"
    asked = agents if answers_herself else agents[1:]
    for agent in asked:
        agent.take(round_.id, Step.CONSISTENCY)
    w.revoke(agents[0].artist)
    round_ = w.advance(round_.id, timezone.now() + timedelta(days=1))
    assert (round_.state, round_.state_reason) == ("aborted", "revoked-before-opening")
    version = selectors.current_version()
    assert version is not None
    assert version.number == 0
    again = w.open_round(round_.campaign)
    assert set(again.participations.values_list("artist_id", flat=True)) == {a.artist.pk for a in agents[1:]}


def test_revoked_too_late_is_said_on_the_card() -> None:
    """After the list is closed nothing can be taken out; the card says how many, and names nobody."""
    from federation import selectors

    agents, round_ = ready_round(4, min_cohort=4, threshold=3)
    run_to(agents, round_, *Step)
    w.revoke(agents[0].artist)
    assert w.aggregate(round_.id).state == "published"
    version = selectors.current_version()
    assert version is not None
    assert (version.revoked_since, version.card["revoked_after_the_sum"]) == (1, "fewer than 5")
    assert agents[0].artist.email not in str(version.card)
    page = agents[0].http.get(f"/versions/{version.campaign_id}/1/").content.decode()
    assert "revoked before it was published" in page


def test_nothing_is_published_for_too_few() -> None:
    """If fewer than the threshold still consent, the sum is thrown away."""
    from federation import selectors

    agents, round_ = ready_round(3)
    run_to(agents, round_, *Step)
    for agent in agents[:2]:
        w.revoke(agent.artist)
    round_ = w.aggregate(round_.id)
    assert (round_.state, round_.state_reason) == ("aborted", "too-many-revoked")
    version = selectors.current_version()
    assert version is not None
    assert version.number == 0
