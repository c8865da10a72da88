"""The server's step, pure: each formula, its memory through bytes, and noise that FedAdam does not fall for."""

from typing import Any

import numpy as np
import pytest

from federation.adapters.server_step import FLOOR, ServerStep, dumps, loads, noise_of_mean, step
from federation.protocol.errors import Refusal

RNG = np.random.default_rng(3)
START, MEANS = RNG.normal(size=6), RNG.normal(size=(4, 6))


def run(chosen: ServerStep, means: Any = MEANS, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Several rounds, the memory through bytes each time as the server keeps it."""
    at, kept, drawn = START, b"", START
    for mean in means:
        stepped = step(chosen, at, mean, loads(chosen, kept, 6), noise)
        at, drawn, kept = stepped.after, stepped.drawn, dumps(chosen, stepped.memory)
    return at, drawn


def test_fedavg_adds_the_means() -> None:
    after, drawn = run(ServerStep())
    np.testing.assert_array_equal(after, START + MEANS[0] + MEANS[1] + MEANS[2] + MEANS[3])
    assert drawn is after
    np.testing.assert_allclose(run(ServerStep(rate=0.5))[0], START + MEANS.sum(axis=0) / 2)


def test_momentum_rolls_on() -> None:
    after, _ = run(ServerStep("fedavgm", momentum=0.5))
    weights = [1 + 0.5 + 0.25 + 0.125, 1 + 0.5 + 0.25, 1 + 0.5, 1]
    np.testing.assert_allclose(after, START + np.tensordot(weights, MEANS, 1))
    np.testing.assert_allclose(run(ServerStep("fedavgm", momentum=0.0))[0], run(ServerStep())[0])


def test_adam_is_reddis() -> None:
    chosen, m, v, at = ServerStep("fedadam", rate=0.1), np.zeros(6), np.full(6, FLOOR**2), START
    for mean in MEANS:
        m, v = 0.9 * m + 0.1 * mean, np.maximum(0.99 * v + 0.01 * mean**2, FLOOR**2)
        at = at + 0.1 * m / np.sqrt(v)
    np.testing.assert_allclose(run(chosen)[0], at)


def test_adam_takes_the_noise_off_its_squares() -> None:
    """Under pure noise of known variance, v would settle at that variance; corrected, it stays at its floor."""
    noise, rounds = 0.04, np.random.default_rng(1).normal(0, 0.2, size=(800, 6))
    seen = {}
    for told in (0.0, noise):
        memory: dict[str, np.ndarray] = {}
        for mean in rounds:
            memory = step(ServerStep("fedadam", rate=0.01), START, mean, memory, told).memory
        seen[told] = float(memory["v"].mean())
    assert seen[0.0] == pytest.approx(noise, rel=0.2)
    assert seen[noise] < noise / 10


def test_the_average_that_is_drawn_with() -> None:
    after, drawn = run(ServerStep(ema=0.5))
    path = START + np.cumsum(MEANS, axis=0)
    expected = START
    for at in path:
        expected = 0.5 * expected + 0.5 * at
    np.testing.assert_allclose(drawn, expected)
    np.testing.assert_allclose(after, path[-1])


@pytest.mark.parametrize(
    "chosen", [ServerStep("fedavgm", ema=0.9), ServerStep("fedadam"), ServerStep(ema=0.1)]
)
def test_a_damaged_memory_is_refused(chosen: ServerStep) -> None:
    kept = dumps(chosen, step(chosen, START, MEANS[0], {}, 0.0).memory)
    assert loads(chosen, b"", 6) == {}
    for bad in (kept[:-1], kept + b"12345678"):
        with pytest.raises(Refusal, match="blob-damaged"):
            loads(chosen, bad, 6)


@pytest.mark.parametrize(
    "bad", [{"kind": "sgd"}, {"rate": 0.0}, {"momentum": 1.0}, {"ema": -0.1}, {"second": float("nan")}]
)
def test_impossible_steps_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no server step"):
        ServerStep(**bad)


def test_the_noise_of_a_mean() -> None:
    """Five shares of variance 80, scale 4: the sum has 400, the mean of the five 400 / (4 * 5)^2."""
    assert noise_of_mean(80, 4, 5) == 1.0
