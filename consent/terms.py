"""Where the terms of training come from, without knowing who writes them: a dotted path in the settings."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from consent.errors import Refusal, refusal
from consent.ledger.statement import check_terms
from consent.purposes import PURPOSES, TRAIN_SHARED, Purpose

# term -> what the page calls it; terms that are not named here follow under their own name
LABELS = {
    "base": "Base model",
    "epsilonCap": "Privacy budget (epsilon), at most",
    "epsilon": "Privacy budget (epsilon)",
    "delta": "Privacy budget (delta)",
    "privacy": "Privacy",
    "minCohort": "Smallest group",
    "scheme": "How it is summed",
    "clip": "Largest size of an update",
    "licence": "What it licenses",
    "campaign": "Campaign",
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


def in_words(terms: Mapping[str, str | int]) -> list[tuple[str, str, str | int]]:
    """(name, label, value) of each term in the order in which a page shows them: LABELS first, as they stand there."""
    order = [*LABELS, *sorted(set(terms) - set(LABELS))]
    return [(name, LABELS.get(name, name), terms[name]) for name in order if name in terms]


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
