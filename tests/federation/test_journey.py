"""A whole round over the API, with scripted agents: enrol, train, five steps, version."""

import numpy as np
import pytest

from federation.protocol.steps import Step
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")
STATES = ("sharing", "collecting", "confirming", "unmasking", "aggregating")


def test_it_works() -> None:
    """Three artists, one round: version 1 is version 0 plus the mean of their updates."""
    from federation import selectors
    from federation.services.publish import tensors_of
    from tests.federation.protocol.terms import small_spec

    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    assert w.advance(round_.id).state == "advertising"
    for step, following in zip(Step, STATES, strict=True):
        assert w.run_step(agents, round_.id, step).state == following
    assert w.aggregate(round_.id).state == "published"

    version = selectors.current_version()
    assert version is not None
    assert (version.number, version.card["previous"]["number"], version.cohort_size) == (1, 0, 3)
    mean = np.mean([w.update_of(number) for number in range(3)], axis=0)
    tensors = tensors_of(version, small_spec())
    found = np.concatenate([tensors[name].ravel() for name, _ in small_spec().tensors])
    np.testing.assert_allclose(found, mean, atol=1 / campaign.scale)
    assert version.card["privacy_claim"] == "no formal privacy claim"
    assert version.card["cohort_size"] == "fewer than 5"
    states = set(round_.participations.values_list("state", flat=True))
    assert states == {"counted"}
