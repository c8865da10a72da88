"""The data protection impact assessment (Art. 35(7)), filled as far as the configuration knows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from consent.deadlines import ANSWER_MONTHS, BREACH_HOURS
from consent.holdings.registry import personal_holdings, retention_rules
from consent.policy import VALIDITY_MONTHS
from consent.processing import activities, controller
from consent.purposes import PURPOSES
from consent.terms import LABELS, terms_or_none


@dataclass(frozen=True)
class Risk:
    """A risk to people's rights, what is done about it here, and what is left. The controller weighs it."""

    risk: str
    measures: str
    left: str


RISKS = (
    Risk(
        "A picture can be reconstructed from what a device sends.",
        "Pictures, captions and file names never leave the device. Only a clipped list of numbers does; how it is "
        "summed and noised is in the terms below.",
        "What the terms below say under “how it is summed” and “privacy”. Without noise there is no formal bound.",
    ),
    Risk(
        "An artist's part shows in what the model makes (memorisation).",
        "The cohort has a smallest size, each part is clipped, one device counts once in a round.",
        "A trained model is not anonymous by default (EDPB Opinion 28/2024). Nothing can be taken out of a sum again; "
        "the artist is told so before she grants.",
    ),
    Risk(
        "Consent is presumed, forged or outlives the wish.",
        "Nothing is preticked; each grant is signed in the browser; revoking needs no key and one press; each gate "
        "reads consent anew; grants end after twelve months and with a new version of the text.",
        "A script in the page could ask the key to sign while it is open.",
    ),
    Risk(
        "Staff look at people without need.",
        "Roles apart from administrators; each look is recorded with role, time and reason, and shown to the artist; "
        "everything about one person opens only with a reason.",
        "Whoever runs the database can read it without these pages.",
    ),
    Risk(
        "Data is kept longer than needed, or erased when it must be kept.",
        "A register of every column; a daily retention run with a report; erasure by two people, counted afterwards; "
        "legal holds by two people.",
        "Backups are the operator's: they must be rotated within the periods of this schedule.",
    ),
    Risk(
        "The records are altered afterwards.",
        "An append-only ledger of salted commitments; receipts that verify offline and are in the artists' hands.",
        "The leaves of an erased person stay; without body and salt they say nothing.",
    ),
)


def assessment(*, at: datetime) -> dict[str, Any]:
    """What page and text show: facts from the configuration, risks with measures, and what is left to write."""
    terms = terms_or_none() or {}
    return {
        "made_at": at,
        "origin": settings.PUBLIC_ORIGIN,
        "controller": controller(),
        "purposes": list(PURPOSES.values()),
        "activities": activities(),
        "holdings": personal_holdings(),
        "rules": retention_rules(),
        "terms": [(LABELS.get(name, name), value) for name, value in terms.items()],
        "risks": RISKS,
        "validity_months": VALIDITY_MONTHS,
        "answer_months": ANSWER_MONTHS,
        "breach_hours": BREACH_HOURS,
        "seal": bool(settings.STATEMENT_SEAL_RECIPIENT),
    }
