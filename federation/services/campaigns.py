"""Campaigns: the terms are set once, then only the state moves."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from consent.services import append_entry
from federation import states
from federation.adapters.server_step import KINDS
from federation.adapters.spec import MAX_RANK
from federation.models import Base, Campaign, Round
from federation.privacy.noise import MAX_MULTIPLIER
from federation.protocol.errors import Refusal, refusal
from federation.protocol.params import MAX_COHORT, default_scale
from federation.services import budget
from federation.services.publish import publish_first
from federation.services.rounds import abort
from federation.services.safety import refuse_unsafe_scheme
from federation.terms import ADAPTERS, numbers_of, spec_of, written_terms

BOUNDS: Mapping[str, tuple[Decimal, Decimal]] = {
    "steps": (Decimal(1), Decimal(100_000)),
    "batch": (Decimal(1), Decimal(1024)),
    "lr": (Decimal("0.0000001"), Decimal(1)),
    "caption_dropout": (Decimal(0), Decimal(1)),
    "clip": (Decimal("0.0001"), Decimal(1024)),
    "min_cohort": (Decimal(2), Decimal(MAX_COHORT)),
    "max_cohort": (Decimal(2), Decimal(MAX_COHORT)),
    "threshold": (Decimal(2), Decimal(MAX_COHORT)),
    "noise_multiplier": (Decimal(0), Decimal(MAX_MULTIPLIER)),
    "dishonest_share": (Decimal(0), Decimal("0.49")),
    "epsilon_cap": (Decimal("0.01"), Decimal(1000)),
    "adapter_rank": (Decimal(0), Decimal(MAX_RANK)),
    "server_rate": (Decimal("0.00001"), Decimal(100)),
    "server_momentum": (Decimal(0), Decimal("0.9999")),
    "ema": (Decimal(0), Decimal("0.9999")),
    "training_window_s": (Decimal(1), Decimal(30 * 24 * 3600)),
    "stage_s": (Decimal(1), Decimal(24 * 3600)),
    "rounds_wanted": (Decimal(0), Decimal(100_000)),
    "pause_between_s": (Decimal(0), Decimal(30 * 24 * 3600)),
}


@dataclass(frozen=True)
class Terms:
    """What an operator chooses. Seconds for times; `rounds_wanted` 0 means without end."""

    name: str
    scheme: str = "SecAgg"
    steps: int = 200
    batch: int = 4
    lr: Decimal = field(default_factory=lambda: Decimal("0.001"))
    caption_dropout: Decimal = field(default_factory=lambda: Decimal("0.1"))
    clip: Decimal = field(default_factory=lambda: Decimal("1.0"))
    min_cohort: int = 3
    max_cohort: int = 64
    threshold: int = 2
    noise_multiplier: Decimal = field(default_factory=lambda: Decimal(0))
    dishonest_share: Decimal = field(default_factory=lambda: Decimal("0.10"))
    epsilon_cap: Decimal = field(default_factory=lambda: Decimal(8))
    adapter: str = "ffa"
    adapter_rank: int = 0
    server_step: str = "fedavg"
    server_rate: Decimal = field(default_factory=lambda: Decimal(1))
    server_momentum: Decimal = field(default_factory=lambda: Decimal("0.9"))
    ema: Decimal = field(default_factory=lambda: Decimal(0))
    training_window_s: int = 24 * 3600
    stage_s: int = 300
    automatic: bool = False
    rounds_wanted: int = 0
    pause_between_s: int = 60


def create_campaign(*, base: Base, terms: Terms, at: datetime) -> Campaign:
    """A draft; nothing runs yet. Raises Refusal `campaign-terms`, `campaign-name-taken` or `scheme-*`."""
    refuse_unsafe_scheme(terms.scheme)
    _check(terms)
    campaign = Campaign(base=base, created_at=at, **{**asdict(terms), "name": " ".join(terms.name.split())})
    campaign.delta = budget.delta_now()
    try:
        campaign.scale = default_scale(spec_of(campaign).length)
        numbers_of(campaign).validate()
        budget.check_noise(campaign)
        with transaction.atomic():
            campaign.save(force_insert=True)
            states.begin(campaign, at=at)
    except Refusal as error:
        raise refusal("campaign-terms", error.why) from None
    except IntegrityError:
        raise refusal("campaign-name-taken") from None
    return campaign


def _check(terms: Terms) -> None:
    if not terms.name.strip() or len(terms.name) > 80 or not terms.name.isprintable():
        raise refusal("campaign-terms", "It is the name: 1 to 80 characters.")
    for name, (low, high) in BOUNDS.items():
        if not low <= Decimal(getattr(terms, name)) <= high:
            raise refusal("campaign-terms", f"It is {name}: {low} to {high}.")
    if terms.adapter not in ADAPTERS:
        raise refusal("campaign-terms", f"It is adapter: one of {', '.join(ADAPTERS)}.")
    if terms.server_step not in KINDS:
        raise refusal("campaign-terms", f"It is server_step: one of {', '.join(KINDS)}.")
    if terms.max_cohort < terms.min_cohort:
        raise refusal("campaign-terms", "The largest cohort is smaller than the smallest.")


@transaction.atomic
def start_campaign(*, campaign: Campaign, at: datetime) -> Campaign:
    """Draft or paused to running. The first start publishes version 0: the base itself."""
    campaign = Campaign.objects.select_for_update().select_related("base").get(pk=campaign.pk)
    refuse_unsafe_scheme(campaign.scheme)
    first = campaign.state == "draft"
    fixed = {"started_at": at, "consent_terms": written_terms(campaign)} if first else {}
    _move(campaign, "running", at, **fixed)
    if first:
        publish_first(campaign=campaign, at=at)
    return campaign


def pause_campaign(*, campaign: Campaign, at: datetime) -> Campaign:
    """No new round is opened; one under way goes on to its end."""
    return _move(campaign, "paused", at)


@transaction.atomic
def end_campaign(*, campaign: Campaign, at: datetime) -> Campaign:
    """For good. A round under way is aborted; versions stay."""
    _move(campaign, "ended", at, ended_at=at)
    for round_ in Round.objects.select_for_update(no_key=True).filter(
        campaign=campaign, state__in=states.OPEN
    ):
        abort(round_=round_, reason="campaign-ended", at=at)
    return campaign


def _move(campaign: Campaign, to: str, at: datetime, **changes: Any) -> Campaign:
    try:
        with transaction.atomic():
            states.move(campaign, to=to, at=at, **changes)
            body = {"campaign": str(campaign.id), "name": campaign.name, "state": to}
            append_entry(kind="campaign", body=body, at=at)
    except (states.IllegalMove, states.LostRace):
        raise refusal("campaign-state", f"It is {campaign.state}.") from None
    return campaign
