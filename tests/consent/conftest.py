"""Consent's own stage: known terms, installed notices, and Alice with a pen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.consent import terms as known_terms

if TYPE_CHECKING:
    from django.test import Client

    from gallery.models import Artist
    from tests.consent.pen import Pen


@pytest.fixture
def terms(settings: Any) -> Iterator[dict[str, str | int]]:
    """The terms in force; change them to see what happens."""
    settings.CONSENT_TERMS_SOURCE = "tests.consent.terms.source"
    yield known_terms.NOW
    known_terms.NOW.clear()
    known_terms.NOW.update(known_terms.USUAL)


@pytest.fixture
def notices(db: None) -> None:
    """The shipped texts, installed two years ago, so that tests can look back."""
    from django.utils import timezone

    from consent.services.notices import install_shipped_notices

    install_shipped_notices(at=timezone.now() - timedelta(days=730))


@pytest.fixture
def pen(alice: Artist, terms: Any, notices: None) -> Pen:
    """Alice's browser with a registered key."""
    from tests.consent.pen import Pen

    return Pen(alice).register()


@pytest.fixture
def desk(client: Client, connie: Artist) -> Client:
    """Connie's session."""
    client.force_login(connie)
    return client
