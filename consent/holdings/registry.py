"""The register as a whole: what every room of the house says about its own tables."""

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet

from consent.holdings.kinds import ON_ERASURE, SEAL, Holding, RetentionRule


def sources() -> list[ModuleType]:
    """The modules named in PERSONAL_DATA_SOURCES: each has HOLDINGS, and may have RETENTION and hooks."""
    return [import_module(name) for name in settings.PERSONAL_DATA_SOURCES]


def holdings() -> list[Holding]:
    """Every table, those that must go last (the account itself) at the end."""
    found = [holding for source in sources() for holding in source.HOLDINGS]
    return sorted(found, key=lambda holding: holding.last)


def fate_of(holding: Holding) -> str:
    """What becomes of its rows on erasure, as this installation is set up."""
    if holding.on_erasure == SEAL:
        return (
            "sealed for legal claims" if settings.STATEMENT_SEAL_RECIPIENT else "deleted (no seal is set up)"
        )
    return ON_ERASURE[holding.on_erasure]


def personal_holdings() -> list[Holding]:
    """The tables whose rows belong to a person."""
    return [holding for holding in holdings() if holding.person]


def retention_rules() -> list[RetentionRule]:
    """Every rule by which something ends by itself."""
    return [rule for source in sources() for rule in getattr(source, "RETENTION", ())]


def rows_of(holding: Holding, artist_id: int) -> QuerySet[Any]:
    """The rows of this table that belong to this account."""
    model = apps.get_model(holding.model)
    rows: QuerySet[Any] = model._base_manager.filter(**{holding.person: artist_id})
    return rows


def before_erasure(*, artist_id: int, at: datetime) -> None:
    """Let every room end what is under way: rounds, pictures in the making, sessions."""
    for source in sources():
        hook = getattr(source, "before_erasure", None)
        if hook:
            hook(artist_id=artist_id, at=at)


def correct(*, artist_id: int, changes: dict[str, str]) -> list[str]:
    """Let the rooms correct what is wrong about a person; returns the names of what was changed."""
    changed: list[str] = []
    for source in sources():
        hook = getattr(source, "correct", None)
        if hook:
            changed += hook(artist_id=artist_id, changes=changes)
    return changed


def storage_names(holding: Holding, rows: Iterable[Any]) -> list[tuple[str, str]]:
    """(storage, file name) of every file that these rows name."""
    return [
        (storage, name)
        for row in rows
        for column, storage in holding.files.items()
        if (name := getattr(row, column))
    ]
