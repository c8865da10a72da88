"""The card of a version: what it is made of and under which terms, without naming anybody."""

from datetime import datetime
from typing import Any

from federation.models import Campaign, Round
from federation.protocol.schemes import scheme
from federation.terms import NO_CLAIM, decimal_text, spec_of

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
) -> dict[str, Any]:
    """JSON-safe and without fractions as numbers, so that its canonical form is unambiguous."""
    size, root = ledger
    return {
        "campaign": str(campaign.id),
        "campaign_name": campaign.name,
        "number": number,
        "sha256": sha256,
        "base": campaign.base.hash,
        "spec_hash": spec_of(campaign).hash(),
        "previous": {"number": round_.previous.number, "sha256": round_.previous.sha256} if round_ else None,
        "round": str(round_.id) if round_ else None,
        "transcript": transcript or None,
        "rounds": number,
        "cohort_size": hidden_if_small(round_.survivors) if round_ else 0,
        "scheme": campaign.scheme if round_ else None,
        "scheme_in_words": scheme(campaign.scheme).sentence if round_ else None,
        "privacy_claim": NO_CLAIM,
        "revoked_after_the_sum": hidden_if_small(revoked),
        "ledger": {"size": size, "root": root},
        "training": {
            "steps": campaign.steps,
            "batch": campaign.batch,
            "lr": decimal_text(campaign.lr),
            "caption_dropout": decimal_text(campaign.caption_dropout),
            "clip": decimal_text(campaign.clip),
        },
        "created": at.isoformat(),
    }
