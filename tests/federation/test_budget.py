"""Budgets on the server: who is charged and when, who is not drawn, what pages, cards and the API say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from federation.privacy.accounting import epsilon
from federation.protocol.errors import Refusal
from federation.protocol.manifest import Manifest
from federation.protocol.steps import Step
from tests import people
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")

DELTA = Fraction(1, 100_000)
NOISE: dict[str, Any] = {
    "noise_multiplier": Decimal("2"), "dishonest_share": Decimal("0.01"), "epsilon_cap": Decimal("4.2"),
    "max_cohort": 8,
}  # fmt: skip
NOTHING = "no formal privacy claim"


def charges(agent: w.Agent) -> int:
    return agent.artist.charges.count()


def to_sum(agents: list[w.Agent], campaign: Any) -> Any:
    """A round up to and with everybody's masked input."""
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    for step in (Step.ADVERTISE_KEYS, Step.SHARE_KEYS, Step.MASKED_INPUT):
        w.run_step(agents, round_.id, step)
    return round_


def whole_round(agents: list[w.Agent], campaign: Any) -> Any:
    round_ = to_sum(agents, campaign)
    for step in (Step.CONSISTENCY, Step.UNMASK):
        w.run_step(agents, round_.id, step)
    return w.aggregate(round_.id)


