"""The card of a version: what it is made of and under which terms, without naming anybody."""

from datetime import datetime
from typing import Any

from federation.models import Campaign, Round
from federation.privacy.accounting import ADJACENCY
from federation.privacy.claims import Claim
from federation.privacy.noise import Noise
from federation.protocol.manifest import Manifest
from federation.protocol.schemes import scheme
from federation.terms import claim_of_round, decimal_text, spec_of

SMALL = 5
FEWER = "fewer than 5"


def hidden_if_small(count: int) -> int | str:
    """Counts of people below SMALL are not shown: with few, a number begins to point at somebody."""
    return FEWER if 0 < count < SMALL else count


def card_of(
    *,
    campaign: Campaign,
    number: int,
    round_: Round | None,
    sha256: str,
    ledger: tuple[int, str],
    revoked: int,
    transcript: str,
    at: datetime,
    drawn: str = "",
) -> dict[str, Any]:
    """JSON-safe and without fractions as numbers, so that its canonical form is unambiguous."""
    size, root = ledger
    noise = Manifest.from_json(round_.manifest).privacy if round_ else None
    said = claim_of_round(campaign, noise)
    return {
        "campaign": str(campaign.id),
        "campaign_name": campaign.name,
        "number": number,
        "sha256": sha256,
        "base": campaign.base.hash,
        "spec_hash": spec_of(campaign).hash(),
        "adapter": {"kind": campaign.adapter, "rank": spec_of(campaign).rank},
        "previous": {"number": round_.previous.number, "sha256": round_.previous.sha256} if round_ else None,
        "round": str(round_.id) if round_ else None,
        "transcript": transcript or None,
        "rounds": number,
        "cohort_size": hidden_if_small(round_.survivors) if round_ else 0,
        "scheme": campaign.scheme if round_ else None,
        "scheme_in_words": scheme(campaign.scheme).sentence if round_ else None,
        "privacy_claim": said.sentence,
        "privacy": _privacy(noise, said),
        "revoked_after_the_sum": hidden_if_small(revoked),
        "ledger": {"size": size, "root": root},
        "training": {
            "steps": campaign.steps,
            "batch": campaign.batch,
            "lr": decimal_text(campaign.lr),
            "caption_dropout": decimal_text(campaign.caption_dropout),
            "clip": decimal_text(campaign.clip),
        },
        "server_step": _server_step(campaign),
        "drawn": drawn or None,
        "created": at.isoformat(),
    }


def _server_step(campaign: Campaign) -> dict[str, str]:
    """How the mean became this version: only what the step uses."""
    told = {"kind": campaign.server_step, "rate": decimal_text(campaign.server_rate)}
    if campaign.server_step != "fedavg":
        told["momentum"] = decimal_text(campaign.server_momentum)
    if campaign.ema:
        told["ema"] = decimal_text(campaign.ema)
    return told


def _privacy(noise: Noise | None, said: Claim) -> dict[str, Any]:
    """What was added, and the whole claim in its parts; why nothing is claimed where nothing is."""
    if noise is None:
        return {"mechanism": "none", "why_no_claim": said.why}
    added = {
        "mechanism": "skellam",
        "noise_multiplier": noise.noise_multiplier,
        "honest_floor": noise.honest_floor,
    }
    if not said.holds:
        return {**added, "why_no_claim": said.why}
    return {
        **added,
        "epsilon": noise.epsilon,
        "delta": noise.delta,
        "adjacency": ADJACENCY,
        "rounds": noise.rounds,
    }
