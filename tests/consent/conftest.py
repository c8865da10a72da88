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
    """The first text of training, installed two years ago, so that tests can look back: entry 0 of the ledger."""
    from django.utils import timezone

    from consent.services.notices import FOLDER, install_notice

    text = (FOLDER / "train-shared-1.0.en.txt").read_text("utf-8")
    at = timezone.now() - timedelta(days=730)
    install_notice(name="train-shared", version="1.0", language="en", text=text, at=at)


@pytest.fixture
def all_notices(db: None) -> None:
    """Every shipped text, installed two years ago."""
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
