"""What rounds cost is written down, and a campaign that cannot pay for a round opens none."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.contrib.auth import get_user_model

from federation import budgets
from federation.models import ArtistCap, Campaign, Charge, Device, Participation, Round
from federation.privacy.accounting import SkellamEvent, delta_for
from federation.privacy.noise import Noise
from federation.protocol.errors import refusal
from federation.protocol.manifest import Manifest
from federation.terms import honest_floor, noise_of, numbers_of, params_of

LOWEST_CAP, HIGHEST_CAP = Decimal("0.01"), Decimal(1000)


def delta_now() -> Decimal:
    """The delta of a campaign that is made now, by the number of accounts."""
    exact = delta_for(get_user_model().objects.count())
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def check_noise(campaign: Campaign) -> None:
    """Raises Refusal where the noise of the campaign's terms leaves nobody honest, is too wide, or costs more for one
    round than the cap."""
    if not campaign.noise_multiplier:
        return
    floor, cap = honest_floor(campaign), campaign.epsilon_cap
    if floor < 1:
        detail = (
            f"Of {campaign.threshold} left at the end, {campaign.dishonest_share} of {campaign.max_cohort}"
        )
        raise refusal("campaign-terms", f"{detail} may be dishonest: nobody would be honest for certain.")
    noise = noise_of(campaign, 1)
    assert noise is not None
    if Decimal(noise.epsilon) > cap:
        raise refusal(
            "campaign-terms", f"One round would cost epsilon {noise.epsilon}, and the cap is {cap}."
        )
    _refuse_wide(campaign, noise)


def _refuse_wide(campaign: Campaign, noise: Noise) -> None:
    params = numbers_of(campaign)
    replace(params, noise_variance=noise.share_variance(params.squared_norm_bound)).validate()


def admitted_noise(campaign: Campaign) -> Noise | None:
    """The noise of the round that is about to open. Raises Refusal `budget-spent` where caps leave too few artists."""
    artists = set(Device.objects.exclude(state="withdrawn").values_list("artist_id", flat=True))
    spent = budgets.over_cap(campaign=campaign, artist_ids=artists)
    if spent and len(artists) - len(spent) < campaign.min_cohort:
        raise refusal("budget-spent", f"{len(spent)} of {len(artists)} have no room for another round.")
    return budgets.price_of(campaign).noise


def charge(*, part: Participation, at: datetime) -> Charge | None:
    """Writes down that this artist's masked input was taken; once a round, whatever becomes of the round.

    Runs inside the transaction that keeps the message. None where the artist is gone already.
    """
    if part.artist_id is None:
        return None
    event = event_of_round(part.round_id)
    numbers = (
        {"length": event.length, "squared_sensitivity": event.squared_sensitivity, "variance": event.variance}
        if event
        else {}
    )
    made, _ = Charge.objects.get_or_create(
        artist_id=part.artist_id, round_id=part.round_id, defaults={"at": at, **numbers}
    )
    return made


def event_of_round(round_id: UUID) -> SkellamEvent | None:
    """The event of a round, by its signed manifest and nothing else; None where no noise is added."""
    round_ = Round.objects.get(pk=round_id)
    noise = Manifest.from_json(round_.manifest).privacy
    return noise.event(params_of(round_)) if noise else None


def set_cap(*, artist_id: int, epsilon: Decimal | None, at: datetime) -> None:
    """The artist's own cap on this server; None takes it away. Raises Refusal `cap-invalid`."""
    if epsilon is None:
        ArtistCap.objects.filter(artist_id=artist_id).delete()
        return
    if not epsilon.is_finite() or not LOWEST_CAP <= epsilon <= HIGHEST_CAP:
        raise refusal("cap-invalid", f"It is a number from {LOWEST_CAP} to {HIGHEST_CAP}.")
    ArtistCap.objects.update_or_create(artist_id=artist_id, defaults={"epsilon": epsilon, "changed_at": at})