@pytest.fixture
def supported(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if three artists and the development scheme supported a claim, so that whole rounds stay small."""
    from federation.privacy import claims

    monkeypatch.setattr(claims, "SMALLEST_COHORT", 2)
    real = claims.claim
    monkeypatch.setattr("federation.terms.claim", lambda **facts: real(**{**facts, "masked": True}))


def test_terms_of_noise_outside_their_bounds() -> None:
    bad: list[dict[str, Any]] = [
        {"noise_multiplier": Decimal(-1)},
        {"noise_multiplier": Decimal(1001)},
        {"dishonest_share": Decimal("0.5")},
        {"epsilon_cap": Decimal(0)},
        {**NOISE, "dishonest_share": Decimal("0.4"), "scheme": "UnsafePlainSum"},  # nobody honest for certain
        {**NOISE, "epsilon_cap": Decimal("0.5")},  # one round costs more
    ]
    for terms in bad:
        with pytest.raises(Refusal, match="campaign-terms"):
            w.make_campaign(**terms)


def test_the_manifest_states_noise_and_price_and_agents_find_the_same() -> None:
    from federation import budgets
    from federation.terms import numbers_of

    campaign = w.make_campaign(**NOISE)
    round_ = w.open_round(campaign)
    told = Manifest.from_json(round_.manifest)
    assert told.privacy is not None
    assert (told.privacy.noise_multiplier, told.privacy.honest_floor, told.privacy.rounds) == ("2", 2, 1)
    params = told.params(8)
    told.privacy.check_price(params)
    assert params.noise_variance > 0
    one = epsilon(told.privacy.event(numbers_of(campaign)).cost, DELTA)
    assert float(told.privacy.epsilon) == pytest.approx(one, abs=2e-4)
    price = budgets.price_of(campaign)
    assert (price.noise, price.said) == (told.privacy, NOTHING)
    assert price.rounds_left == price.rounds_new == 3  # 2.17, 3.2, 4.1, and then over 4.2


def test_whose_masked_input_was_taken_is_charged_once_whatever_becomes_of_the_round() -> None:
    from federation.models import Charge
    from federation.services.rounds import abort

    campaign, agents = w.make_campaign(**NOISE), w.cohort(4)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    for step in (Step.ADVERTISE_KEYS, Step.SHARE_KEYS):
        w.run_step(agents, round_.id, step)
    assert not Charge.objects.exists()
    body = agents[0].message(round_.id, Step.MASKED_INPUT, w.update_of(0))
    assert [agents[0].send(round_.id, Step.MASKED_INPUT, body).status_code for _ in range(2)] == [201, 200]
    assert [charges(agent) for agent in agents] == [1, 0, 0, 0]
    round_.refresh_from_db()
    abort(round_=round_, reason="by-operator", at=timezone.now())
    assert [charges(agent) for agent in agents] == [1, 0, 0, 0]
    again = to_sum(agents, campaign)
    assert [charges(agent) for agent in agents] == [2, 1, 1, 1]
    assert Manifest.from_json(again.manifest).privacy.rounds == 2
    event = Charge.objects.filter(artist=agents[0].artist).first().event
    assert event == Manifest.from_json(again.manifest).privacy.event(
        Manifest.from_json(again.manifest).params(8)
    )


def test_noise_is_in_the_version_and_its_card_says_no_claim_for_few_artists() -> None:
    campaign, agents = w.make_campaign(**NOISE), w.cohort(4)
    round_ = whole_round(agents, campaign)
    assert round_.state == "published"
    card = round_.version.card
    assert card["privacy_claim"] == NOTHING
    assert card["privacy"]["noise_multiplier"] == "2"
    assert "epsilon" not in card["privacy"]
    assert "too few for a claim" in card["privacy"]["why_no_claim"]
    from federation.services.publish import tensors_of
    from tests.federation.protocol.terms import small_spec

    tensors = tensors_of(round_.version, small_spec())
    drawn = np.concatenate([tensor.ravel() for tensor in tensors.values()])
    plain = np.mean([w.update_of(number) for number in range(4)], axis=0)
    assert np.abs(drawn - plain).max() > 0.05


def test_who_is_over_her_own_cap_is_not_drawn_and_reads_why() -> None:
    from federation.services.budget import set_cap
    from federation.words import part_line

    campaign, agents = w.make_campaign(**NOISE), w.cohort(4)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    set_cap(artist_id=agents[0].artist.pk, epsilon=Decimal("1.5"), at=timezone.now())
    assert w.advance(round_.id).cohort_size == 3
    part = agents[0].artist.participations.get()
    assert (part.state, part.state_reason) == ("dropped", "over-cap")
    assert "more epsilon than a cap allows" in part_line(part)
    # and she is not invited to the next one
    from federation.services.rounds import abort

    round_.refresh_from_db()
    abort(round_=round_, reason="by-operator", at=timezone.now())
    following = w.open_round(campaign)
    assert following.participations.count() == 3
    set_cap(artist_id=agents[0].artist.pk, epsilon=None, at=timezone.now())
    agents[0].heartbeat()
    assert following.participations.count() == 4


def test_a_spent_campaign_opens_no_round_and_says_so() -> None:
    campaign, agents = w.make_campaign(**NOISE), w.cohort(3)
    from federation import budgets

    for _ in range(3):
        round_ = to_sum(agents, campaign)
        from federation.services.rounds import abort

        round_.refresh_from_db()
        abort(round_=round_, reason="by-operator", at=timezone.now())
    assert budgets.price_of(campaign).rounds_left == 0
    with pytest.raises(Refusal, match="budget-spent"):
        w.open_round(campaign)
    assert all(budgets.spent_by(agent.artist.pk).epsilon <= 4.2 for agent in agents)


def test_a_supported_claim_is_whole_on_page_card_and_api(supported: None) -> None:
    campaign, agents = w.make_campaign(**NOISE), w.cohort(4)
    round_ = whole_round(agents, campaign)
    card, http = round_.version.card, Client()
    assert f"epsilon {float(card['privacy']['epsilon']):.2f}" in card["privacy_claim"]
    for part in ("at delta 0.00001", "one artist's whole contribution, replaced by zeros", "over 1 round"):
        assert part in card["privacy_claim"]
    page = http.get(f"/versions/{campaign.pk}/1/").content.decode()
    assert "at delta 0.00001 (one artist&#x27;s whole contribution" in page
    told = http.get(f"/api/v1/campaigns/{campaign.pk}").json()
    assert "at delta 0.00001" in told["privacy_claim"]
    assert told["privacy"]["adjacency"].startswith("one artist")
    assert (told["privacy"]["rounds_left"], told["privacy"]["delta"]) == (2, "0.00001")
    mine = agents[0].get("agent/budget").json()
    assert "at delta 0.00001" in mine["said"]
    assert len(mine["charges"]) == 1
    http.force_login(agents[0].artist)
    page = http.get("/devices/privacy/").content.decode()
    assert "at delta 0.00001" in page
    assert "by itself" in page


def test_an_unsupported_claim_is_nowhere_a_number() -> None:
    campaign, agents = w.make_campaign(**NOISE), w.cohort(3)
    round_ = whole_round(agents, campaign)
    http = Client()
    http.force_login(agents[0].artist)
    for path in (
        f"/versions/{campaign.pk}/1/",
        "/versions/",
        f"/rounds/{round_.pk}/",
        "/rounds/",
        "/devices/privacy/",
    ):
        page = http.get(path).content.decode()
        assert NOTHING in page, path
        assert "epsilon 2" not in page, path
    told = http.get(f"/api/v1/campaigns/{campaign.pk}").json()
    assert (told["privacy_claim"], told["privacy"]["epsilon_after_next_round"]) == (NOTHING, None)
    assert agents[0].get("agent/budget").json()["said"] == NOTHING


def test_rounds_without_noise_are_charged_as_such() -> None:
    from federation import budgets

    campaign, agents = w.make_campaign(), w.cohort(3)
    whole_round(agents, campaign)
    spent = budgets.spent_by(agents[0].artist.pk)
    assert (spent.epsilon, spent.without_noise, spent.said) == (0, 1, NOTHING)
    assert Manifest.from_json(campaign.rounds.get().manifest).privacy is None


def test_the_operator_sees_the_price_before_a_round_opens(supported: None) -> None:
    campaign = w.make_campaign(**NOISE)
    desk = Client()
    desk.force_login(people.make(people.OLGA))
    page = desk.get(f"/operate/campaigns/{campaign.pk}/").content.decode()
    for part in (
        "Price of the next round",
        "Rounds left under the cap",
        "Noise against epsilon",
        "at delta 0.00001",
    ):
        assert part in page


def test_an_artist_sets_and_takes_away_her_cap() -> None:
    from federation import budgets

    artist = w.make_artists(1, consenting=False)[0]
    http = Client()
    http.force_login(artist)
    assert http.post("/devices/privacy/", {"cap": "3.5"}).status_code == 302
    assert budgets.spent_by(artist.pk).cap == Decimal("3.50")
    for bad in ("0", "-1", "NaN", "inf", "1e9", "many"):
        answer = http.post("/devices/privacy/", {"cap": bad})
        assert answer.status_code == 400, bad
    assert budgets.spent_by(artist.pk).cap == Decimal("3.50")
    assert http.post("/devices/privacy/", {"cap": ""}).status_code == 302
    assert budgets.spent_by(artist.pk).cap is None


def test_strangers_see_no_account() -> None:
    assert Client().get("/devices/privacy/").status_code == 302
    assert Client().get("/api/v1/agent/budget").status_code == 401


def test_an_erased_artist_leaves_what_rounds_cost_but_not_who_paid() -> None:
    from federation.budgets import most_rounds
    from federation.models import Charge

    campaign, agents = w.make_campaign(**NOISE), w.cohort(3)
    to_sum(agents, campaign)
    Charge.objects.filter(artist=agents[0].artist).update(artist=None)
    assert most_rounds(campaign) == 1
    assert Charge.objects.count() == 3
