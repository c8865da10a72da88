"""Every test of rounds finds the platform set up."""

import pytest


@pytest.fixture
def world(db: None) -> None:
    """Server key, notices, OAuth client."""
    from tests.federation import world as small_world

    small_world.prepare()
