"""Campaigns with another step than FedAvg, through whole rounds: what is drawn with, gone on from, and on the card."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from federation.protocol.errors import Refusal
from federation.protocol.steps import Step
from tests.federation import world as w
from tests.federation.protocol.terms import small_spec

pytestmark = pytest.mark.usefixtures("world")


def rounds(campaign: Any, agents: list[w.Agent], many: int) -> None:
    for _ in range(many):
        round_ = w.open_round(campaign)
        for agent in agents:
            agent.get_ready(round_.id)
        w.advance(round_.id)
        for step in Step:
            w.run_step(agents, round_.id, step)
        assert w.aggregate(round_.id).state == "published"


def flat(tensors: Any) -> np.ndarray:
    return np.concatenate([tensors[name].ravel() for name, _ in small_spec().tensors])


def test_momentum_and_a_slower_average() -> None:
    from federation import selectors
    from federation.services.publish import drawn_tensors_of, tensors_of

    terms = {"server_step": "fedavgm", "server_momentum": Decimal("0.5"), "ema": Decimal("0.5")}
    campaign = w.make_campaign(**terms)
    agents = w.cohort(3)
    rounds(campaign, agents, 2)
    version = selectors.current_version()
    assert version is not None
    mean = np.mean([w.update_of(number) for number in range(3)], axis=0)
    first, second = mean, mean + 1.5 * mean  # m = mean, then 1.5 mean
    np.testing.assert_allclose(flat(tensors_of(version, small_spec())), second, atol=4 / campaign.scale)
    drawn = 0.5 * (0.5 * first) + 0.5 * second
    np.testing.assert_allclose(flat(drawn_tensors_of(version, small_spec())), drawn, atol=4 / campaign.scale)
    assert version.card["server_step"] == {"kind": "fedavgm", "rate": "1", "momentum": "0.5", "ema": "0.5"}
    assert version.card["drawn"] == version.drawn_sha256 != version.sha256
    assert agents[0].get(f"blobs/{version.drawn_sha256}").status_code == 200


def test_adam_reads_its_noise_from_the_manifest() -> None:
    from federation import selectors
    from federation.services.publish import tensors_of

    campaign = w.make_campaign(server_step="fedadam", server_rate=Decimal("0.01"))
    rounds(campaign, w.cohort(3), 1)
    version = selectors.current_version()
    assert version is not None
    mean = np.mean([w.update_of(number) for number in range(3)], axis=0)
    root = np.sqrt(np.maximum(0.99e-6 + 0.01 * mean**2, 1e-6))
    np.testing.assert_allclose(flat(tensors_of(version, small_spec())), 0.001 * mean / root, atol=1e-3)
    assert version.memory
    assert version.drawn_sha256 == version.sha256


@pytest.mark.parametrize(
    "bad",
    [
        {"server_step": "sgd"},
        {"server_rate": Decimal(0)},
        {"ema": Decimal(1)},
        {"server_momentum": Decimal(1)},
    ],
)
def test_steps_out_of_bounds(bad: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="campaign-terms"):
        w.make_campaign(**bad)
