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

from edge import sheets
from federation.adapters import vector
from federation.adapters.spec import AdapterSpec
from federation.protocol.errors import Refusal, refusal
from federation.protocol.manifest import Training
from federation.protocol.quantize import clipped

if TYPE_CHECKING:
    from diffusion.dataset import Example

NAME = "shared"
OnStep = Callable[[int, int], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class Job:
    """Everything that one training needs. `start` are the tensors of the version that the round starts from; at
    `checkpoint` it writes down how far it came, and goes on from there; `sheet` is wanted of it where it is given;
    `device` is cpu, cuda or mps, None for the best that is there."""

    base: Path
    spec: AdapterSpec
    start: Mapping[str, NDArray[np.float32]]
    examples: "Sequence[Example]"
    training: Training
    clip: float
    seed: int
    threads: int
    checkpoint: Path | None = None
    sheet: sheets.Sheet | None = None
    device: str | None = None


Trainer = Callable[[Job, OnStep, ShouldStop], "NDArray[np.float32] | None"]


def seed_of(device: str, round_id: str) -> int:
    """The seed of a device's training for a round: the same after a restart, another for everybody else."""
    return int.from_bytes(hashlib.sha256(f"fedart/train/{device}/{round_id}".encode()).digest()[:4])


def train(job: Job, on_step: OnStep, should_stop: ShouldStop) -> NDArray[np.float32] | None:
    """The clipped update as a flat vector, or None when it was told to stop before the last step.

    Raises Refusal `base-does-not-fit`, `pictures-unusable`, `update-not-finite` or `training-failed`.
    """
    from diffusion import shared
    from diffusion.dataset import FolderError

    pipe = _with_adapter(job)
    try:
        steps = _train(pipe, job, on_step, should_stop)
        if steps < job.training.steps:
            return None
        trained = shared.read_shared(pipe, name=NAME, kind=job.spec.shared, seed=job.spec.seed)
        update = update_of(trained, job)
        if job.sheet is not None:
            captions = (example.caption for example in job.examples)
            sheets.draw(pipe, NAME, job.sheet, captions, job.seed, should_stop)
    except Refusal:
        raise
    except FolderError as error:
        raise refusal("pictures-unusable", str(error)) from None
    except Exception as error:  # the libraries raise what they like; the artist gets one sentence
        raise refusal("training-failed", f"{type(error).__name__}: {str(error)[:200]}") from None
    return update


def _train(pipe: Any, job: Job, on_step: OnStep, should_stop: ShouldStop) -> int:
    """The loop itself; how many steps are made, in this run and in those before it."""
    from diffusion.checkpoint import Checkpoint
    from diffusion.train import TrainConfig, train_adapter

    config = TrainConfig(
        steps=job.training.steps,
        batch=job.training.batch,
        lr=float(job.training.lr),
        seed=job.seed,
        threads=job.threads,
        caption_dropout=float(job.training.caption_dropout),
        factors=job.spec.shared,
        frame=job.spec.seed,
    )
    report = train_adapter(
        pipe,
        job.examples,
        name=NAME,
        config=config,
        on_step=lambda step, steps, _loss: on_step(step, steps),
        should_stop=should_stop,
        checkpoint=Checkpoint(job.checkpoint, about=job.spec.hash()) if job.checkpoint else None,
    )
    return report.steps


def _with_adapter(job: Job) -> Any:
    """The base with the round's adapter in it, as the round starts."""
    from diffusion import adapters, device, load, shared

    spec = job.spec
    try:
        on = device.best(job.device)
        pipe = load.load_base(job.base, device=on.kind, dtype=on.dtype)
        shape = adapters.LoraShape(rank=spec.rank, alpha=spec.alpha, targets=spec.targets, seed=spec.seed)
        adapters.attach(pipe, shape, name=NAME)
    except (
        Exception
    ) as error:  # the files are a stranger's: whatever the libraries make of them is one refusal
        raise refusal("base-does-not-fit", f"{type(error).__name__}: {str(error)[:200]}") from None
    if tuple(shared.shared_spec(pipe, name=NAME, kind=spec.shared)) != spec.tensors:
        raise refusal("base-does-not-fit", "Its layers have other shapes.")
    shared.write_shared(pipe, job.start, name=NAME, kind=spec.shared, seed=spec.seed)
    return pipe


def update_of(trained: Mapping[str, NDArray[Any]], job: Job) -> NDArray[np.float32]:
    """What is shared, trained, minus the same as the training began with, shortened to the round's clip."""
    difference = vector.flatten(trained, job.spec) - vector.flatten(job.start, job.spec)
    return clipped(difference, job.clip).astype(np.float32)
