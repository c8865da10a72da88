"""Where the terms of training come from, without knowing who writes them: a dotted path in the settings."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from consent.errors import Refusal, refusal
from consent.ledger.statement import check_terms
from consent.purposes import PURPOSES, TRAIN_SHARED, Purpose

# term -> what the page calls it; terms that are not named here are shown under their own name
LABELS = {
    "base": "Base model",
    "campaign": "Campaign",
    "scheme": "How it is summed",
    "privacy": "Privacy",
    "minCohort": "Smallest group",
    "epsilon": "Privacy budget (epsilon)",
    "epsilonCap": "Privacy budget (epsilon), at most",
    "delta": "Privacy budget (delta)",
    "clip": "Largest size of an update",
    "licence": "What it licenses",
    "adapter": "Adapter shape",
    "spec": "Adapter shape",
    "form": "How it is kept",
    "grace": "Time to change your mind",
    "each": "What one key is for",
    "lives": "How long a key lives",
    "shows": "What is shown",
    "training": "Training on them",
    "minGroup": "Smallest group",
}


def terms_for(purpose: Purpose) -> dict[str, str | int]:
    """The terms of one purpose: the campaign's for training (refuses `terms-missing`), else those of the table."""
    return current_terms() if purpose.from_campaign else dict(purpose.terms)


def current_terms() -> dict[str, str | int]:
    """The terms in force now, flat and JSON-safe; refuses `terms-missing` while no campaign has published
    any."""
    try:
        source = import_string(settings.CONSENT_TERMS_SOURCE)
    except ImportError as error:
        raise refusal("terms-missing") from error
    terms: dict[str, Any] = dict(source() or {})
    if not terms:
        raise refusal("terms-missing")
    check_terms(terms)
    return terms


def terms_or_none(purpose: Purpose = PURPOSES[TRAIN_SHARED]) -> dict[str, str | int] | None:
    """The same for a page that must come up either way."""
    try:
        return terms_for(purpose)
    except Refusal:
        return None
