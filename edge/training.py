"""Training for a round at home: from the global version's B to this artist's update, which is the difference.

torch is imported when the first training begins, not before: an idle agent stays small.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from federation.adapters import vector
from federation.adapters.spec import AdapterSpec
from federation.protocol.errors import refusal
from federation.protocol.manifest import Training
from federation.protocol.quantize import clipped

if TYPE_CHECKING:
    from diffusion.dataset import Example

NAME = "shared"
OnStep = Callable[[int, int], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class Job:
    """Everything that one training needs. `start` are the tensors of the version that the round starts from."""

    base: Path
    spec: AdapterSpec
    start: Mapping[str, NDArray[np.float32]]
    examples: "Sequence[Example]"
    training: Training
    clip: float
    seed: int
    threads: int


Trainer = Callable[[Job, OnStep, ShouldStop], "NDArray[np.float32] | None"]


def seed_of(device: str, round_id: str) -> int:
    """The seed of a device's training for a round: the same after a restart, another for everybody else."""
    return int.from_bytes(hashlib.sha256(f"fedart/train/{device}/{round_id}".encode()).digest()[:4])


def train(job: Job, on_step: OnStep, should_stop: ShouldStop) -> NDArray[np.float32] | None:
    """The clipped update as a flat vector, or None when it was told to stop before the last step.

    Raises Refusal `base-does-not-fit`, `pictures-unusable`, `update-not-finite` or `training-failed`.
    """
    from diffusion import adapters
    from diffusion.dataset import FolderError
    from diffusion.train import TrainConfig, train_adapter

    pipe = _with_adapter(job)
    config = TrainConfig(
        steps=job.training.steps,
        batch=job.training.batch,
        lr=float(job.training.lr),
        seed=job.seed,
        threads=job.threads,
        caption_dropout=float(job.training.caption_dropout),
    )
    try:
        report = train_adapter(
            pipe,
            job.examples,
            name=NAME,
            config=config,
            on_step=lambda step, steps, _loss: on_step(step, steps),
            should_stop=should_stop,
        )
    except FolderError as error:
        raise refusal("pictures-unusable", str(error)) from None
    except Exception as error:  # the libraries raise what they like; the artist gets one sentence
        raise refusal("training-failed", f"{type(error).__name__}: {str(error)[:200]}") from None
    if report.steps < job.training.steps:
        return None
    return update_of(adapters.read_b(pipe, name=NAME), job)


def _with_adapter(job: Job) -> Any:
    """The base with the round's adapter in it, as the round starts."""
    from diffusion import adapters, load

    spec = job.spec
    try:
        pipe = load.load_base(job.base)
        shape = adapters.LoraShape(rank=spec.rank, alpha=spec.alpha, targets=spec.targets, seed=spec.seed)
        adapters.attach(pipe, shape, name=NAME)
    except (
        Exception
    ) as error:  # the files are a stranger's: whatever the libraries make of them is one refusal
        raise refusal("base-does-not-fit", f"{type(error).__name__}: {str(error)[:200]}") from None
    if tuple(adapters.b_spec(pipe, name=NAME)) != spec.tensors:
        raise refusal("base-does-not-fit", "Its layers have other shapes.")
    adapters.write_b(pipe, job.start, name=NAME)
    return pipe


def update_of(trained: Mapping[str, NDArray[Any]], job: Job) -> NDArray[np.float32]:
    """The trained B minus the B that the training began with, shortened to the round's clip."""
    difference = vector.flatten(trained, job.spec) - vector.flatten(job.start, job.spec)
    return clipped(difference, job.clip).astype(np.float32)
