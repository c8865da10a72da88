"""Campaigns: bounds, states, the unsafe scheme, automatic rounds, the commands."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from federation.protocol.errors import Refusal
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")


def test_it_works() -> None:
    """Started: version 0 is there, B is zero, the ledger has its entry, and artists can read the terms."""
    from federation import selectors
    from federation.services.publish import tensors_of
    from tests.federation.protocol.terms import small_spec

    campaign = w.make_campaign()
    version = selectors.current_version()
    assert version is not None
    assert (version.campaign_id, version.number) == (campaign.pk, 0)
    assert not any(tensor.any() for tensor in tensors_of(version, small_spec()).values())
    assert version.entry_index is not None
    terms = selectors.training_terms()
    assert terms["privacy"] == "no formal privacy claim"
    assert "hides each update" in str(terms["scheme"])
    assert all(isinstance(value, str | int) for value in terms.values())


@pytest.mark.parametrize(
    "terms",
    [
        {"threshold": 1},
        {"threshold": 4},
        {"min_cohort": 1},
        {"min_cohort": 8, "threshold": 4},
        {"max_cohort": 2},
        {"stage_s": 0},
        {"steps": 0},
        {"lr": 0},
        {"clip": 10_000},
        {"name": "   "},
        {"name": "x" * 81},
    ],
)
def test_terms_outside_their_bounds(terms: dict[str, Any]) -> None:
    from federation.models import Campaign

    with pytest.raises(Refusal, match="campaign-terms"):
        w.make_campaign(**terms)
    assert not Campaign.objects.exists()


def test_names_are_taken_once() -> None:
    w.make_campaign()
    with pytest.raises(Refusal, match="campaign-name-taken"):
        w.make_campaign()


def test_unknown_schemes() -> None:
    with pytest.raises(Refusal, match="scheme-unknown"):
        w.make_campaign(scheme="TrustMe")


@pytest.mark.parametrize("flags", [{"IS_PRODUCTION": True}, {"ALLOW_UNSAFE_PLAIN_SUM": False}])
def test_the_unsafe_scheme_cannot_run_in_production(settings: Any, flags: dict[str, bool]) -> None:
    """Not created, not started; no round of an older campaign is opened, and one under way ends."""
    from federation.services.campaigns import pause_campaign, start_campaign

    campaign = w.make_campaign(scheme="UnsafePlainSum")
    begun = w.open_round(campaign)
    for name, value in flags.items():
        setattr(settings, name, value)
    begun = w.advance(begun.pk)
    assert (begun.state, begun.state_reason) == ("aborted", "scheme-unsafe")
    with pytest.raises(Refusal, match="scheme-unsafe"):
        w.make_campaign(name="another", scheme="UnsafePlainSum")
    with pytest.raises(Refusal, match="scheme-unsafe"):
        w.open_round(campaign)
    pause_campaign(campaign=campaign, at=timezone.now())
    with pytest.raises(Refusal, match="scheme-unsafe"):
        start_campaign(campaign=campaign, at=timezone.now())


def test_one_round_at_a_time() -> None:
    campaign = w.make_campaign()
    w.open_round(campaign)
    with pytest.raises(Refusal, match="round-under-way"):
        w.open_round(campaign)


def test_paused_and_ended() -> None:
    """Paused: no new round, the open one goes on. Ended: the open one is aborted, and that is final."""
    from federation.services.campaigns import end_campaign, pause_campaign, start_campaign

    campaign = w.make_campaign()
    round_ = w.open_round(campaign)
    pause_campaign(campaign=campaign, at=timezone.now())
    assert w.advance(round_.id).state == "training"
    campaign.refresh_from_db()
    end_campaign(campaign=campaign, at=timezone.now())
    round_.refresh_from_db()
    assert (round_.state, round_.state_reason) == ("aborted", "campaign-ended")
    with pytest.raises(Refusal, match="campaign-state"):
        start_campaign(campaign=campaign, at=timezone.now())


def test_automatic_rounds() -> None:
    """One is opened by a tick; the next only after the pause, and none once the wanted versions are there."""
    from federation.models import Campaign, Round
    from federation.services.rounds import abort
    from federation.services.sweep import tick

    campaign = w.make_campaign(automatic=True, pause_between_s=60)
    at = timezone.now()
    tick(at=at)
    tick(at=at)
    first = Round.objects.get()
    abort(round_=first, reason="by-operator", at=at)
    tick(at=at + timedelta(seconds=30))
    assert Round.objects.count() == 1
    tick(at=at + timedelta(seconds=61))
    assert Round.objects.count() == 2
    Round.objects.update(state="published", finished_at=at)
    Campaign.objects.filter(pk=campaign.pk).update(rounds_wanted=2)
    tick(at=at + timedelta(hours=1))
    assert Round.objects.count() == 2


def test_the_commands() -> None:
    """start_campaign makes and starts it once; open_round prints the id of the round."""
    from federation.models import Campaign, Round

    with pytest.raises(CommandError, match="No such base"):
        call_command("start_campaign")
    w.make_base()
    for _ in range(2):
        out = StringIO()
        call_command(
            "start_campaign", name="Short", steps=3, min_cohort=4, threshold=3, stage_s=7, stdout=out
        )
        campaign = Campaign.objects.get(pk=out.getvalue().strip())
    assert (campaign.state, campaign.steps, campaign.stage_s) == ("running", 3, 7)
    out = StringIO()
    call_command("open_round", "Short", stdout=out)
    assert Round.objects.get().pk.hex == out.getvalue().strip().replace("-", "")
    with pytest.raises(CommandError, match="under way"):
        call_command("open_round")
    with pytest.raises(CommandError, match="outside its bounds"):
        call_command("start_campaign", name="Bad", threshold=1)
