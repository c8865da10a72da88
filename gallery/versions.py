"""The versions of the shared adapter as the studio offers them: those of the current campaign."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from federation import selectors as federation
from federation.terms import spec_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from federation.models import AdapterVersion, Base


@dataclass(frozen=True)
class Choice:
    """One line of the version list."""

    number: int
    label: str


def _offered() -> "QuerySet[AdapterVersion]":
    campaign = federation.current_campaign()
    rows = federation.versions()
    return rows.filter(campaign=campaign) if campaign is not None else rows.none()


def choices() -> list[Choice]:
    """Newest first; what each is made of in a few words."""
    return [Choice(row.number, label_of(row)) for row in _offered()]


def label_of(version: "AdapterVersion") -> str:
    """ "Version 2, learned from 5 artists in its round"; small numbers of people stay as vague as on the card."""
    if version.number == 0:
        return "Version 0, the base before any artist taught it"
    return f"Version {version.number}, learned from {version.card['cohort_size']} artists in its round"


def numbered(number: int) -> "AdapterVersion | None":
    """The version of that number."""
    return _offered().filter(number=number).select_related("campaign__base").first()


def ground_of(version: "AdapterVersion") -> dict[str, Any]:
    """What an agent needs to draw or train on a version: the campaign's spec, and the file that is drawn with."""
    spec = spec_of(version.campaign).to_json()
    return {"spec": spec, "version": version.number, "sha256": version.drawn_sha256}


def offered_ids() -> set[UUID]:
    """The ids of all that are offered."""
    return set(_offered().values_list("pk", flat=True))


def base_offered() -> "Base | None":
    """The base of what is offered."""
    campaign = federation.current_campaign()
    return None if campaign is None else campaign.base


def newest() -> int | None:
    """The number of the newest version, or None before the first campaign."""
    current = federation.current_version()
    return None if current is None else current.number
