"""The real training on a tiny base: from a version's B to a clipped update, stopping within a step."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge import training
from edge.training import Job
from federation.adapters import vector
from federation.adapters.spec import AdapterSpec
from federation.protocol.errors import Refusal
from federation.protocol.manifest import Training
from tests.edge.agents import pictures


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Three steps on a tiny base, from a version that is not zero."""
    from diffusion import adapters, load
    from diffusion.base import base_hash
    from diffusion.dataset import read_folder
    from diffusion.tiny import write_tiny_base

    base = write_tiny_base(tmp_path_factory.mktemp("base"))
    pipe = load.load_base(base)
    shape = adapters.LoraShape(rank=2, alpha=4, targets=("to_q", "to_v"), seed=7)
    adapters.attach(pipe, shape, name="shared")
    spec = AdapterSpec(
        base=base_hash(base), rank=2, alpha=4, targets=("to_q", "to_v"), seed=7,
        tensors=tuple(adapters.b_spec(pipe, name="shared")),
    )  # fmt: skip
    start = vector.unflatten(np.full(spec.length, 0.01), spec)
    works: Path = pictures(tmp_path_factory.mktemp("works"))
    return Job(base, spec, start, read_folder(works), Training(3, 2, "0.002", "0.1"), 1.0, seed=5, threads=1)


def train(job: Job, stop_after: int = 99) -> tuple[np.ndarray | None, list[tuple[int, int]]]:
    steps: list[tuple[int, int]] = []
    update = training.train(job, lambda step, of: steps.append((step, of)), lambda: len(steps) >= stop_after)
    return update, steps


def test_the_update_is_the_difference_and_the_same_for_the_same_seed(job: Job) -> None:
    update, steps = train(job)
    assert update is not None
    assert update.dtype == np.float32
    assert update.shape == (job.spec.length,)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert 0.0 < np.linalg.norm(update) < 1.0
    again, _ = train(job)
    np.testing.assert_array_equal(update, again)
    other, _ = train(replace(job, seed=6))
    assert not np.array_equal(update, other)


def test_it_is_clipped(job: Job) -> None:
    update, _ = train(replace(job, clip=1e-4))
    assert update is not None
    np.testing.assert_allclose(np.linalg.norm(update), 1e-4, rtol=1e-3)


def test_told_to_stop_it_gives_nothing(job: Job) -> None:
    update, steps = train(job, stop_after=2)
    assert update is None
    assert len(steps) == 2


def test_a_spec_that_does_not_fit_the_base(job: Job) -> None:
    name, _ = job.spec.tensors[0]
    wrong = replace(job.spec, tensors=((name, (1, 2)), *job.spec.tensors[1:]))
    with pytest.raises(Refusal, match=r"^base-does-not-fit:"):
        train(replace(job, spec=wrong))
    with pytest.raises(Refusal, match=r"^base-does-not-fit:"):
        train(replace(job, spec=replace(job.spec, targets=("no_such_layer",))))


def test_seeds_differ_between_devices_and_rounds() -> None:
    assert len({training.seed_of(device, number) for device in "ab" for number in "12"}) == 4
