"""From a campaign to the terms of one round: the signed manifest and the numbers of the protocol."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from consent.ledger.statement import NO_CAP
from federation.adapters.spec import AdapterSpec
from federation.models import AdapterVersion, Campaign, Round
from federation.protocol.manifest import Manifest, Previous, Training
from federation.protocol.params import RoundParams
from federation.protocol.schemes import scheme
from federation.protocol.sessions import ServerSession
from federation.signing import server_public_key
from federation.states import INTERACTIVE

MODULUS_BITS = 32
NO_CLAIM = "no formal privacy claim"
LICENCE = "Aggregated adapter of the campaign; the pictures stay with the artist and are licensed to nobody."


def decimal_text(value: Decimal) -> str:
    """The shortest plain decimal, such as "0.002"."""
    return f"{value.normalize():f}"


def spec_of(campaign: Campaign) -> AdapterSpec:
    """The adapter specification of the campaign's base."""
    return AdapterSpec.from_json(campaign.base.spec)


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
        "adapter": campaign.base.spec_hash,
        "minCohort": campaign.min_cohort,
        "clip": decimal_text(campaign.clip),
        "scheme": scheme(campaign.scheme).sentence,
        "privacy": NO_CLAIM,
        "licence": LICENCE,
        **_budget_terms(campaign),
    }


def _budget_terms(campaign: Campaign) -> dict[str, str]:
    """The most epsilon, at which delta, that rounds of this campaign may cost; NO_CAP where no noise is added."""
    if not getattr(campaign, "noise_multiplier", 0):
        return {"epsilonCap": NO_CAP}
    cap, delta = (decimal_text(Decimal(getattr(campaign, name))) for name in ("epsilon_cap", "delta"))
    return {"epsilonCap": cap, "delta": delta}


def latest_deadlines(campaign: Campaign, at: datetime) -> dict[str, datetime]:
    """When each stage is over at the latest; a stage that everybody has answered ends earlier."""
    end = at + timedelta(seconds=campaign.training_window_s)
    found = {"training": end}
    for stage in INTERACTIVE:
        end += timedelta(seconds=campaign.stage_s)
        found[stage] = end
    return found


def manifest_of(*, campaign: Campaign, round_id: UUID, previous: AdapterVersion, at: datetime) -> Manifest:
    """The terms of one round, as they will be signed."""
    return Manifest(
        round_id=round_id,
        campaign=campaign.id,
        scheme=campaign.scheme,
        base=campaign.base.hash,
        spec=campaign.base.spec,
        spec_hash=campaign.base.spec_hash,
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
    )


def params_of(round_: Round) -> RoundParams:
    """The numbers of this round, read from its signed manifest and nowhere else."""
    manifest = Manifest.from_json(round_.manifest)
    return manifest.params(AdapterSpec.from_json(manifest.spec).length)


def server_of(round_: Round) -> ServerSession:
    """The server's side of the round's scheme."""
    return scheme(str(round_.manifest["scheme"])).server(params_of(round_))
