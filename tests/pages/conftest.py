"""Fixtures of the pages' tests."""

import pytest


@pytest.fixture
def all_notices(db: None) -> None:
    """Every shipped text, installed two years ago."""
    from datetime import timedelta

    from django.utils import timezone

    from consent.services.notices import install_shipped_notices

    install_shipped_notices(at=timezone.now() - timedelta(days=730))
