"""The desk's stage: Alice with a whole life, Connie and Dora as officers, each with a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gallery.models import Artist
    from tests.consent.desk.life import Life
    from tests.consent.pen import Pen


@pytest.fixture
def dora(db: None) -> Artist:
    """The second officer, who looks at Connie's work."""
    from tests import people

    return people.make(people.Person("Dora", "compliance officer"))


@pytest.fixture
def life(pen: Pen, connie: Artist) -> Life:
    """Alice's whole life."""
    from tests.consent.desk.life import live

    return live(pen, officer=connie)


@pytest.fixture
def seat(client: Any) -> Any:
    """`seat(person)`: that person's own browser, freshly signed in."""
    from tests.consent.desk.seats import seat

    return seat
