"""A yes to other terms opens no gate: the artist signed anew, for another campaign, while a round of this one runs."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from federation.protocol.steps import Step
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")


def sign_other_terms(*agents: w.Agent) -> None:
    """Another campaign starts and becomes the current one; these artists consent to its terms instead."""
    from federation.models import Campaign

    if not Campaign.objects.filter(name="Another").exists():
        w.make_campaign(name="Another", min_cohort=4, threshold=3)
    for agent in agents:
        w.grant(agent.artist)


def part_of(agent: w.Agent) -> tuple[str, str]:
    part = agent.artist.participations.get()
    return part.state, part.state_reason


def ready_round(**terms: Any) -> tuple[list[w.Agent], Any]:
    campaign = w.make_campaign(**terms)
    agents = w.cohort(4)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    return agents, round_


def test_not_invited() -> None:
    campaign = w.make_campaign()
    agents = w.cohort(3)
    sign_other_terms(agents[0])
    round_ = w.open_round(campaign)
    assert set(round_.participations.values_list("artist_id", flat=True)) == {
        agent.artist.pk for agent in agents[1:]
    }
    assert agents[0].heartbeat().json()["rounds"] == []


def test_not_joined() -> None:
    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    sign_other_terms(agents[0])
    answer = agents[0].post(f"rounds/{round_.id}/join")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-eligible")
    assert "under these terms" in answer.json()["detail"]


def test_not_drawn() -> None:
    agents, round_ = ready_round()
    sign_other_terms(agents[0])
    assert w.advance(round_.id).cohort_size == 3
    assert part_of(agents[0]) == ("dropped", "no-live-grant")


def test_not_received() -> None:
    agents, round_ = ready_round()
    w.advance(round_.id)
    body = agents[0].message(round_.id, Step.ADVERTISE_KEYS)
    sign_other_terms(agents[0])
    answer = agents[0].send(round_.id, Step.ADVERTISE_KEYS, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "no-live-grant")


def test_left_out_before_the_list_is_closed() -> None:
    agents, round_ = ready_round()
    w.advance(round_.id)
    for step in (Step.ADVERTISE_KEYS, Step.SHARE_KEYS):
        w.run_step(agents, round_.id, step)
    for number, agent in enumerate(agents):
        agent.take(round_.id, Step.MASKED_INPUT, w.update_of(number))
    sign_other_terms(agents[0])
    w.advance(round_.id)
    assert part_of(agents[0]) == ("dropped", "revoked-in-time")


def test_counted_as_revoked_when_published() -> None:
    from federation import selectors

    agents, round_ = ready_round()
    w.advance(round_.id)
    for step in Step:
        w.run_step(agents, round_.id, step)
    sign_other_terms(agents[0])
    assert w.aggregate(round_.id).state == "published"
    version = selectors.version_of(campaign_id=round_.campaign_id, number=1)
    assert version is not None
    assert version.revoked_since == 1


def test_new_words_in_a_release_void_no_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terms are those of the day on which the campaign started, whatever a later release would write."""
    from federation import terms

    campaign = w.make_campaign()
    agents = w.cohort(3)
    monkeypatch.setattr(terms, "LICENCE", "Other words for the same.")
    round_ = w.open_round(campaign)
    assert round_.participations.count() == len(agents)


def test_one_query_for_any_number_of_artists(django_assert_max_num_queries: Any) -> None:
    from federation.gate import consenting

    campaign = w.make_campaign()
    artists = w.make_artists(8)
    asked = [artist.pk for artist in artists] + [None]
    with django_assert_max_num_queries(2):
        found = consenting(campaign=campaign, artist_ids=asked, at=timezone.now())
    assert np.array_equal(sorted(found), sorted(artist.pk for artist in artists))
