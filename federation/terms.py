"""From a campaign to the terms of one round: the signed manifest and the numbers of the protocol."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from consent.ledger.statement import NO_CAP
from federation.adapters.server_step import ServerStep
from federation.adapters.spec import AdapterSpec
from federation.models import AdapterVersion, Campaign, Round
from federation.privacy import noise as noises
from federation.privacy.claims import NO_CLAIM, Claim, claim
from federation.privacy.noise import Noise
from federation.protocol.manifest import Manifest, Previous, Training
from federation.protocol.params import RoundParams, quorum
from federation.protocol.schemes import scheme
from federation.protocol.sessions import ServerSession
from federation.signing import server_public_key
from federation.states import INTERACTIVE

MODULUS_BITS = 32
ADAPTERS = {"ffa": "B", "core": "R"}
"""What a campaign calls its adapter, and the factor that is shared."""
LICENCE = "Aggregated adapter of the campaign; the pictures stay with the artist and are licensed to nobody."


def decimal_text(value: Decimal) -> str:
    """The shortest plain decimal, such as "0.002"."""
    return f"{value.normalize():f}"


def spec_of(campaign: Campaign) -> AdapterSpec:
    """The adapter specification of the campaign: its base's, or the same layers as the campaign wants them."""
    usual = AdapterSpec.from_json(campaign.base.spec)
    if campaign.adapter == "ffa" and campaign.adapter_rank in (0, usual.rank):
        return usual
    return usual.as_kind(ADAPTERS[campaign.adapter], campaign.adapter_rank or usual.rank)


def step_of(campaign: Campaign) -> ServerStep:
    """How the campaign makes a version of a mean."""
    return ServerStep(
        kind=campaign.server_step,
        rate=float(campaign.server_rate),
        momentum=float(campaign.server_momentum),
        ema=float(campaign.ema),
    )


def terms_of(campaign: Campaign) -> Mapping[str, str | int]:
    """What an artist allows when she grants training, flat: texts and whole numbers only.

    Fixed in the campaign's row when it first starts, so that new words in a later release never void a consent.
    """
    return campaign.consent_terms or written_terms(campaign)


def written_terms(campaign: Campaign) -> dict[str, str | int]:
    """The same, written anew from the campaign's row."""
    return {
        "campaign": campaign.name,
        "base": campaign.base.hash,
        "adapter": spec_of(campaign).hash(),
        "minCohort": campaign.min_cohort,
        "clip": decimal_text(campaign.clip),
        "scheme": scheme(campaign.scheme).sentence,
        "privacy": claim_of(campaign, float(campaign.epsilon_cap), rounds=0).sentence,
        "licence": LICENCE,
        **_budget_terms(campaign),
    }


def _budget_terms(campaign: Campaign) -> dict[str, str]:
    """The most epsilon, at which delta, that rounds of this campaign may cost; NO_CAP where no noise is added."""
    if not campaign.noise_multiplier:
        return {"epsilonCap": NO_CAP}
    return {"epsilonCap": decimal_text(campaign.epsilon_cap), "delta": decimal_text(campaign.delta)}


def claim_of(campaign: Campaign, epsilon: float, *, rounds: int) -> Claim:
    """What may be said of that epsilon under the campaign's terms; `rounds` 0 means however many fit under it."""
    noisy = campaign.noise_multiplier > 0
    return claim(
        masked=scheme(campaign.scheme).safe,
        survivors=campaign.threshold,
        honest=honest_floor(campaign),
        epsilon=epsilon if noisy else None,
        delta=Fraction(campaign.delta) if noisy else None,
        rounds=rounds,
    )


def claim_of_round(campaign: Campaign, noise: Noise | None) -> Claim:
    """What may be said of a round with that noise, and of the version it makes."""
    if noise is None:
        return Claim(NO_CLAIM, ("no-noise",))
    return claim_of(campaign, float(noise.epsilon), rounds=noise.rounds)


def honest_floor(campaign: Campaign) -> int:
    """The fewest honest artists in any sum, whatever the cohort: those who must be left, less the share of the cohort
    that is not taken for honest; at most the threshold. Below 1 where the floors leave nobody.

    Of a larger cohort more must be left (a quorum), whatever the threshold says, where the scheme masks updates.
    """
    masked = scheme(campaign.scheme).safe
    left = (
        max(campaign.threshold, quorum(size) if masked else 0) - int(campaign.dishonest_share * size)
        for size in range(campaign.min_cohort, campaign.max_cohort + 1)
    )
    return min(campaign.threshold, *left)


def numbers_of(campaign: Campaign) -> RoundParams:
    """The numbers of the campaign's rounds, without noise and bound to no round; not validated, so that
    a page comes up for whatever stands in a row."""
    return RoundParams(
        round_id=UUID(int=0),
        manifest_hash=bytes(32),
        length=spec_of(campaign).length,
        scale=campaign.scale,
        clip=float(campaign.clip),
        modulus_bits=MODULUS_BITS,
        min_cohort=campaign.min_cohort,
        max_cohort=campaign.max_cohort,
        threshold=campaign.threshold,
    )


def noise_of(campaign: Campaign, rounds: int) -> Noise | None:
    """The noise of a round that is the `rounds`-th to cost anything, with its price; None where none is added."""
    if not campaign.noise_multiplier:
        return None
    delta, floor = Fraction(campaign.delta), honest_floor(campaign)
    event = noises.event_of(Fraction(campaign.noise_multiplier), numbers_of(campaign), floor)
    return Noise(
        noise_multiplier=decimal_text(campaign.noise_multiplier),
        honest_floor=floor,
        delta=decimal_text(campaign.delta),
        rounds=rounds,
        epsilon=decimal_text(noises.priced(event, rounds, delta)),
    )


def latest_deadlines(campaign: Campaign, at: datetime) -> dict[str, datetime]:
    """When each stage is over at the latest; a stage that everybody has answered ends earlier."""
    end = at + timedelta(seconds=campaign.training_window_s)
    found = {"training": end}
    for stage in INTERACTIVE:
        end += timedelta(seconds=campaign.stage_s)
        found[stage] = end
    return found


def manifest_of(
    *,
    campaign: Campaign,
    round_id: UUID,
    previous: AdapterVersion,
    at: datetime,
    privacy: Noise | None = None,
) -> Manifest:
    """The terms of one round, as they will be signed."""
    spec = spec_of(campaign)
    return Manifest(
        round_id=round_id,
        campaign=campaign.id,
        scheme=campaign.scheme,
        base=campaign.base.hash,
        spec=spec.to_json(),
        spec_hash=spec.hash(),
        previous=Previous(previous.number, previous.sha256),
        training=Training(
            campaign.steps, campaign.batch, decimal_text(campaign.lr), decimal_text(campaign.caption_dropout)
        ),
        clip=decimal_text(campaign.clip),
        scale=campaign.scale,
        modulus_bits=MODULUS_BITS,
        min_cohort=campaign.min_cohort,
        max_cohort=campaign.max_cohort,
        threshold=campaign.threshold,
        deadlines=latest_deadlines(campaign, at),
        server_key=server_public_key(),
        issued_at=at,
        privacy=privacy,
    )


def params_of(round_: Round) -> RoundParams:
    """The numbers of this round, read from its signed manifest and nowhere else."""
    manifest = Manifest.from_json(round_.manifest)
    return manifest.params(AdapterSpec.from_json(manifest.spec).length)


def server_of(round_: Round) -> ServerSession:
    """The server's side of the round's scheme."""
    return scheme(str(round_.manifest["scheme"])).server(params_of(round_))
